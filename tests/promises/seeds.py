"""Inputs that once broke or delayed a node. They are sent first, by everybody, in every run; a new finding joins them.

`{key}`, `{agreement}` and the other named parts of addresses stand for objects of the demo at hand.
"""

from __future__ import annotations

from tests.promises.inputs import Input

SEEDS: tuple[Input, ...] = ()
