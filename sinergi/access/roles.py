"""Roles and what each may do: plain data, read by the doors, the account pages and the permission test.

A role is an office that exists in a commission or in the police. What a role may do holds only inside the agreements,
regions and days of the duty that gives it. Who commands: only the Kapolres, or whoever holds that office for the day
(Plh: a duty as `resort_chief` marked acting), decides on a request; the Kabag Ops proposes.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["kpu", "police", "any"]


class Role(msgspec.Struct, frozen=True):
    """An office: its name on screen (Indonesian, translated where shown), who may have it, and its usual level."""

    label: str
    kind: Kind
    level: str = "regency"


# Strongest first: the office a person acts in is the first one here that grants what the door asks for.
ROLES: dict[str, Role] = {
    "resort_chief": Role("Kapolres", "police"),
    "deputy_chief": Role("Wakapolres", "police"),
    "operations_head": Role("Kabag Ops", "police"),
    "operations_staff": Role("Staf Bag Ops", "police"),
    "police_sector": Role("Kapolsek", "police", "district"),
    "duty_officer": Role("Petugas pengamanan TPS", "police", "district"),
    "chair": Role("Ketua KPU", "kpu"),
    "secretary": Role("Sekretaris KPU", "kpu"),
    "kpu_staff": Role("Staf Sekretariat KPU", "kpu"),
    "district_committee": Role("PPK", "kpu", "district"),
    "village_committee": Role("PPS", "kpu", "village"),
    "auditor": Role("Auditor", "any"),
    "observer": Role("Pengamat (Bawaslu)", "any"),
    "administrator": Role("Administrator", "any"),
}

LEVELS = {
    "national": "Nasional",
    "province": "Provinsi",
    "regency": "Kabupaten/Kota",
    "district": "Kecamatan",
    "village": "Desa/Kelurahan",
}

_KPU_OFFICE = "chair secretary kpu_staff"
_KPU = f"{_KPU_OFFICE} district_committee village_committee"
_POLICE_OFFICE = "resort_chief deputy_chief operations_head operations_staff"
_POLICE = f"{_POLICE_OFFICE} police_sector"

# One line per permission, `<feature>.<verb>`, with the roles that have it. A feature adds its lines here.
_GRANTS: dict[str, str] = {
    "home.read": f"{_KPU} {_POLICE} duty_officer auditor observer administrator",
    "search.use": f"{_KPU} {_POLICE} auditor",
    # The agreement: entered by the office that keeps the papers, confirmed by the office of the one who signed.
    "agreement.read": f"{_KPU} {_POLICE} auditor administrator",
    "agreement.enter": "chair secretary resort_chief operations_head",
    "agreement.confirm": "chair secretary resort_chief operations_head",
    # Whoever signs for the office, or holds the office for the day (Plh).
    "agreement.sign": "chair resort_chief",
    # Drafting and changing one: the liaisons negotiate; what binds without a new text is agreed to by those who sign.
    "agreement.negotiate": "chair secretary resort_chief operations_head",
    "agreement.comment": f"{_KPU_OFFICE} {_POLICE_OFFICE}",
    "agreement.bind": "chair resort_chief",
    # Obligations: the list binds both offices, so those who sign agree to it; what was done is stated by the office.
    "obligations.read": f"{_KPU} {_POLICE} auditor",
    # Templates are the office's own papers; sending a draft made from one needs its own permission.
    "obligations.templates": "administrator chair secretary resort_chief operations_head",
    "obligations.propose": "chair secretary resort_chief operations_head",
    "obligations.recount": "chair secretary resort_chief operations_head",
    "obligations.agree": "chair resort_chief",
    "obligations.state": f"{_KPU_OFFICE} {_POLICE_OFFICE}",
    "obligations.answer": "chair secretary resort_chief operations_head",
    # A report that bears the office's number: whoever answers for its papers.
    "obligations.report": "chair secretary resort_chief operations_head",
    # Minutes with one's own key: whoever signs agreements.
    "obligations.sign": "chair resort_chief",
    "stages.read": f"{_KPU} {_POLICE} auditor",
    "stages.choose": "administrator",
    # Election days are the commission's to set; the police receive them.
    "stages.announce": "chair secretary",
    # Holidays stand in a decree; taking them over decides nothing.
    "stages.holidays": "administrator chair secretary",
    # Security assistance: a commission asks, the police answer; nobody assigns the other's people.
    "security.read": f"{_KPU} {_POLICE} auditor",
    # Where a candidate or an official is protected: not for the many village committees.
    "security.read_restricted": f"{_KPU_OFFICE} district_committee {_POLICE} auditor",
    "security.request": f"{_KPU_OFFICE} district_committee",
    "security.correct": f"{_KPU_OFFICE} district_committee",
    "security.withdraw": f"{_KPU_OFFICE} district_committee",
    "security.propose_answer": "deputy_chief operations_head operations_staff",
    "security.decide": "resort_chief",
    "security.assign": "resort_chief deputy_chief operations_head",
    "security.report": f"{_POLICE}",
    "security.confirm": f"{_KPU_OFFICE} district_committee",
    "security.letter": "secretary resort_chief operations_head",
    # An issued letter names people and cannot be masked: its bytes are what was signed.
    "security.letter_file": f"{_KPU_OFFICE} district_committee {_POLICE} auditor",
    # How the office writes: whoever keeps its papers, and who sets the node up.
    "letters.letterhead": "administrator secretary resort_chief operations_head",
    "letters.number": "administrator secretary resort_chief operations_head",
    "places.read": f"{_KPU} {_POLICE} auditor",
    "places.regions": "administrator",
    # Which places are vulnerable is not for the many committees; a class is set by an official who answers for it.
    "risk.read": f"{_KPU_OFFICE} {_POLICE} auditor",
    "risk.score": "secretary kpu_staff operations_head operations_staff",
    "risk.classify": "resort_chief deputy_chief operations_head",
    # Names, health and homes of officers: their own offices alone.
    "people.read": _POLICE_OFFICE,
    "people.import": "operations_head operations_staff",
    # Where the police stand and where they lack people is theirs alone until it is ordered.
    "guard.read": _POLICE_OFFICE,
    "guard.plan": "deputy_chief operations_head operations_staff",
    # Against a limit that the planner keeps: a commander's own word.
    "guard.order": "resort_chief deputy_chief",
    # Orders by name: written by operations, signed by the Kapolres or Plh; a card is for its officer and who commands.
    "orders.read": _POLICE_OFFICE,
    "orders.draft": "deputy_chief operations_head operations_staff",
    "orders.sign": "resort_chief",
    "orders.draw": _POLICE_OFFICE,
    "orders.intelligence": "resort_chief deputy_chief operations_head",
    "orders.tell": "resort_chief operations_head",
    "orders.roster": f"{_KPU_OFFICE} district_committee {_POLICE_OFFICE}",
    "orders.card": f"{_POLICE} duty_officer",
    "places.import": "secretary kpu_staff operations_head operations_staff",
    # Between elections: the update is the commission's, its answer the police's; each office keeps its own contacts.
    "standing_duties.read": f"{_KPU} {_POLICE} auditor",
    "standing_duties.report": _KPU_OFFICE,
    "standing_duties.answer": _POLICE_OFFICE,
    "standing_duties.contacts": f"{_KPU_OFFICE} {_POLICE_OFFICE}",
    "standing_duties.train": f"{_KPU_OFFICE} {_POLICE_OFFICE}",
    # Exchanged data: the catalogue binds the office, so those who answer for it keep it.
    "data.read": f"{_KPU_OFFICE} {_POLICE_OFFICE} auditor",
    "data.list": "chair secretary resort_chief operations_head",
    # Needed by the offices, decided by who answers for the data (of the police the Kapolres), carried out by its staff.
    "data.request": f"{_KPU_OFFICE} {_POLICE_OFFICE}",
    "data.decide": "chair secretary resort_chief",
    "data.deliver": "secretary kpu_staff resort_chief operations_head operations_staff",
    "data.use": f"{_KPU_OFFICE} {_POLICE_OFFICE}",
    "data.destroy": "chair secretary resort_chief operations_head",
    # Personal columns by what they are needed for (sinergi/access/masking.py): to call about a matter, to call an
    # office, to plan who can stand where.
    "personal.call": f"{_KPU_OFFICE} district_committee {_POLICE}",
    "personal.directory": f"{_KPU} {_POLICE}",
    "personal.planning": "operations_head operations_staff",
    # What people may ask for about themselves: taken in by the office, decided by its head, for it cannot be undone.
    "rights.read": f"{_KPU_OFFICE} {_POLICE_OFFICE} auditor",
    "rights.ask": "chair secretary resort_chief operations_head",
    "rights.decide": "chair secretary resort_chief",
    # Who took a table out that turned up somewhere: for who answers for the office, and who audits it.
    "rights.trace": "chair secretary resort_chief auditor",
    # A breach of this office: private to who answers for it.
    "breaches.read": "chair secretary resort_chief operations_head auditor",
    "breaches.keep": "chair secretary resort_chief operations_head",
    "exchange.read": f"{_KPU_OFFICE} {_POLICE_OFFICE} auditor administrator",
    # Sizes and roots of logs: what an administrator and an auditor compare between nodes.
    "logs.read": "auditor administrator",
    "evidence.export": "chair secretary resort_chief operations_head auditor",
    "audit.read": "auditor",
    # What an observer sees is seen by those who answer for it too, and by nobody else.
    "oversight.read": "observer auditor chair secretary resort_chief operations_head",
    "access.manage": "administrator",
    "node.manage": "administrator",
}

# What a stolen password alone must not reach: asked for at the act, never at sign-in (docs/adr).
SECOND_FACTOR = frozenset({"evidence.export", "agreement.sign", "obligations.sign", "orders.sign", "rights.decide"})

# What is stated only while an agreement is in force. While it is suspended these acts are not offered, and the ledger
# refuses their facts (docs/adr/0014). The rest goes on: reading, the office's own papers and keys, the agreement
# itself, what the law fixes, and that data was destroyed.
NEEDS_FORCE = frozenset(
    f"{feature}.{verb}"
    for feature, verbs in {
        "obligations": "propose recount agree state answer report sign",
        "security": "request correct withdraw propose_answer decide assign report confirm letter",
        "places": "import",
        "risk": "classify",
        "orders": "tell",
        "standing_duties": "report answer contacts train",
        "data": "list request decide deliver use",
    }.items()
    for verb in verbs.split()
)

# Of these what begins something: not outside the term of an agreement. What is under way is still brought to its end.
NEEDS_TERM = frozenset(
    {
        *("obligations.propose", "security.request", "data.list", "data.request", "data.decide", "data.deliver"),
        *("standing_duties.report", "standing_duties.answer", "standing_duties.contacts"),
    }
)

# And what is told to parties that all stand behind it: not once one of them has ended it for itself.
NEEDS_PARTIES = NEEDS_TERM | {
    *(
        "obligations.recount",
        "obligations.state",
        "obligations.report",
        "places.import",
        "risk.classify",
        "standing_duties.train",
    ),
    "orders.tell",
}

# The acts about the agreement itself; an office that has ended it states nothing at all under it any more.
CONCERNS_IT = frozenset({f"agreement.{verb}" for verb in ("confirm", "negotiate", "comment", "bind", "sign")})

PERMISSIONS: dict[str, frozenset[str]] = {name: frozenset(roles.split()) for name, roles in _GRANTS.items()}
RANK: dict[str, int] = {role: place for place, role in enumerate(ROLES)}


def granted(role: str) -> frozenset[str]:
    """What `role` may do; nothing for a role that is not known."""
    return frozenset(name for name, roles in PERMISSIONS.items() if role in roles)


def offered(kind: str) -> dict[str, Role]:
    """The roles that an agency of `kind` (kpu or police) may give to its people."""
    return {code: role for code, role in ROLES.items() if role.kind in (kind, "any")}


def known(permission: str) -> str:
    """Return `permission`; KeyError for one that no role could ever have, so that a misspelt door fails at import."""
    PERMISSIONS[permission]
    return permission
