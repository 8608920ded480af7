"""One police resort, two commissions, three processes: every byte that reaches one is searched for the other; recorded
requests are played again and answers are tampered with on the wire."""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from sinergi.kernel.ids import record_key
from sinergi.ledger import envelope, keys
from sinergi.sync.conversation import Conversation, TurnedAway
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES
from tests.sync.nodes import PATIENCE, Node, agree, meet, same_logs, until
from tests.sync.proxy import Proxy

pytestmark = pytest.mark.slow

WORDS_A, WORDS_B = "KENARI-TAPSEL-4711", "KENARI-PALUTA-0815"


class Resort:
    """The three nodes, their two agreements, and the four wires: to the police, and from the police, for each."""

    def __init__(self, folder: Path) -> None:
        self.police, self.kpu, self.other = (
            Node(folder / who["code"], who) for who in (POLRES, KPU_TAPSEL, KPU_PALUTA)
        )
        self.to_police: dict[str, Proxy] = {}
        self.from_police: dict[str, Proxy] = {}
        self.agreement: dict[str, str] = {}
        nodes = (self.police, self.kpu, self.other)
        with ThreadPoolExecutor() as starting:
            list(starting.map(Node.plug_in, nodes))
        for node in nodes:
            node.found()
        for node, words in ((self.kpu, WORDS_A), (self.other, WORDS_B)):
            code = node.who["code"]
            self.to_police[code], self.from_police[code] = self.police.overhear(), node.overhear()
            meet(self.police, node)
            self.agreement[code] = agree(node, self.police)
            node.do("say", agreement=self.agreement[code], count=3, words=words)
            self.police.do("say", agreement=self.agreement[code], count=2, words=words)
            until(
                lambda node=node, code=code: same_logs(self.agreement[code], (node, self.police)), PATIENCE, "the same"
            )

    def wires(self, code: str) -> list[Proxy]:
        return [self.to_police[code], self.from_police[code]]

    def received(self, code: str) -> bytes:
        """Every byte the police sent to that commission: its answers, and what it asked and rang."""
        return b"\0".join([*self.to_police[code].answered, *self.from_police[code].asked])


@pytest.fixture(scope="module")
def resort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resort]:
    made = Resort(tmp_path_factory.mktemp("resort"))
    yield made
    for node in (made.police, made.kpu, made.other):
        node.kill()
    for code in made.agreement:
        for wire in made.wires(code):
            wire.close()


def secrets_of(node: Node, police: Node, agreement: str, words: str) -> dict[str, str]:
    """All that only this commission and the police may know of, by what it is."""
    found = {
        "agency": node.id,
        "agreement": agreement,
        "words": words,
        "name": node.who["name"],
        "code": node.who["code"],
    }
    ring = keys.load(node.data / "keys")
    for use in ("event", "checkpoint", "witness", "mirror", "transport"):
        found[f"{use} key"], found[f"{use} key id"] = ring.public(use).hex(), envelope.key_id(ring.public(use))
    for agency in (node.id, police.id):
        found[f"log of {agency[:4]}"] = envelope.log_id(agreement, agency, "facts")
    found["identity log"] = envelope.log_id("", node.id, "identity")
    for number, data in enumerate(police.do("headers", agreement=agreement)):
        header = json.loads(data)
        found |= {f"id {number}": header["id"], f"key {number}": record_key(header["log"], header["id"])}
        found[f"leaf {number}"] = header["leaf"]
    return found


def leaks(data: bytes, secrets: dict[str, str]) -> list[str]:
    """Which of these stand in the bytes: plain, in base64 (at any of its three beginnings), or with JSON escapes."""
    found = []
    for what, secret in secrets.items():
        raw = secret.encode()
        forms = [raw, raw.upper(), json.dumps(secret)[1:-1].encode()]
        if re.fullmatch("[0-9a-f]{32,}", secret):
            forms.append(base64.b64encode(bytes.fromhex(secret))[:-2])
        forms += [base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4] for shift in (0, 1, 2)]
        found += [what for form in forms if len(form) > 5 and form in data]
    return found


def test_the_search_finds_what_is_there(resort):
    """The same search over the same wire finds the commission's own secrets, so that not finding means something."""
    own = secrets_of(resort.kpu, resort.police, resort.agreement["kpu-tapsel"], WORDS_A)
    found = set(leaks(resort.received("kpu-tapsel"), own))
    assert {"agency", "agreement", "words", "identity log"} <= found
    assert any(what.startswith("id ") for what in found) and any(what.startswith("log of") for what in found)
    assert not any(
        data.startswith(b"\x1f\x8b") or b"\r\n\r\n\x1f\x8b" in data for data in resort.to_police["kpu-tapsel"].answered
    )


