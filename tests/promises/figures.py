"""What a promise test measured, for people and for the table that `script/test` prints at its end."""

from __future__ import annotations

import json
import os


def print_figure(promise: str, figure: str, says: str) -> None:
    """Print the measured figure of a promise (`P15`) and what it says, and hand both to `script/test`.

    A figure that no test prints is not a promise. Seeds belong into `says`.
    """
    print(f"{promise}: {figure} — {says}")
    table = os.environ.get("SINERGI_PROMISES")
    if table:
        with open(table, "a", encoding="utf-8") as file:
            file.write(json.dumps({"id": promise, "figure": figure, "says": says}, ensure_ascii=False) + "\n")
