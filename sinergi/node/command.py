"""`sinergi [--data DIR] VERB`: the command line of one node."""


def main() -> None:
    """Run one verb; exit 0 only when what was asked is true."""
    raise SystemExit("sinergi: no verb yet")
