"""Measurements: `script/bench NAME` runs one; each writes bench/results/NAME.json."""
