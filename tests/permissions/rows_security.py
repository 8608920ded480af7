"""Who may ask, answer, decide, assign, report and confirm: nobody assigns the other's people."""

from typing import Any

from sinergi.features.security.models import Letter
from sinergi.kernel.instants import now
from tests.permissions.rows import KPU_OFFICE, OFFICIALS, POLICE, Maker, Row
from tests.permissions.world import World


def asked(world: World) -> dict[str, Any]:
    return {"key": world.request(own=True)}


def elsewhere(world: World) -> dict[str, Any]:
    return {"key": world.request(own=False)}


def letter(own: bool) -> Maker:
    """A letter about a request, as a row of its table: the files are what is guarded."""

    def make(world: World) -> dict[str, Any]:
        key = ("o" if own else "x") * 26
        about_request = world.request(own)
        row = {
            "request_id": about_request,
            "agency": world.agency.pk,
            "about": about_request,
            "number": 1,
            "year": 2024,
        }
        hashes = {"pdf_hash": "0" * 64, "docx_hash": "0" * 64, "pdf": b"%PDF", "docx": b"PK", "issued_at": now()}
        world.once(f"letter {own}", lambda: Letter.objects.create(key=key, series="B", written="B/1", **row, **hashes))
        return {"key": key}

    return make


def about(name: str, **who: str) -> Row:
    return Row(name=f"security:{name}", own=asked, other=elsewhere, **who)


READ = f"{OFFICIALS} auditor"
ASK = f"{KPU_OFFICE} district_committee"
LETTER_FILE = f"{KPU_OFFICE} district_committee {POLICE} auditor"
LETTER = "secretary resort_chief operations_head"
ROWS = [
    Row(name="security:requests", get=READ),
    Row(name="security:requests-sheet", get=READ),
    Row(name="security:new", get=ASK, post=ASK),
    Row(name="security:early", get=ASK),
    about("request", get=READ),
    about("correction", get=ASK, post=ASK),
    about("proposal", post="deputy_chief operations_head operations_staff"),
    about("disposition", post="resort_chief"),
    about("answer", post="resort_chief"),
    about("spoken-order", post="resort_chief deputy_chief operations_head"),
    about("spoken-confirmation", post="resort_chief"),
    about("reaction", post=ASK),
    about("withdrawal", post=ASK),
    about("force", post="resort_chief deputy_chief operations_head"),
    about("completion", post=POLICE),
    about("confirmation", post=ASK),
    about("letter", post=LETTER),
    about("evidence", get="chair secretary resort_chief operations_head auditor"),
    Row(name="security:letter-pdf", get=LETTER_FILE, own=letter(True), other=letter(False)),
    Row(name="security:letter-docx", get=LETTER_FILE, own=letter(True), other=letter(False)),
    Row(name="security:api-requests", get=READ, post=ASK),
    about("api-request", get=READ),
    about("api-corrections", post=ASK),
    about("api-withdrawals", post=ASK),
    about("api-answers", post="resort_chief"),
    about("api-spoken-orders", post="resort_chief deputy_chief operations_head"),
    about("api-spoken-confirmations", post="resort_chief"),
    about("api-offer-acceptance", post=ASK),
    about("api-offer-decline", post=ASK),
    about("api-assignments", post="resort_chief deputy_chief operations_head"),
    about("api-completions", post=POLICE),
    about("api-confirmations", post=ASK),
    about("api-letters", post=LETTER),
]
