"""One process that uses a witness's store: `python -m tests.nodes.witness_process WHAT DATA CASE`.

`make`: found the node and meet the author; `ask`: submit growing checkpoints as fast as they are taken, one JSON line
[old, size] for each cosignature; `die`: end as by kill -9 between keeping and answering. CASE: what the test prepared.
"""

from __future__ import annotations

import base64
import json
import os
import random
import sys
from pathlib import Path


def main() -> None:
    what, data, case = sys.argv[1], Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text())
    os.environ["SINERGI_DATA"] = str(data)
    from sinergi.node.opening import open_node

    open_node(data)
    from sinergi.kernel.instants import now
    from sinergi.ledger import checkpoint as notes
    from sinergi.ledger import founding, keys, witness, witnessing
    from sinergi.ledger.writer import run

    def asked(old: int, size: int) -> bytes:
        proof = [base64.b64decode(item) for item in case["proofs"][f"{old} {size}"]]
        return witness.encode(old, proof, case["notes"][size - 1].encode())

    if what == "make":
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
        founding.found_agency(keys.folder(), at=now(), code="b", name="Bawaslu", kind="supervisor", region="1203")
        from sinergi.ledger import bundle, store

        run(lambda: founding.introduce(case["identity"]["entries"][0].encode()))
        run(lambda: store.admit_checked(bundle.decode(json.dumps(case["identity"]).encode())))
    elif what == "die":
        notes.cosign = lambda *_given: os._exit(9)
        witnessing.add_checkpoint(asked(0, 5), now())
    else:
        old, last, chance = 0, len(case["notes"]), random.Random(os.getpid())
        while old < last:
            size = min(last, old + chance.randint(1, 3))
            try:
                witnessing.add_checkpoint(asked(old, size), now())
                print(json.dumps([old, size]), flush=True)
                old = size
            except witnessing.Declined as declined:
                assert declined.status == 409, declined.status
                old = declined.size


if __name__ == "__main__":
    main()
