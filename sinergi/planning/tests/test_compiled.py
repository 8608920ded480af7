"""The compiled loops say what the plain ones say: each in a process of its own, since numba is chosen at import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

MEDIAN = """
import numpy as np
from sinergi.planning import capacitated_p_median, median, median_bound
median.STEPS = 20
median.BOUND_STEPS = ((False, 10), (True, 10))
dice = np.random.default_rng(3)
at, demand = dice.integers(0, 100, (9, 2)).astype(float), dice.integers(1, 6, 9)
found = capacitated_p_median(at.tolist(), demand.tolist(), 14, 3, rounds=2)
print(list(found.medians), list(found.assignment), found.cost, found.lower_bound)
"""
ESCORTS = """
from sinergi.planning import routes
from sinergi.planning.model import Limits
from sinergi.planning.tests.test_routes import case
routes.BLOCK = 25
plan = routes.route(*case(2), Limits(rounds=2))
print(plan.routes, plan.departs, plan.metres, plan.arrival.tolist())
"""
NAMES = """
from sinergi.planning.officers import solved
from sinergi.planning.tests.names import small
for seed in range(6):
    plan = solved(*small(seed, 9))
    print(plan.officer, plan.post, plan.cost_mm, plan.bound_mm, plan.units.worth.tolist(), plan.worth.tolist())
"""


@pytest.mark.slow
@pytest.mark.parametrize("program", [MEDIAN, ESCORTS, NAMES], ids=["median", "escorts", "names"])
def test_compiled_or_plain_the_answer_is_the_same(program):
    said = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "SINERGI_PLAIN_LOOPS": plain, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for plain in ("", "1")
    ]
    assert said[0] == said[1] and said[0].strip()
