"""What a proven evidence file says: who signed, its records, and how strong the evidence for each is."""

from __future__ import annotations

import msgspec


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """An agency whose identity log is in the file. `fingerprint` is its id; `keys` its public keys by use."""

    fingerprint: str
    code: str
    name: str
    keys: dict[str, list[bytes]]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One cosignature that holds: who says since when that they saw (witness) or stored (mirror) how much of a log.

    Or a time-stamp (stamp) by the authority of that fingerprint.
    """

    log: str
    agency: str
    use: str
    size: int
    at: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One proven record as told to people. `verdict` is empty where the protocol's rules hold for it too."""

    log: str
    seq: int
    key: str
    kind: str
    at: str
    agency: str
    actor: str
    office: str
    exercise: bool
    arrived: int
    witnessed: int
    of: int
    body: str
    verdict: str
    stamped: str = ""  # since when at the latest, by an authority that the reader trusts


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a proven file is evidence of."""

    agreement: str
    record: str
    exporter: str
    at: str
    lines: int
    records: int
    signers: list[Signer]
    parties: list[str]
    absent: list[str]
    marks: list[Mark]
    forks: dict[str, str]  # by log, the author who told two histories of it
    stamps: int  # time-stamps in the file
    unjudged: int  # of these, the ones of which nobody said which authority to trust