@pytest.mark.parametrize("code", ["kpu-tapsel", "kpu-paluta"])
def test_no_byte_that_reaches_one_commission_tells_of_the_other(resort, code):
    node, other = (resort.kpu, resort.other) if code == "kpu-tapsel" else (resort.other, resort.kpu)
    words = WORDS_B if code == "kpu-tapsel" else WORDS_A
    secrets = secrets_of(other, resort.police, resort.agreement[other.who["code"]], words)
    node.do("round", agency=resort.police.id)
    resort.police.do("round", agency=node.id)
    data = resort.received(code)
    assert len(secrets) > 30 and len(data) > 10_000
    assert leaks(data, secrets) == []


def test_asking_for_the_others_logs_with_a_valid_key_answers_like_asking_for_nothing(resort):
    """Entries, bodies and identities of the other, by name, with the commission's real transport key."""
    secrets = secrets_of(resort.other, resort.police, resort.agreement["kpu-paluta"], WORDS_B)
    wire, known = Proxy(resort.police.port), resort.agreement["kpu-paluta"]
    theirs = [envelope.log_id(known, agency, "facts") for agency in (resort.other.id, resort.police.id)]
    theirs += [envelope.log_id("", resort.other.id, "identity"), envelope.log_id("", resort.police.id, "internal")]
    nothing = ["ab" * 32]
    answers: dict[str, set[bytes]] = {}
    keys.use(keys.load(resort.kpu.data / "keys"))
    line = Conversation(wire.url, resort.police.id, inside=True)
    try:
        line.state()
        for log in theirs + nothing:
            logs = f"/sync/v1/logs/{log}"
            for target, body in (
                (f"{logs}/entries?from=0", b""),
                (f"{logs}/entries?from=2", b""),
                (f"{logs}/entries?from=x", b""),
                (f"{logs}/entries", b""),
                (f"{logs}/bodies", b'{"seqs":[0,1,2]}'),
                (f"{logs}/bodies", b'{"seqs":"x"}'),
            ):
                with pytest.raises(TurnedAway):
                    line.ask("POST" if body else "GET", target, body, limit=100_000)
                # What differs from answer to answer (challenge, date, number of the request) is drawn by lot.
                head, _, said = wire.answered[-1].partition(b"\r\n\r\n")
                names = sorted(line.split(b":")[0].lower() for line in head.split(b"\r\n"))
                answers.setdefault(target.replace(log, "LOG") + body.decode(), set()).add(b"\n".join([*names, said]))
        for path in (
            f"/sync/v1/logs/{known}",
            "/sync/v1/logs",
            f"/sync/v1/state/{known}",
            f"/sync/v1/state?agreement={known}",
            f"/siapa-punya-apa/bukti/{known}.sinergi",
        ):
            try:
                line.ask("GET", path, limit=1_000_000)
            except TurnedAway:
                continue
    finally:
        line.close()
        wire.close()
        keys.use(None)
    assert {target: len(said) for target, said in answers.items()} == dict.fromkeys(answers, 1)
    assert len(wire.answered) > 25 and leaks(b"\0".join(wire.answered), secrets) == []


def test_even_the_moment_of_a_fact_is_not_told_to_the_other_commission(resort):
    """The bell rings for those only who may read what was stored."""
    wire = resort.from_police["kpu-tapsel"]
    rung = sum(b"/sync/v1/hint" in request for request in wire.asked)
    known = resort.agreement["kpu-paluta"]
    heard = resort.from_police["kpu-paluta"]
    before = sum(b"/sync/v1/hint" in request for request in heard.asked)
    resort.police.do("say", agreement=known, count=3, first=10, words=WORDS_B)
    until(lambda: same_logs(known, (resort.other, resort.police)), PATIENCE, "the other has it")
    assert sum(b"/sync/v1/hint" in request for request in heard.asked) > before
    assert sum(b"/sync/v1/hint" in request for request in wire.asked) == rung


def played(port: int, request: bytes) -> bytes:
    """Exactly these bytes on a fresh connection; the answer."""
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(request)
        line.settimeout(10)
        answer = line.recv(65536)
    return answer


def held(node: Node) -> tuple[dict[str, list], str]:
    """What a node stores, but for cosignatures, which may still be on their way, and its tables."""
    return {origin: row[:4] for origin, row in node.do("logs").items()}, node.do("tables")


def altered(request: bytes, old: bytes, new: bytes) -> bytes:
    assert old in request
    return request.replace(old, new, 1)


