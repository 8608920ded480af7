"""Sealed objects on their way: only their reader gets them, a cut line loses nothing, nothing untrue is kept."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from sinergi.sync import objects
from sinergi.sync.fetch import Unreachable
from sinergi.sync.tests.test_hostile_requests import partner

__all__ = ["partner"]

PLAIN = bytes(range(256)) * 40
DIGEST = hashlib.sha256(PLAIN).hexdigest()


class Known:
    """A feature that wants one object and gives it to one reader."""

    def __init__(self, reader: str = "", size: int = len(PLAIN)) -> None:
        self.reader, self.size = reader, size
        self.here: list[str] = []
        self.names, self.destroyed = ["fact"], set[str]()

    def wanted(self, partner: str) -> list[objects.Wanted]:
        names = self.names if partner == "kpu" else []
        return [objects.Wanted(name=name, digest=DIGEST, size=self.size) for name in names]

    def may_keep(self, name: str) -> bool:
        return name not in self.destroyed

    def may_read(self, reader: str, digest: str) -> bool:
        return (reader, digest) == (self.reader, DIGEST)

    def digest_of(self, name: str) -> str:
        return DIGEST if name in self.names else ""

    def owed(self, reader: str) -> set[str]:
        return set()

    def arrived(self, name: str) -> None:
        if name == "bad":
            raise objects.Untrue("its content")
        self.here.append(name)


class Line:
    """A partner that gives `step` bytes at once and hangs up after `pieces` of them."""

    def __init__(self, given: bytes = PLAIN, *, step: int = 1_000, pieces: int = 10**6) -> None:
        self.given, self.step, self.pieces = given, step, pieces
        self.asked: list[int] = []

    def piece(self, digest: str, start: int) -> bytes | None:
        if len(self.asked) == self.pieces:
            raise Unreachable("putus")
        self.asked.append(start)
        return self.given[start : start + self.step]


@pytest.fixture(autouse=True)
def known(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Known:
    settings.DATA = tmp_path
    source = Known()
    monkeypatch.setattr(objects, "_sources", lambda: [source])
    monkeypatch.setattr(objects, "_failures", {})
    return source


def sealed_here() -> None:
    with objects.drafted() as (file, path):
        file.write(PLAIN)
        objects.keep(file, path, DIGEST)


def left(folder: Path) -> list[str]:
    return [path.name for path in (folder / "blobs" / "sealed").iterdir()]


def test_a_cut_line_is_taken_up_where_it_was_cut(known):
    with pytest.raises(Unreachable):
        objects.fetch(Line(pieces=4), "kpu", at=0)
    assert not objects.is_here("fact") and known.here == [] and objects.names() == {"fact"}
    line = Line()
    assert objects.fetch(line, "kpu", at=0) == (len(PLAIN) - 4_000, [])
    assert line.asked[0] == 4_000 and objects.path_of("fact").read_bytes() == PLAIN and known.here == ["fact"]
    # Whole already: nothing is asked again, and the feature hears of it until it no longer wants it.
    assert objects.fetch(Line(pieces=0), "kpu", at=0)[0] == 0 and objects.fetch(Line(pieces=0), "polres", at=0)[0] == 0


@pytest.mark.parametrize("given", [PLAIN[:-1], PLAIN + b"x", b"", PLAIN[:-1] + b"x"])
def test_what_is_not_the_object_is_thrown_away(known, given, tmp_path):
    _brought, untrue = objects.fetch(Line(given, step=10**6), "kpu", at=0)
    assert len(untrue) == 1 and known.here == [] and left(tmp_path) == []


def test_one_untrue_object_keeps_nobody_waiting_and_is_asked_for_less_and_less(known, tmp_path):
    known.names = ["bad", "fact"]
    _brought, untrue = objects.fetch(Line(), "kpu", at=0)
    assert [str(error) for error in untrue] == ["its content"] and known.here == ["fact"] and left(tmp_path) == ["fact"]
    known.names, tried = ["bad"], []
    for second in range(0, 3_600, 20):
        if objects.fetch(Line(), "kpu", at=second)[1]:
            tried.append(second)
    assert tried == [60, 180, 420, 900, 1860] and objects.failure("bad").times == 6


def test_what_is_destroyed_while_it_comes_is_not_kept(known, tmp_path):
    class Slow(Line):
        def piece(self, digest: str, start: int) -> bytes | None:
            if start >= 5_000:
                known.destroyed.add("fact")
                objects.drop("fact")
            return super().piece(digest, start)

    objects.fetch(Slow(), "kpu", at=0)
    assert known.here == [] and left(tmp_path) == []
    # The owner has heard of it first and gives no more: the half of it goes too.
    known.destroyed.clear()
    line = Line(pieces=4)
    line.piece = lambda digest, start: None if known.destroyed.add("fact") is None and start else PLAIN[:1_000]  # type: ignore[method-assign]
    objects.fetch(line, "kpu", at=0)
    assert known.here == [] and left(tmp_path) == []


def test_what_is_destroyed_after_the_last_look_is_not_kept(known, tmp_path):
    looks = iter([True, False])

    def may_keep(name: str) -> bool:
        if answer := next(looks):
            objects.drop(name)
        return answer

    known.may_keep = may_keep
    objects.fetch(Line(), "kpu", at=0)
    assert known.here == [] and left(tmp_path) == []


def test_a_partner_that_has_it_no_longer_is_asked_again_later(known):
    line = Line()
    line.piece = lambda digest, start: None  # type: ignore[method-assign]
    assert objects.fetch(line, "kpu", at=0) == (0, []) and known.here == []


def test_a_draft_that_is_not_kept_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), objects.drafted() as (file, _path):
        file.write(b"x")
        raise ZeroDivisionError
    assert list((tmp_path / "blobs" / "sealed").iterdir()) == []


def test_only_its_reader_gets_an_object_and_from_any_place(known, partner, police):
    sealed_here()
    path = f"/sync/v1/objects/{DIGEST}"
    assert partner("GET", path, "from=0").status_code == 404
    known.reader = police.id
    answer = partner("GET", path, "from=10000")
    assert (answer.status_code, answer.content) == (200, PLAIN[10_000:])
    assert partner("GET", path, "from=999999999").content == b""
    for query, status in (("from=-1", 400), ("", 400), ("from=" + "9" * 16, 400), ("from=%D9%A3", 400)):
        assert partner("GET", path, query).status_code == status
    assert partner("POST", path, "from=0").status_code == 405
    objects.drop(DIGEST)
    assert partner("GET", path, "from=0").status_code == 404


def test_a_flipped_bit_in_a_scan_or_an_object_is_named(known: Known, settings: Any):
    kept = Path(settings.DATA) / "blobs"
    whole = {f"sealed/{DIGEST}": PLAIN, "sealed/fact": PLAIN, "scans/" + hashlib.sha256(b"%PDF").hexdigest(): b"%PDF"}
    for name, data in whole.items():
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        (kept / name).write_bytes(data)
    (kept / "sealed" / ".fact.part").write_bytes(b"still growing")
    assert list(objects.damaged()) == []
    for name, data in whole.items():
        (kept / name).write_bytes(bytes([data[0] ^ 1]) + data[1:])
        assert list(objects.damaged()) == [name]
        (kept / name).write_bytes(data)
