"""What a person asked to be erased is gone at every holder, from every file, and does not come back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sinergi.features.rights.verbs import holding
from tests.nodes.fixtures import KPU_TAPSEL, POLRES
from tests.promises.figures import print_figure
from tests.sync.nodes import PATIENCE, agree, meet, same_logs, until
from tests.sync.test_two_nodes import nodes

pytestmark = pytest.mark.slow
__all__ = ["nodes"]
SENTINEL = "Sahrul Burung Enggang 0812-7777-0001"


def test_erased_at_every_holder_is_in_no_file_and_an_old_copy_erases_it_again(nodes, tmp_path):
    kpu, polres = nodes(KPU_TAPSEL, POLRES)
    meet(kpu, polres)
    agreement = agree(kpu, polres)
    kpu.do("say", agreement=agreement, count=1, words=SENTINEL)
    (theirs,) = polres.do("say", agreement=agreement, count=1, first=1, words=f"jawaban untuk {SENTINEL}")
    (ours,) = kpu.do("say", agreement=agreement, count=1, first=2, words=SENTINEL)
    until(lambda: same_logs(agreement, (kpu, polres)), PATIENCE, "both hold the words")
    # The control: what is looked for is found where it is. Two of the three records are asked for, the first is not.
    assert list(holding(kpu.data, SENTINEL)) and list(holding(polres.data, SENTINEL))
    polres.unplug()
    shutil.copytree(polres.data, tmp_path / "old")
    first = next(iter(kpu.do("records", agreement=agreement, kind="chatter.said")))
    request = kpu.do("ask_erasure", agreement=agreement, records=[first, ours, theirs])
    kpu.do("erase", request=request)
    # Whoever reads at that moment keeps the file of recent writes from being emptied until the next fact.
    kpu.do("say", agreement=agreement, count=1, first=3, words="surat suara")
    until(lambda: not list(holding(kpu.data, SENTINEL)), PATIENCE, "also while it serves, and in recent writes")
    # A partner that was away still holds it; it is not taken back from there, and the partner hears what is asked.
    polres.plug_in()
    until(lambda: request in polres.do("erasures"), PATIENCE, "the request arrived")
    assert list(holding(polres.data, SENTINEL)), "nobody erases for somebody else"
    polres.do("erase", request=request)
    both = sorted([kpu.id, polres.id])
    until(lambda: kpu.do("erasures")[request] == polres.do("erasures")[request] == both, PATIENCE, "both attested")
    assert clean(kpu.data) and clean(polres.data)
    assert kpu.do("tables") == polres.do("tables") and kpu.do("rebuild") == polres.do("rebuild") == []
    assert kpu.do("verify", agreement=agreement) == polres.do("verify", agreement=agreement) == ""
    # The copy from before comes back: its own attestation does too, and erases again.
    polres.kill()
    shutil.rmtree(polres.data)
    shutil.copytree(tmp_path / "old", polres.data)
    assert not clean(polres.data)
    polres.plug_in()
    until(lambda: polres.do("erasures").get(request) == both, PATIENCE, "its own words came back")
    until(lambda: clean(polres.data), PATIENCE, "erased again")
    until(lambda: same_logs(agreement, (kpu, polres)), PATIENCE, "one history")
    assert clean(kpu.data), "and nobody was given it again"
    print_figure("P29", "0 files", "words looked for in every file of both nodes, also after an old copy was put back")


def clean(folder: Path) -> bool:
    """Whether the words are in no file."""
    return list(holding(folder, SENTINEL)) == []
