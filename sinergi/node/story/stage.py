"""Putting the story on: making the nodes, introducing them to each other, and acting it out over the running nodes."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import from_text, now, to_text
from sinergi.node.handover import hand_over
from sinergi.node.story.people import OFFICES, PARTIES, PASSWORD, Office
from sinergi.node.supervise import Place

DONE = "demo-filled"
FURNISH, TOKENS = "furnish", "tokens"


def is_made(place: Place) -> bool:
    """Whether this node was made before."""
    return (place.data / "keys").is_dir()


def make(place: Place) -> None:
    """Found the agency of a node that does not exist yet and furnish its office. The node is not running."""
    office = OFFICES[place.name]
    place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    init = ["--code", office.code, "--name", office.name, "--kind", office.kind, "--region", office.region]
    _verb(place, "init", *init, "--url", place.url, "--administrator", "pendiri")
    _verb(place, "rehearse", FURNISH, to_text(now()))


def play(places: list[Place]) -> None:
    """Introduce the running nodes to each other and act the story out. What was acted before is not acted again."""
    _act_out([place for place in places if place.name in PARTIES])
    _witness(places)


def _act_out(places: list[Place]) -> None:
    police = next((place for place in places if OFFICES[place.name].kind == "police"), None)
    present = {place.name: place for place in places}
    if police is None or (police.data / DONE).exists():
        return
    for place in places:
        if place is not police:
            _introduce(place, police)
    at = to_text(now())
    for count in range(len(ORDER)):
        _act(present, count, at)
    for _round in range(2):
        for place in places:
            _sync(place)
    (police.data / DONE).touch()


def logins(place: Place) -> list[dict[str, str]]:
    """The demo's people of one node as demo.json names them, each with a fresh token."""
    said = _inside(place, "rehearse", TOKENS, to_text(now()))
    tokens = dict(line.split(" ", 1) for line in said.splitlines())
    return [
        {
            "name": person.name,
            "role": person.role,
            "username": person.username,
            "password": PASSWORD,
            "token": tokens.get(person.username, ""),
        }
        for person in OFFICES[place.name].people
    ]


def rehearse(argv: list[str], data: Path) -> int:
    """`sinergi rehearse WHAT INSTANT`: one act of the demo's story inside this node. Not for real nodes."""
    parser = Arguments(prog="sinergi rehearse")
    parser.add_argument("what")
    parser.add_argument("instant")
    asked = parser.parse_args(argv)
    from sinergi.ledger.store import own_agency
    from sinergi.node.story import acts

    if own_agency().code not in OFFICES:
        raise Refused("Simpul ini bukan simpul demo.", code="N-12")
    at = from_text(asked.instant)
    if asked.what == FURNISH:
        acts.furnish(at)
    elif asked.what == TOKENS:
        _print_tokens(at)
    else:
        acts.ACTS[int(asked.what)][1](at)
    return 0


ORDER = (
    *("kpu-tapsel", "kpu-paluta", "polres-tapsel", "kpu-tapsel", "kpu-paluta", "kpu-tapsel", "kpu-paluta"),
    *("kpu-tapsel", "polres-tapsel", "kpu-tapsel", "kpu-tapsel", "kpu-paluta"),
    *("polres-tapsel", "kpu-tapsel", "kpu-paluta"),
    *("polres-tapsel", "kpu-tapsel", "kpu-paluta", "kpu-tapsel", "polres-tapsel"),
)
"""Which agency acts when; a test keeps it equal to acts.ACTS."""


def _act(present: dict[str, Place], count: int, at: str) -> None:
    place = present.get(ORDER[count])
    if place is None:
        return
    _sync(place)
    _inside(place, "rehearse", str(count), at)


def _witness(places: list[Place]) -> None:
    """Let the supervisor's node, where it is served, witness the others' logs from outside."""
    for witness in places:
        if witness.name in PARTIES:
            continue
        for place in places:
            # Whoever joins the demo later is introduced then.
            if place.name in PARTIES and not (mark := witness.data / f"witnesses-{place.name}").exists():
                _introduce(witness, place, "--witness")
                mark.touch()
        # Partners' logs are known to the witness once it has met their authors too.
        for place in places:
            _sync(place)


def _introduce(inviting: Place, invited: Place, *more: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        letter = Path(folder) / "undangan.json"
        said = _inside(inviting, "invite", "--for", OFFICES[invited.name].name, "--inside", "--quiet", str(letter))
        # People compare fingerprints by voice; in the demo both ends are this process.
        fingerprint = said.rsplit(":", 1)[1].strip()
        _inside(invited, "accept", "--inside", "--fingerprint", fingerprint, *more, str(letter))


def _sync(place: Place) -> None:
    # A partner whose line the story has cut does not answer; that is the point of that act.
    with contextlib.suppress(Refused):
        _inside(place, "sync", "once")


def _inside(place: Place, verb: str, *argv: str) -> str:
    """Let the running node do a verb; what it printed. Raises Refused with what went wrong."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = hand_over(place.data, verb, list(argv))
    if code != 0:
        raise Refused(f"{place.name}: {err.getvalue().strip() or verb}", code="N-13")
    return out.getvalue()


def _verb(place: Place, *argv: str) -> None:
    command = Path(sys.executable).with_name("sinergi")
    done = subprocess.run(  # noqa: S603  our own program, arguments from our own table
        [str(command), "--data", str(place.data), *argv], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Refused(f"{place.name}: {done.stderr.strip()}", code="N-13")


def _print_tokens(at: datetime) -> None:
    from sinergi.access import accounts
    from sinergi.access.models import Token, User
    from sinergi.ledger.store import own_agency

    office: Office = OFFICES[own_agency().code]
    for person in office.people:
        user = User.objects.get(username=person.username)
        Token.objects.filter(user=user, label="demo").delete()
        text = accounts.new_token(user, label="demo", at=at, expires_at=at + timedelta(days=300))
        print(f"{person.username} {text}")


__all__ = ["is_made", "logins", "make", "play", "rehearse"]