def test_recorded_requests_open_nothing_again(resort):
    """As they were; to another node; with another path, query, body, time, key or audience."""
    police, wire = resort.police, resort.to_police["kpu-tapsel"]
    signed = [request for request in wire.asked if b"Signature-Input" in request]
    entries = next(request for request in signed if b"/entries?from=0" in request)
    bodies = next(request for request in signed if b"/bodies" in request)
    state = next(request for request in signed if b"/sync/v1/state" in request)
    hint = next(request for request in resort.from_police["kpu-tapsel"].asked if b"Signature-Input" in request)
    before = [held(node) for node in (police, resort.kpu, resort.other)]
    log = entries.split(b"/logs/")[1][:64]
    cases = {
        "as it was": (police, state, 401), "entries": (police, entries, 401), "bodies": (police, bodies, 401),
        "twice on one line": (police, state + state, 401),
        "to another node": (resort.other, state, 403), "the bell at another node": (resort.other, hint, 403),
        "another path": (police, altered(entries, log, b"0" * 64), 403),
        "another query": (police, altered(entries, b"from=0", b"from=1"), 403),
        "another method": (police, altered(state, b"GET ", b"HEAD "), 405),
        "another body": (police, re.sub(rb'"seqs":\[[0-9]', b'"seqs":[7', bodies, count=1), 400),
        "another time": (police, re.sub(rb"created=[0-9]", b"created=9", state, count=1), 403),
        "another challenge": (police, re.sub(rb'nonce="..', b'nonce="zz', state, count=1), 403),
        "another key": (police, re.sub(rb'keyid="..', b'keyid="zz', state, count=1), 400),
        "an unknown key": (police, re.sub(rb'keyid="[0-9a-f]{4}', b'keyid="0000', state, count=1), 403),
        "another audience": (police, re.sub(rb"(?i)(sinergi-audience: )....", rb"\g<1>0000", state, count=1), 403),
        "no signature": (police, re.sub(rb"(?i)\r\nsignature: [^\r]*", b"", state), 401),
        "a second label": (police, re.sub(rb"(?i)(\r\nsignature: )", rb"\1x=:AAAA:, ", state), 400),
    }  # fmt: skip
    for why, (node, request, status) in cases.items():
        answer = played(node.port, request)
        assert answer.startswith(b"HTTP/1.1 %d" % status), (why, answer[:200])
        assert b"checkpoint" not in answer and b"entries" not in answer, why
    assert [held(node) for node in (police, resort.kpu, resort.other)] == before


def entries_of(change: Callable[[dict], None]) -> Callable[[bytes, bytes, bytes], bytes | None]:
    """Tamper with bundles only: change the document, keep everything else honest."""

    def tamper(request: bytes, head: bytes, body: bytes) -> bytes | None:
        if b"/entries?" not in request.split(b"\r\n")[0] or b" 200 " not in head.split(b"\r\n")[0]:
            return None
        document = json.loads(body)
        change(document)
        fresh = msgspec.json.encode(document)
        return re.sub(rb"(?i)content-length: *[0-9]+", b"Content-Length: %d" % len(fresh), head) + fresh

    return tamper


def cut(request: bytes, head: bytes, body: bytes) -> bytes | None:
    return (head + body)[: len(head) + len(body) // 2] if b"/entries?" in request.split(b"\r\n")[0] else None


def exchanged(document: dict, one: int, other: int) -> None:
    entries = document["entries"]
    entries[one], entries[other] = entries[other], entries[one]


LIES = {
    "reordered": entries_of(lambda document: exchanged(document, -1, -2)),
    "one missing": entries_of(lambda document: document["entries"].pop(0)),
    "the last missing": entries_of(lambda document: document["entries"].pop()),
    "one twice": entries_of(lambda document: document["entries"].insert(0, document["entries"][0])),
    "forged fact": entries_of(lambda document: document["entries"].append(
        document["entries"].pop().replace('"number":', '"number":9'))),
    "forged signature": entries_of(lambda document: document["entries"].append(
        (lambda text: text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:])(document["entries"].pop()))),
    "no proof of another": entries_of(lambda document: document.update(proof=["00" * 32])),
    "forged checkpoint": entries_of(lambda document: document.update(
        checkpoint=re.sub(r"\n([0-9]+)\n", lambda size: f"\n{int(size[1]) + 1}\n", document["checkpoint"], count=1))),
    "another log": entries_of(lambda document: document.update(log="00" * 32)),
    "another start": entries_of(lambda document: document.update(start=document["start"] + 1)),
    "a member more": entries_of(lambda document: document.update(more=1)),
    "cut in the middle": cut,
}  # fmt: skip


def test_no_lie_on_the_wire_is_stored_and_nothing_is_lost(resort):
    """The police pull from a commission over a wire that tampers with every bundle; then over an honest one."""
    police, kpu, wire = resort.police, resort.kpu, resort.from_police["kpu-tapsel"]
    known = resort.agreement["kpu-tapsel"]
    for number, (why, lie) in enumerate(LIES.items()):
        before = police.do("logs", agreement=known)
        wire.tamper, wire.tampered = lie, 0
        kpu.do("say", agreement=known, count=3, first=100 + 10 * number, words=WORDS_A)
        said = police.do("round", agency=kpu.id)
        until(lambda: wire.tampered > 0, PATIENCE, why)
        # A bundle from a later place looks like one that another partner's copy overtook: no lie, only no use.
        assert said or why == "another start", why
        held = police.do("logs", agreement=known)
        assert {origin: row[:2] for origin, row in held.items()} == {
            origin: row[:2] for origin, row in before.items()
        }, why
        wire.tamper = None
        assert police.do("round", agency=kpu.id) == [], why
    until(lambda: same_logs(known, (kpu, police)), PATIENCE, "converged over an honest wire")
    assert police.do("tables") and police.do("rebuild") == kpu.do("rebuild") == []
