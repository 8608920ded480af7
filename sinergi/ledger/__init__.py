"""The transparency log: what an agency may have to prove to another, signed, ordered, hashed and kept as received.

Pure rooms (bytes in, verdict out; no database, no clock): `events` (declaring what can be said), `envelope` (the
signed header), `merkle` (RFC 6962), `checkpoint` (C2SP signed notes). Rooms with a store: `models`, `keys`, `catalog`
(kinds and their projections), `store` (append, admit, fold), `writer` (the one door for writing), `grades`, `fsck`,
`rebuild`. The protocol is written down for strangers in docs/protocol/.
"""
