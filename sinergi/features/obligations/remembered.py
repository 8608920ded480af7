"""The counts of each agreement, kept in memory until something they were counted from changes.

What is kept names what it was counted from: how far this node folded which logs and by whose witness, the node's own
calendar, the holidays of this program (announced ones are facts of the logs). That is read before counting, so a fact
that comes in between only makes the next look count again. Nothing tells this module of a change, so other processes,
late corrections and repaired tables need no care.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from threading import Lock

from django.db.models import Count, Max, Sum

from sinergi.features.obligations.counts import Counts
from sinergi.features.stages import public as stages
from sinergi.kernel.once import afresh, once
from sinergi.ledger.models import Cosignature, FoldedBy, Log

# A few kilobytes each; a nation has about five hundred.
MOST = 2000

_kept: OrderedDict[str, tuple[Hashable, Counts]] = OrderedDict()
_lock = Lock()


def remembered(
    agreements: Iterable[str], day: date, count: Callable[[list[str]], dict[str, Counts]]
) -> dict[str, Counts]:
    """The counts of each agreement, good for `day`; `count` is asked for those of which nothing kept is still true."""
    wanted = list(agreements)
    sources = _sources(tuple(wanted))
    with _lock:
        kept = {agreement: _kept.get(agreement, (None, None)) for agreement in wanted}
    found = {
        agreement: known
        for agreement, (source, known) in kept.items()
        if known is not None and source == sources[agreement] and day <= known.until
    }
    changed = [agreement for agreement in wanted if agreement not in found]
    if changed:
        # The page may have read the tables before the sources: what it keeps is not what they name.
        with afresh():
            found |= count(changed)
    with _lock:
        for agreement in wanted:
            _kept[agreement] = (sources[agreement], found[agreement])
            _kept.move_to_end(agreement)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return {agreement: found[agreement] for agreement in wanted}


@once
def _sources(agreements: tuple[str, ...]) -> dict[str, Hashable]:
    """What the counts of each agreement come from. Heads are hashes over everything before them."""
    made: dict[str, list[Hashable]] = {agreement: [] for agreement in agreements}
    logs = Log.objects.filter(agreement__in=agreements).order_by("pk")
    for agreement, *log in logs.values_list("agreement", "pk", "folded", "head"):
        made[agreement].append(tuple(log))
    # Who else held a fact, and when, decides which clock counts for it.
    marks = Cosignature.objects.filter(log__agreement__in=agreements).values("log", "log__agreement").order_by("log")
    for agreement, *mark in marks.annotate(n=Count("pk"), last=Max("pk"), sizes=Sum("size")).values_list(
        "log__agreement", "log", "n", "last", "sizes"
    ):
        made[agreement].append(tuple(mark))
    # Written anew whenever the tables were: by an upgrade or a repair.
    tables = FoldedBy.objects.aggregate(last=Max("run"))["last"]
    for_all = (tables, stages.calendar(), stages.closures("").known)
    return {agreement: (*told, *for_all) for agreement, told in made.items()}
