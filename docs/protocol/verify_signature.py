"""Who signed which revision of an agreement: the officials' own signatures in an exported evidence file.

    python verify.py FILE && python verify_signature.py FILE

verify.py (beside this) proves that the records are the agencies'; this checks what signature.md says of the persons'
signatures in them. It shares no code with Sinergi and needs Python 3.11 and `cryptography`.
"""

import base64
import hashlib
import json
import re
import sys
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key


def sha256(data):
    return hashlib.sha256(data).digest()


def canonical(value):  # enough for what is hashed here: no fractions, ASCII names
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def unbase64(text):
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def headers(path):
    """Every record's header in the file, in the order of its log. Only what verify.py has passed may be believed."""
    found = {}
    for line in path.read_bytes().splitlines():
        member = json.loads(line)
        match = re.fullmatch(r"(?:log|record)/([0-9a-f]{64})/entry/([0-9]+)", member.get("name", ""))
        if match:
            found[match[1], int(match[2])] = json.loads(member["data"].partition("\n")[0])
    return [found[place] for place in sorted(found)]


def record_key(header):
    """The 26 letters by which other records name this one (envelope.md)."""
    digest = sha256(f"sinergi record\n{header['log']}\n{header['id']}".encode())[:16]
    return base64.b32encode(digest).decode().rstrip("=").lower()


def digest_of(revision, parties):
    """agreement.md: what every signature of the revision is made over."""
    facts = revision["facts"]
    content = {
        "agreement": revision["agr"],
        "amends": facts.get("amends") or "",
        "parties": parties,
        "predecessors": sorted(facts.get("predecessors", [])),
        "terms": facts["terms"],
    }
    return sha256(b"sinergi revision v1\n" + canonical(content)).hex()


def challenge_of(signed, header, named):
    """signature.md, step 4."""
    content = {
        "acting": named.get("acting", False),
        "agency": header["agency"],
        "agreement": header["agr"],
        "digest": signed["digest"],
        "office": named["office"],
        "official": named["official"],
        "place": signed["place"],
        "revision": signed["revision"],
        "signed_on": signed["signed_on"],
        "signer": signed["signer"],
    }
    return sha256(b"sinergi signature v1\n" + canonical(content))


def trouble(header, revision, named, revoked, parties):
    """Why this record is no signature of that official under that revision; nothing where it is."""
    signed, official, actor = header["facts"], named["facts"], header.get("actor") or {}
    who = (actor.get("id"), actor.get("office"), actor.get("acting", False))
    if signed["digest"] != digest_of(revision, parties):
        return "it was signed over another revision"
    if named["agency"] != header["agency"] or who != (
        official["official"],
        official["office"],
        official.get("acting", False),
    ):
        return "it was signed by somebody else than the official named"
    if not named["seq"] < header["seq"] or any(place < header["seq"] for place in revoked):
        return "the key was not named yet, or revoked before"
    at, until = datetime.fromisoformat(header["t"]), official.get("until_at")
    if at < datetime.fromisoformat(official["from_at"]) or (until and at >= datetime.fromisoformat(until)):
        return "the term of the official was over, or had not begun"
    if signed["signed_on"] > (at + timedelta(hours=7)).date().isoformat():
        return "its day had not come"
    over = challenge_of(signed, header, official)
    return assertion_trouble(signed, over, host=official["host"], public=official["public"])


def assertion_trouble(signed, over, *, host, public):
    """signature.md, steps 5 to 8: whether a device of the person signed exactly that challenge."""
    data, told, signature = (unbase64(signed[name]) for name in ("authenticator", "client", "signature"))
    if data[:32] != sha256(host.encode()) or data[32] & 5 != 5:
        return "it was made for another host, or the device did not ask for the person"
    if told.count(b"{") + told.count(b"[") > 8:
        return "its client data cannot be read"
    client = json.loads(told)
    if client["type"] != "webauthn.get" or unbase64(client["challenge"]) != over or client.get("crossOrigin", False):
        return "it was signed over something else"
    scheme = "https?" if host == "localhost" else "https"
    if not re.fullmatch(rf"{scheme}://{re.escape(host)}(:[0-9]{{1,5}})?", client["origin"]):
        return "it was signed at another address"
    key = load_der_public_key(bytes.fromhex(public))
    content = data + sha256(told)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            if encode_dss_signature(*decode_dss_signature(signature)) != signature:
                return "the signature does not hold"
            key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size in (2048, 3072, 4096):
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        else:
            return "the key is none that signs here"
    except InvalidSignature:
        return "the signature does not hold"
    return ""


def main(path):
    """Tell every signature in the file and its verdict; the number of those that do not hold."""
    found = headers(path)
    by_key = {}
    for header in found:
        by_key.setdefault(record_key(header), header)
    openings = [one for one in found if one["type"] in ("agreement.opened", "agreement.entered")]
    parties = openings[0]["facts"]["parties"] if openings else []
    bad = 0
    for header in (one for one in found if one["type"] == "agreement.signed"):
        named, revision = by_key.get(header["facts"]["signer"]), by_key.get(header["facts"]["revision"])
        revoked = [
            one["seq"]
            for one in found
            if one["type"] == "negotiation.signer_revoked"
            and one["log"] == header["log"]
            and one["facts"]["signer"] == header["facts"]["signer"]
        ]
        if named is None or revision is None:
            verdict = "the file holds no such official or revision"
        else:
            try:
                verdict = trouble(header, revision, named, revoked, parties)
            except (ValueError, KeyError, IndexError, TypeError):
                verdict = "it cannot be read"
        office = (header.get("actor") or {}).get("office", "?")
        place, day = header["facts"].get("place"), header["facts"].get("signed_on")
        said = verdict or f"signed revision {header['facts']['digest'][:16]}"
        print(f"{header['agency'][:8]} {office} {place} {day}: {said}")
        bad += bool(verdict)
    return bad


if __name__ == "__main__":
    from pathlib import Path

    if len(sys.argv) != 2:
        sys.exit("usage: python verify_signature.py FILE")
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
