"""Evidence that leaves the node: an agreement or one record with everything needed to check it, in one text file.

`export` writes it from the store, `check` judges it from its bytes alone, `container` is the shape of the file. The
format is docs/protocol/evidence.md; docs/protocol/verify.py is a second verifier that shares no code with this one.
"""

from sinergi.ledger.evidence.container import BadEvidence
from sinergi.ledger.evidence.export import export_agreement, export_histories, export_record

__all__ = ["BadEvidence", "export_agreement", "export_histories", "export_record"]
