"""Quick checks run the loops as plain Python: no compiler to wait for. A slow one compares with the compiled ones."""

from __future__ import annotations

import os

os.environ["SINERGI_PLAIN_LOOPS"] = "1"
