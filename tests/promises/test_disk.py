"""P4: a full disk and a failing flush are said in a sentence, and nothing is acknowledged that is not stored."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
import urllib3

from sinergi.kernel.ids import new_event_id
from tests.promises.figures import print_figure
from tests.promises.running import REQUESTS, Office, Posting, seed, traced

pytestmark = pytest.mark.slow

DISK_MB = 64
REFUSALS = 30
RECOVERY_S = 10.0


@pytest.fixture
def cramped(office: Office) -> Iterator[Office]:
    """The office on a disk of its own, of 64 MB, mounted over its folder for this test only."""
    root = [] if os.getuid() == 0 else ["sudo", "-n"]
    owner = f"size={DISK_MB}m,uid={os.getuid()},mode=0700"
    subprocess.run([*root, "mount", "-t", "tmpfs", "-o", owner, "sinergi-test", str(office.data)], check=True)
    try:
        office.put_back()
        yield office
        if office.pid:
            office.kill()
    finally:
        subprocess.run([*root, "umount", "-l", str(office.data)], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte free on the disk; the file that takes the room."""
    filler = disk / "filler"
    with open(filler, "ab", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                pass
    return filler


def sign_in(office: Office) -> tuple[int, str, str]:
    """Sign in as a person with a browser: status, page, and the session's cookies."""
    page = urllib3.request("GET", office.url + "/masuk/", retries=False, timeout=60)
    form = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.data.decode())
    assert form
    cookies = "; ".join(line.split(";")[0] for line in page.headers.getlist("set-cookie"))
    answer = urllib3.request(
        "POST",
        office.url + "/masuk/",
        body=urlencode({"username": "secretary", "password": "kata sandi panjang", "csrfmiddlewaretoken": form[1]}),
        headers={"cookie": cookies, "content-type": "application/x-www-form-urlencoded"},
        retries=False,
        timeout=60,
        redirect=False,
    )
    given = "; ".join(line.split(";")[0] for line in answer.headers.getlist("set-cookie"))
    return answer.status, answer.data.decode(), f"{cookies}; {given}"


def refused_until(office: Office, chance: random.Random, refusals: int) -> None:
    """Post until that many deliveries were not taken."""
    deadline = time.monotonic() + 60
    while len(office.told.others) < refusals:
        assert time.monotonic() < deadline, f"only {len(office.told.others)} were refused"
        office.post(new_event_id(datetime.now(UTC)), office.request(chance))


def test_a_full_disk_is_said_and_reading_goes_on(cramped: Office) -> None:
    number = seed()
    chance = random.Random(number)
    cramped.start()
    posting = Posting(cramped, chance)
    posting.wait_for(20)
    status, _, cookies = sign_in(cramped)
    assert status == 302
    filler = fill(cramped.data)
    # The programs go on while the disk is full.
    refused_until(cramped, chance, REFUSALS)
    assert {status for status, _ in cramped.told.others} <= {503, 507}, cramped.told.others
    assert all("tidak disimpan" in json.loads(said)["detail"] for _, said in cramped.told.others)
    # Reading goes on, for programs and for people, also where the page would note when somebody was last seen.
    assert cramped.ask("GET", REQUESTS).status == 200
    page = urllib3.request(
        "GET", cramped.url + "/", headers={"cookie": cookies}, retries=False, redirect=False, timeout=60
    )
    assert page.status == 200
    # Somebody who signs in is told why it does not work, unless the log of the database has just made room.
    status, said, _ = sign_in(cramped)
    deadline = time.monotonic() + 60
    while status == 302 and time.monotonic() < deadline:
        status, said, _ = sign_in(cramped)
    # What the node wrote goes with its folder: without it a failure here tells nothing.
    assert status == 507 and "penuh" in said, (status, (cramped.data.parent / "stderr").read_text()[-6000:])
    filler.unlink()
    freed = time.monotonic()
    while cramped.post(new_event_id(datetime.now(UTC)), cramped.request(chance)) is None:
        assert time.monotonic() - freed < RECOVERY_S
    recovered = time.monotonic() - freed
    posting.stop()
    refused = cramped.told.unanswered
    for id in refused:
        assert cramped.post(id, cramped.told.sent[id]) is not None
    assert cramped.stop() == 0
    assert cramped.stored() == []
    cramped.whole()
    print_figure(
        "P4",
        f"0 of {len(cramped.told.receipts)} lost on a full disk",
        f"{len(refused)} refused with 503/507 and a sentence, taken when sent again; reading went on; back "
        f"{recovered:.1f} s after there was room; seed {number}",
    )


def test_the_disk_test_sees_a_node_that_acknowledges_before_it_commits(cramped: Office) -> None:
    chance = random.Random(seed())
    cramped.start("acknowledges_before_commit")
    fill(cramped.data)
    for _ in range(100):
        if cramped.post(new_event_id(datetime.now(UTC)), cramped.request(chance)) is None:
            break
        if any("acknowledged" in sentence for sentence in cramped.stored()):
            cramped.kill()
            return
    raise AssertionError("the control lost nothing: the test is blind")


FAILING = "inject=fdatasync,fsync:error=EIO:when={}+"


def test_the_flush_test_sees_a_node_that_acknowledges_before_it_commits(office: Office) -> None:
    chance = random.Random(seed())
    office.start("acknowledges_before_commit")
    with traced(office.pid, "fdatasync,fsync", FAILING.format(1)):
        assert office.post(new_event_id(datetime.now(UTC)), office.request(chance)) is not None
    office.kill()
    assert any("acknowledged" in sentence for sentence in office.stored()), "the control lost nothing: it is blind"


def test_after_a_failed_flush_nothing_is_acknowledged_and_the_node_starts_anew(office: Office) -> None:
    number = seed()
    chance = random.Random(number)
    office.start()
    failing = chance.randint(2, 9)
    with traced(office.pid, "fdatasync,fsync", FAILING.format(failing)):
        posting = Posting(office, chance)
        try:
            ended = office.ended()
        finally:
            posting.stop()
    assert ended == 70
    assert office.stored() == []
    acknowledged = len(office.told.receipts)
    office.start()
    assert office.stored() == []
    for id in office.told.unanswered:
        assert office.post(id, office.told.sent[id]) is not None
    assert office.stop() == 0
    office.whole()
    print_figure(
        "P4",
        f"0 of {acknowledged} lost at a failed flush",
        f"flush {failing} and all later ones fail with EIO: the node ends with 70 and has acknowledged nothing "
        f"since; seed {number}",
    )
