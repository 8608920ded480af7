"""When at the latest the records in an evidence file existed, by the time-stamps (RFC 3161) in it.

    python verify.py FILE && python verify_timestamp.py --authority ROOT.pem FILE

verify.py (beside this) proves the records and checkpoints; this lets OpenSSL judge every time-stamp under them. It
shares no code with Sinergi and needs Python 3.11 and `openssl` 3. ROOT.pem is the certificate of the time authority
that you trust, from the authority itself; give the option once for each. Exit 0 only where every stamp holds under one.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

NOTE = re.compile(r"sinergi\.invalid/log/([0-9a-f]{64})\n([1-9][0-9]*)\n[^\n]{44}\n")


def openssl(*words):
    return subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607


def members(path):
    """Checkpoint texts by log and size, and every stamp: line, log, size, answer of the authority."""
    texts, stamps = {}, []
    for number, line in enumerate(Path(path).read_text().splitlines()[1:-1], 2):
        member = json.loads(line)
        _group, log, what, *rest = member["name"].split("/")
        if what in ("checkpoint", "proof"):
            found = NOTE.match(member["data"].partition("\n\n")[2] if what == "proof" else member["data"])
            texts.setdefault((found[1], int(found[2])), []).append(found[0])
        elif what == "stamp":
            stamps.append((number, log, int(rest[0]), base64.b64decode(member["data"], validate=True)))
    return texts, stamps


def judge(reply, texts, authorities, folder):
    """The time it tells and the authority under which it holds; ValueError where it holds under none."""
    file = str(Path(folder) / "reply")
    Path(file).write_bytes(reply)
    told = re.search(r"^Time stamp: (.+) GMT$", openssl("ts", "-reply", "-in", file, "-text").stdout, re.M)
    if not told:
        raise ValueError("not a time-stamp")
    moment = re.sub(r"\.[0-9]+", "", told[1])  # a part of a second
    at = datetime.strptime(" ".join(moment.split()), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    for text in texts:
        digest = hashlib.sha256(text.encode()).hexdigest()
        for root in authorities:
            # The authority's certificate must have been good when it stamped, not today.
            trust = ["-CAfile", root, "-attime", str(int(at.timestamp()))]
            if openssl("ts", "-verify", "-digest", digest, "-in", file, *trust).returncode == 0:
                return at, root
    raise ValueError("the time-stamp holds under no authority that was given")


def main():
    words, authorities = sys.argv[1:], []
    while words[:1] == ["--authority"]:
        authorities.append(words[1])
        words = words[2:]
    if len(words) != 1 or not authorities:
        sys.exit(__doc__)
    texts, stamps = members(words[0])
    with tempfile.TemporaryDirectory() as folder:
        for number, log, size, reply in stamps:
            try:
                at, root = judge(reply, texts.get((log, size), []), authorities, folder)
            except ValueError as why:
                sys.exit(f"REFUSED at line {number}, log {log[:8]}, stamp {size}: {why}")
            print(f"{log[:8]} places 0 to {size - 1} existed at {at:%Y-%m-%d %H:%M:%S} UTC, says {root}")
    print(f"{len(stamps)} time-stamps hold.")


if __name__ == "__main__":
    main()
