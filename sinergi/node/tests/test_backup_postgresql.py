"""A back-up of a store in PostgreSQL is one file like any other, and goes back into PostgreSQL or into SQLite."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_a_store_in_postgresql_is_backed_up_and_put_back_into_either_kind(tmp_path):
    """The drill, on a real server: one that was written to, and two emptied machines."""
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity").write_text(str(identity))
    (tmp_path / "drill.sh").write_text(DRILL)
    given = {
        "TO": str(identity.to_public()),
        "PYTHON": sys.executable,
        "SINERGI": str(Path(sys.executable).with_name("sinergi")),
    }
    done = subprocess.run(
        [str(ROOT / "script/postgresql"), "bash", str(tmp_path / "drill.sh"), str(tmp_path)],
        cwd=ROOT, env=os.environ | given, capture_output=True, text=True, timeout=580,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said = {line.split("=", 1)[0]: line.split("=", 1)[1] for line in done.stdout.splitlines() if "=" in line}
    assert said["full"].endswith("[N-43]")
    before, other, plain = (json.loads(said[name]) for name in ("before", "other", "plain"))
    assert before["facts"] > 2 and before["users"] == 2
    assert before == other == plain


# `tables` prints what a store holds; facts stated after the restore get numbers of their own.
DRILL = r"""
set -euo pipefail
folder=$1
server=$SINERGI_DATABASE
verb() { "$SINERGI" --data "$@"; }
tables() { SINERGI_DATA=$1 "$PYTHON" -c '
import json
from pathlib import Path
import os
from sinergi.node import opening
opening.open_node(Path(os.environ["SINERGI_DATA"]))
from sinergi.access.models import User
from sinergi.ledger.models import Body, Entry, FoldedTable
import hashlib
tables = repr([(t._meta.label, len(t.content())) for t in FoldedTable.tables()])
entries = repr([(bytes(e.data), e.state) for e in Entry.objects.order_by("pk")])
print(json.dumps({"facts": Entry.objects.count(), "bodies": Body.objects.count(), "users": User.objects.count(),
                  "tables": tables, "entries": hashlib.sha256(entries.encode()).hexdigest()}))'; }
mkdir "$folder/made"
"$PYTHON" -m tests.promises.furnish "$folder/made/node"
mkdir "$folder/made/node/blobs" && echo scan > "$folder/made/node/blobs/scan"
echo "before=$(tables "$folder/made/node")"
verb "$folder/made/node" backup --recipient "$TO" "$folder/node.age"
verb "$folder/made/node" backup --keys --recipient "$TO" "$folder/keys.age"
test ! -e "$folder/made/node/node.sqlite3"
restore() { verb "$1" restore --identity "$folder/identity" --keys "$folder/keys.age" "$folder/node.age"; }
# Onto a full database nothing is put.
echo "full=$(restore "$folder/again" 2>&1 || true)"
test ! -e "$folder/again"
"$PYTHON" - <<END
import os, psycopg
from urllib.parse import unquote, urlsplit
parts = urlsplit("$server")
with psycopg.connect(host=unquote(parts.hostname), user=parts.username, dbname="sinergi", autocommit=True) as found:
    found.execute("CREATE DATABASE sinergi2")
END
export SINERGI_DATABASE=${server}2
restore "$folder/again"
test -e "$folder/again/blobs/scan" && test ! -e "$folder/again/node.sqlite3"
echo "other=$(tables "$folder/again")"
verb "$folder/again" user add tirta --name "Tirta Lesmana" --role chair
export SINERGI_DATABASE=
restore "$folder/plain"
echo "plain=$(tables "$folder/plain")"
verb "$folder/plain" user add tirta --name "Tirta Lesmana" --role chair
verb "$folder/plain" rebuild --check
"""
