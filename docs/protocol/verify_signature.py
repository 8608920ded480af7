"""Who signed which revision of an agreement and which minutes: the officials' own signatures in an evidence file.

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

MINUTES = "obligations.minutes_signed"


def sha256(data):
    return hashlib.sha256(data).digest()


def canonical(value):  # enough for what is hashed here: no fractions, ASCII names
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def unbase64(text):
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def headers(path, leaves):
    """Every record's header in the file, by log; `leaves` gets the leaf hash by record key (envelope.md).

    Only what verify.py has passed may be believed.
    """
    found = {}
    for line in path.read_bytes().splitlines():
        member = json.loads(line)
        match = re.fullmatch(r"(?:log|record)/([0-9a-f]{64})/entry/([0-9]+)", member.get("name", ""))
        if match:
            header = json.loads(member["data"].partition("\n")[0])
            found[match[1], int(match[2])] = header
            leaves[record_key(header)] = sha256(b"\x00" + member["data"].encode()).hex()
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


def minutes_challenge_of(signed, header, named):
    """signature.md, minutes of a meeting."""
    content = {
        "acting": named.get("acting", False),
        "agency": header["agency"],
        "agreement": header["agr"],
        "digest": signed["digest"],
        "minutes": signed["minutes"],
        "office": named["office"],
        "official": named["official"],
        "signer": signed["signer"],
    }
    return sha256(b"sinergi minutes signature v1\n" + canonical(content))


def trouble(header, named, revoked, digest):
    """Why this record is no signature of that official over what has that digest; nothing where it is."""
    signed, official, actor = header["facts"], named["facts"], header.get("actor") or {}
    who = (actor.get("id"), actor.get("office"), actor.get("acting", False))
    if signed["digest"] != digest:
        return "it was signed over another text"
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
    if header["type"] == MINUTES:
        over = minutes_challenge_of(signed, header, official)
        return assertion_trouble(signed, over, host=official["host"], public=official["public"])
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
    leaves = {}
    found = headers(path, leaves)
    by_key = {}
    for header in found:
        by_key.setdefault(record_key(header), header)
    openings = [one for one in found if one["type"] in ("agreement.opened", "agreement.entered")]
    parties = openings[0]["facts"]["parties"] if openings else []
    bad, signed_by = 0, set()
    for header in (one for one in found if one["type"] in ("agreement.signed", MINUTES)):
        facts, is_minutes = header["facts"], header["type"] == MINUTES
        key = facts.get("minutes" if is_minutes else "revision")
        named, text = by_key.get(facts.get("signer")), by_key.get(key)
        revoked = [
            one["seq"]
            for one in found
            if one["type"] == "negotiation.signer_revoked"
            and one["log"] == header["log"]
            and one["facts"]["signer"] == facts.get("signer")
        ]
        if named is None or text is None or text["agr"] != header["agr"]:
            verdict = "the file holds no such official or text"
        elif is_minutes and (text["type"] != "obligations.minutes_stated" or (header["log"], key) in signed_by):
            verdict = "it signs no minutes, or signs them again"
        else:
            try:
                digest = leaves[key] if is_minutes else digest_of(text, parties)
                verdict = trouble(header, named, revoked, digest)
            except (ValueError, KeyError, IndexError, TypeError):
                verdict = "it cannot be read"
        office = (header.get("actor") or {}).get("office", "?")
        place, day = facts.get("place", "minutes of"), facts.get("signed_on", text and text["facts"].get("held_on"))
        said = verdict or f"signed {'minutes' if is_minutes else 'revision'} {facts['digest'][:16]}"
        print(f"{header['agency'][:8]} {office} {place} {day}: {said}")
        bad += bool(verdict)
        if not verdict:
            signed_by.add((header["log"], key))
    return bad


if __name__ == "__main__":
    from pathlib import Path

    if len(sys.argv) != 2:
        sys.exit("usage: python verify_signature.py FILE")
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
