#!/usr/bin/env python3
"""Checks an evidence file of Sinergi without Sinergi:  python verify.py [--fingerprint HEX]... FILE

Needs Python 3.11 and PyNaCl. Prints who signed what and how strong the evidence for each record is; exit 0 only where
everything holds. Each --fingerprint names an agency you trust: then all must be named. Read it beside evidence.md.
"""
# ruff: noqa: E401, I001
import base64, hashlib, json, re, sys, unicodedata
from datetime import datetime
from types import SimpleNamespace
from nacl.signing import VerifyKey
EVENT, MANIFEST = (f"application/vnd.sinergi.{kind}.v1+json" for kind in ("event", "manifest"))
HASH, KEY, KID, ANY = "[0-9a-f]{64}", "[a-z2-7]{26}", "[0-9a-f]{32}", "(?s:.*)"
WORD, CODE, FOUND = "[!-~]{1,80}", "[ -~]{0,120}", [f"agreement.{said}" for said in ("entered", "opened", "confirmed", "signed")]
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
SIGNED, COSIGN, USES = ("agency", "agreement", "record", "at"), ("witness", "mirror"), "event|checkpoint|witness|mirror|transport|encryption"
ROLE, CLASS = "facts|identity|internal|exercise/[A-Za-z0-9-]{1,40}", "terbuka|terbatas|rahasia|sangat_rahasia"
# Fields: a pattern for text, else a type; for header fields (envelope.md) that may be absent, also their default.
HEAD = dict(format="sinergi-evidence/v1", agency=HASH, agreement=f"({HASH})?", at=TIME, bodies=bool, record=f"({KEY})?")
FOUNDING = dict(roots=list, threshold=int, keys=list, code=ANY, name=ANY, agency_kind=ANY, region=ANY)
NEEDED = {"v": int, "suite": "ed25519-sha256", "log": HASH, "agency": HASH, "role": ROLE, "seq": int, "prev": HASH,
          "agr": f"({HASH})?", "type": r"(?=.{3,80}\Z)[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", "tv": int, "id": UUID,
          "t": TIME, "kid": KID, "lam": int, "facts": dict}
SOME = {"agr_rev": (int, 0), "must": (bool, False), "status": ("actual|exercise|test", "actual"), "seen": (dict, {}),
        "class": (CLASS, "terbuka"), "refs": (list, []), "corr": (f"({UUID})?", ""), "exp": (f"({TIME})?", ""),
        **dict.fromkeys(("purpose", "legal", "obligation"), (CODE, "")), **dict.fromkeys(("pl", "enc", "actor"), (dict, None))}
PARTS = {"pl": [{"hash": HASH, "size": int, "type": WORD, "schema": f"({HASH})?"}],
         "enc": [{"suite": WORD, "key": WORD}], "actor": [{"id": WORD, "office": WORD}, {"acting": (bool, False)}]}
NAME = re.compile(f"(identity|log|record)/({HASH})/(checkpoint|stamp|entry|body|fork|proof)/(0|[1-9][0-9]{{0,15}})(/[1-9][0-9]{{0,15}})?")
ORDER = {"checkpoint": (0, 0), "stamp": (0, 1), "proof": (1, 0), "entry": (1, 1), "body": (1, 2), "fork": (2, 0)}  # within one log
NOTE = re.compile(f"(sinergi\\.invalid/log/({HASH})\n([1-9][0-9]{{0,15}})\n(.{{44}})\n)\n((?:— [^ +\n]+ [^ \n]+\n)+)")
ALLOWED = {"identity": "checkpoint entry fork", "log": "checkpoint stamp entry body fork", "record": "stamp proof entry body"}
def need(condition, why):
    if not condition: raise ValueError(why)
def canonical(value, depth=0):  # the one JSON text of a value: RFC 8785 without fractions
    need(depth <= 12, "nested deeper than 12")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{canonical(value[key], depth + 1)}" for key in sorted(value)) + "}"
    if isinstance(value, list): return "[" + ",".join(canonical(item, depth + 1) for item in value) + "]"
    words = isinstance(value, str) and unicodedata.is_normalized("NFC", value) and not re.search("[\ud800-\udfff]", value)
    need(words or value is None or isinstance(value, int) and abs(value) < 2**53, "text not in NFC, a fraction, or too large a number")
    return json.dumps(value, ensure_ascii=False)
def read_json(data):
    need(canonical(value := json.loads(data.decode())).encode() == data, "not in canonical form")
    return value
def shaped(value, needed, some={}):  # exactly these fields, well formed; defaults filled in, never given
    need(isinstance(value, dict) and set(needed) <= set(value) <= {*needed, *some}, "missing or unknown fields")
    for field, given in value.items():
        shape, default = (needed[field], None) if field in needed else some[field]
        fits = type(given) is str and re.fullmatch(shape, given) if type(shape) is str else type(given) is shape
        need(fits and (field in needed or given != default), f"{field} is malformed, or given with its default")
    return {field: default for field, (_, default) in some.items()} | value
def unbase64(text, length=None):
    value = base64.b64decode(text, validate=True)
    need(base64.b64encode(value).decode() == text and len(value) == (length or len(value)), "not the usual base64")
    return value
def sha256(data): return hashlib.sha256(data).digest()
def key_id(public): return sha256(public).hex()[:32]
def added(h):  # keys.md: the key that an entry of an identity log adds, by its id
    facts = h["facts"] if (h["type"], h["tv"]) == ("identity.key_added", 1) else None
    key = facts is not None and shaped(shaped(facts, {"key": dict})["key"], {"use": USES, "alg": "ed25519", "public": HASH})
    return {key_id(public): (key["use"], public) for public in [bytes.fromhex(key["public"])]} if key else {}
def log_id(*parts): return sha256("\n".join(("sinergi log v1", *parts, "")).encode()).hex()  # agreement, agency, role
def dsse(kind, data): return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(data), data)  # what is really signed
def read_entry(data):  # steps 1 to 5 of envelope.md: the header, its bytes, the signatures in order
    head, *lines = data.split(b"\n")
    need(len(head) <= 65536 and lines.pop() == b"" and 1 <= len(lines) <= 8, "step 2: not a header and its signatures")
    h = shaped(read_json(head), NEEDED, SOME)
    for part in PARTS: h[part] = h[part] if h[part] is None else shaped(h[part], *PARTS[part])
    for log, mark in h["seen"].items():
        good = shaped(mark, {"size": int, "root": HASH})["size"] > 0 and re.fullmatch(HASH, log) and log != h["log"]
        need(good and len(h["seen"]) <= 64, "step 4: seen")
    datetime.fromisoformat(h["t"]), datetime.fromisoformat(h["exp"] or h["t"])  # ValueError where there is no such day
    role, refs, exercise = h["role"], h["refs"], h["status"] == "exercise"
    need(exercise if role.startswith("exercise/") else role != "facts" or not exercise, "step 4: exercise and log")
    need((h["agr"] == "") == (role in ("identity", "internal")), "step 4: role and agreement do not fit")
    need(h["log"] == log_id(h["agr"], h["agency"], role), "step 4: log is not the log of its author")
    need((h["seq"] == 0) == (h["prev"] == "0" * 64), "step 4: seq and prev do not fit")
    counters = h["lam"] - 1, h["tv"] - 1, h["agr_rev"], h["seq"], (h["pl"] or {"size": 0})["size"]
    need(h["v"] == 1 and min(counters) >= 0, "step 4: an unknown version, or a counter below its range")
    need(refs == sorted(set(refs)) and len(refs) <= 256 and all(re.fullmatch(KEY, ref) for ref in refs), "step 4: refs")
    found = [re.fullmatch(f"ed25519 ({KID}) (.{{88}})", line.decode("ascii", "replace")) for line in lines]
    need(all(found), "step 5: an unknown signature line")
    return h, head, [(line[1], unbase64(line[2], 64)) for line in found]
def root_over(leaf, index, size, path):  # RFC 6962, section 2.1.1: the root that an inclusion path leads to
    if size == 1: return need(index == 0 and not path, "a proof of another length") or leaf
    half, (*path, top) = 1 << (size - 1).bit_length() - 1, path
    left, right = (root_over(leaf, index, half, path), top) if index < half else (top, root_over(leaf, index - half, size - half, path))
    return sha256(b"\x01" + left + right)
def roots_over(old, size, path, root, whole=True):  # RFC 6962, section 2.1.2: old and new root of a consistency proof
    if old == size: return (root, root) if whole else (path[0], path.pop(0))
    half = 1 << (size - 1).bit_length() - 1
    if old <= half: return (pair := roots_over(old, half, path, root, whole))[0], sha256(b"\x01" + pair[1] + path.pop(0))
    parts, left = roots_over(old - half, size - half, path, root, False), path.pop(0)
    return tuple(sha256(b"\x01" + left + part) for part in parts)
def read_note(text, origin):  # a checkpoint of one log: size, root, the text that is signed, the signature lines
    need((match := NOTE.fullmatch(text)) and match[2] == origin, "not a checkpoint of this log")
    lines = (line.split(" ") for line in match[5].split("\n")[:-1])
    return int(match[3]), unbase64(match[4], 32), match[1].encode(), [(name, unbase64(value)) for _, name, value in lines]
def grow(log, leaf):  # one more leaf; `roots` are those of the RFC 6962 tree at every size
    node, size = leaf, len(log.roots)
    while size & 1: node, size = sha256(b"\x01" + log.peaks.pop() + node), size >> 1
    log.peaks.append(node)
    for peak in reversed(log.peaks[:-1]): node = sha256(b"\x01" + peak + node)
    log.roots.append(node)
class File:  # one evidence file while it is read; `where` names the line, log and record being judged
    def __init__(self):
        self.agencies, self.logs, self.records, self.notes, self.forks, self.marks, self.last = {}, {}, [], [], {}, set(), ()
        self.proofs, self.entry, self.parties, self.stamps, self.where = [], None, [], [], "line 1, the header"
    def read(self, lines):  # evidence.md: the frame, every member, the manifest, then all that needs every key
        need(lines and lines[-1].endswith(b"\n"), "the file is empty, or its end is missing")
        self.head, after = shaped(read_json(lines[0][:-1]), HEAD), lines[0]
        for number, raw in enumerate(lines[1:-1], 2):
            before, self.where = self.where, place(number, raw)
            line = shaped(read_json(raw[:-1]), {"after": HASH, "data": ANY, "name": ANY})
            need(line["after"] == sha256(after).hex(), f"this line was changed, or the one before: {before}")
            need((name := NAME.fullmatch(line["name"])) and name[3] in ALLOWED[name[1]] and (name[3] in ("proof", "stamp")) == bool(name[5]), "an unknown name")
            number, size, before = int(name[4]), int((name[5] or "/0")[1:]), self.last
            self.last = (*name.group(1, 2), ORDER[name[3]][0], number, ORDER[name[3]][1], size)
            need(before < self.last, "a member out of its order, or given twice")
            self.member(*name.group(1, 2, 3), number, size, line["data"])
            after = raw
        self.where = f"line {len(lines)}, the manifest"
        need(not self.proofs, "a proof without its record")
        self.manifest(read_json(lines[-1][:-1]), sha256(after).hex(), len(lines) - 1)
        for self.where, origin, note in self.notes: self.check_note(origin, *note)
        for origin, (self.where, *parts) in self.forks.items(): self.check_fork(origin, *parts)
        for self.where, under, reply in self.stamps:  # what it says is for verify_timestamp.py
            need(any((log, note[0]) == under and sha256(note[2]) in reply for _, log, note in self.notes), "a time-stamp of no checkpoint in this file")
        self.judge()
    def member(self, group, origin, what, number, size, data):
        log = self.logs.setdefault(origin, SimpleNamespace(group=group, author=None, head="0" * 64, lam=0, roots=[], peaks=[]))
        need(log.group == group in ("identity", "record" if self.head["record"] else "log"), "a mix of groups")
        entry, self.entry = self.entry, None
        if what == "entry": self.read_record(origin, log, number, data.encode())
        elif what == "body":
            need(entry and (entry["log"], entry["seq"]) == (origin, number), "a body that is not behind its record")
            both, pl, entry["body"] = unbase64(data), entry["pl"] or {"size": -1, "hash": ""}, "present"
            need((len(both), sha256(both).hex()) == (32 + pl["size"], pl["hash"]) and self.head["bodies"], "the body is not the one the record commits to")
        elif what == "proof":
            path, note = data[: data.index("\n\n")].split("\n"), read_note(data.partition("\n\n")[2], origin)
            need(path[:2] == ["c2sp.org/tlog-proof@v1", f"index {number}"] and size == note[0], "a proof of something else")
            self.proofs.append((number, [unbase64(item, 32) for item in path[2:]], note))
        elif what == "stamp": self.stamps.append((self.where, (origin, number), unbase64(data)))
        elif what == "fork":
            self.forks.setdefault(origin, [self.where]).append(data); need(len(self.forks[origin]) == number + 1, "a fork without its first part")
        else:
            self.notes.append((self.where, origin, (*read_note(data, origin), True)))
            need(self.notes[-1][2][0] == number, "a checkpoint of another size")
    def opened(self, origin, data):  # an entry of that log with everything in it that is signed
        h, head, signatures = read_entry(data)
        need(h["log"] == origin, "an entry under another log's name")
        identity = self.logs[origin].group == "identity"
        need((h["role"] == "identity") == identity, "an identity log among others, or the other way round")
        need(h["agr"] == ("" if identity else self.head["agreement"]), "a record of another agreement")
        allowed = (self.named if h["seq"] else self.found)(h, dict(signatures)) if identity else self.keys(h["agency"], "event")
        need(signatures[0][0] == h["kid"] and len(dict(signatures)) == len(signatures), "step 6: another key signed")
        for kid, signature in signatures:
            need(kid in allowed, f"step 6: key {kid} is not one of the author's event keys")
            VerifyKey(allowed[kid]).verify(dsse(EVENT, head), signature)
        return h, head, signatures
    def read_record(self, origin, log, seq, data):
        h, leaf = self.opened(origin, data)[0], sha256(b"\x00" + data)
        need(h["seq"] == seq, "an entry under another place")
        if log.group == "record":
            need(self.proofs and all(number == seq for number, _, _ in self.proofs), "a record without its proof")
            shown = all(root_over(leaf, seq, note[0], path) == note[1] for _, path, note in self.proofs)
            self.notes += [(self.where, origin, (*note, False)) for _, _, note in self.proofs]
            self.proofs = [] if shown else need(False, "the proof does not show the record")
        else:
            need((len(log.roots), log.head) == (seq, h["prev"]) and h["lam"] > log.lam, "it does not continue its log")
            grow(log, leaf)
        log.author, log.head, log.lam = h["agency"], leaf.hex(), h["lam"]
        key = base64.b32encode(sha256(f"sinergi record\n{origin}\n{h['id']}".encode())[:16])[:26].decode().lower()
        self.entry = h | {"key": key, "body": "absent" if h["pl"] else "none", "trouble": ""}
        self.records.append(self.entry)
        if log.group == "identity" and h["seq"]: self.learn(h)
    def found(self, h, signed):  # an agency, from the first entry of its identity log; the keys that may sign that
        facts = shaped(h["facts"], FOUNDING)
        need(sha256(b"sinergi agency v1\n" + canonical({name: facts[name] for name in ("roots", "threshold")}).encode()).hex() == h["agency"], "the roots do not make this agency's id")
        need(all(re.fullmatch(HASH, root) for root in facts["roots"]), "a malformed root")
        roots = {key_id(bytes.fromhex(root)): bytes.fromhex(root) for root in facts["roots"]}
        need(len(set(roots) & set(signed)) >= facts["threshold"] >= 1 and h["type"] == "identity.agency_founded", "step 6: not a founding, or too few roots signed it")
        keys = (shaped(key, {"use": ANY, "alg": ANY, "public": HASH}) for key in facts["keys"])
        pairs = [(key["use"], bytes.fromhex(key["public"])) for key in keys]
        self.agencies.setdefault(h["agency"], SimpleNamespace(name=facts["name"], keys=pairs, roots=roots, least=facts["threshold"], last={}, gone={}, times=0))
        return self.keys(h["agency"], "event") | roots
    def named(self, h, signed):  # keys.md: the keys that may sign a later entry of an identity log
        good, own, new = self.keys(h["agency"], "event", h["seq"]), self.agencies[h["agency"]], added(h)
        need(len(set(own.roots) & set(signed)) >= own.least and set(new) <= set(signed), "step 6: a signature is missing")
        need(h["kid"] in {*good, *(kid for kid in new if new[kid][0] == "event")}, "step 6: not by an event key")
        return good | own.roots | {kid: public for kid, (_, public) in new.items()}
    def learn(self, h):  # what such an entry adds, or takes back beyond the last trusted place of each log
        own, held = self.agencies[h["agency"]], {key_id(public) for _, public in self.agencies[h["agency"]].keys}
        own.keys += need(not held & set(added(h)), "step 6: a key that was named before") or added(h).values()
        if (h["type"], h["tv"]) != ("identity.key_revoked", 1): return
        facts = shaped(h["facts"], {"key": ANY, "reason": "replaced|lost|stolen", "last": dict}); own.times += facts["key"] in self.keys(h["agency"], "event")
        need(facts["key"] in held and {type(seq) for seq in facts["last"].values()} <= {int} and own.times <= 64, "step 6: no such key, or revoked too often")
        old, _ = own.last.get(facts["key"], facts["last"]), own.gone.setdefault(facts["key"], h["seq"])
        own.last[facts["key"]] = {log: min(old[log], seq) for log, seq in facts["last"].items() if log in old}
    def trusts(self, h): return h["seq"] <= self.agencies[h["agency"]].last.get(h["kid"], {h["log"]: h["seq"]}).get(h["log"], -1)
    def keys(self, agency, use, place=0):  # `place`: without those revoked below it in the identity log
        need(agency in self.agencies, "the identity log of its author is not in the file")
        own, pairs = self.agencies[agency], [(key_id(public), public) for named, public in self.agencies[agency].keys if named == use]
        return {kid: public for kid, public in pairs if own.gone.get(kid, place) >= place}
    def check_fork(self, origin, first, second, proof=""):  # log.md: two signed things that cannot both be true
        (*lines, end), parts = proof.split("\n"), [text for text in (first, second) if text[0] != "{"]
        hashes, notes = [unbase64(line, 32) for line in lines], [read_note(text, origin) for text in parts]
        entries = [self.opened(origin, text.encode()) for text in (first, second) if text not in parts]
        for note in notes: self.check_note(origin, *note, False)
        if not notes:
            fits = not hashes and entries[0][0]["seq"] == entries[1][0]["seq"] and entries[0][1] != entries[1][1]
        elif entries:
            (n, other, *_), (h, *_), (leaf, *path) = notes[0], entries[0], hashes
            fits = parts == [first] and h["prev"] != leaf.hex() and root_over(leaf, h["seq"] - 1, n, path) == other
        else:
            (m, one, *_), (n, other, *_), (root, *path) = *notes, hashes or [notes[1][1]]
            fits = (roots_over(m, n, path, root), path) == ((root, other), []) and (m < n if hashes else m == n) and root != one
        need(fits and not end and all(len(note[3]) == 1 for note in notes), "no contradiction")
    def check_note(self, origin, size, root, body, lines, whole):  # checkpoint.md: the author's line, then cosigners'
        log, known = self.logs[origin], [(self.logs[origin].author, "checkpoint", f"sinergi.invalid/log/{origin}")]
        need(log.author and len(dict(lines)) == len(lines), "a checkpoint without entries, or one name signing twice")
        need(not whole or log.roots[size - 1 : size] == [root], "the checkpoint is not over the entries in this file")
        for name, value in lines:
            own, time = known[0][1] == "checkpoint", int.from_bytes(value[4:12], "big")
            kind, text, start = (b"\x01", body, 4) if own else (b"\x04", b"cosignature/v1\ntime %d\n" % time + body, 12)
            good = [(agency, use, key) for agency, use, called in known for key in self.keys(agency, use).values()
                    if called == name and sha256(f"{name}\n".encode() + kind + key)[:4] == value[:4]]
            need(good, "an unknown signature line")
            VerifyKey(good[0][2]).verify(text, value[start:])
            self.marks |= set() if own else {(origin, size, *good[0][:2])}
            known = [(who, use, f"sinergi.invalid/agency/{who[:32]}/{use}") for who in self.agencies if who != log.author for use in COSIGN]
    def manifest(self, line, last, count):  # a DSSE envelope over the number of lines and the hash of the last
        line = shaped(line, {"payload": ANY, "payloadType": re.escape(MANIFEST), "signatures": list})
        (signature,), payload = line["signatures"], unbase64(line["payload"])
        kid = shaped(signature, {"keyid": KID, "sig": ANY})["keyid"]
        need(key := self.keys(self.head["agency"], "event", 2**53).get(kid), "signed by a key that is not one of the exporting agency's event keys")
        VerifyKey(key).verify(dsse(MANIFEST, payload), unbase64(signature["sig"], 64))
        need(read_json(payload) == {"lines": count, "last": last} | {field: self.head[field] for field in SIGNED}, "it was signed over other lines")
    def judge(self):  # validity.md: who is party, who joined and left where; then a verdict on every record
        facts, joined, left, first = [h for h in self.records if h["role"] != "identity"], {}, {}, {}
        self.where, again = "the agreement", {id(h) for h in facts if first.setdefault(h["key"], h) is not h}
        need(self.head["record"] in {"", *first}, "the record that the header names is not in the file")
        starts = [h for h in facts if h["type"] in FOUND[:2] and h["seq"] == 0 and self.trusts(h)]
        made = [h for h in starts if h["agr"] == sha256(b"sinergi agreement v1\n" + canonical(h["facts"]).encode()).hex()]
        need(made or not self.head["agreement"], "no founding record makes this agreement's id")
        for h in facts if made else []:
            start, self.parties, named = made[0], made[0]["facts"]["parties"], h["facts"].get("revision")
            logs, paper = {party: log_id(h["agr"], party, start["role"]) for party in self.parties}, start["type"] == FOUND[0]
            same = paper and h["refs"] == [start["key"]] and h["facts"].get("scan") == start["facts"].get("scan")
            joins = {FOUND[2]: same and start["log"] in h["seen"] and start["key"], FOUND[3]: named in h["refs"] and named}
            terms = h["log"] == logs.get(h["agency"]) and id(h) not in again and joins.get(h["type"], h is start and paper and h["key"])
            if terms and self.trusts(h): joined.setdefault(h["agency"], {}).setdefault(terms, h["seq"])
        for h in facts if made else []:
            reach = {log: mark["size"] for log, mark in h["seen"].items()} | {h["log"]: h["seq"]}
            roots = [(self.logs[log].roots if log in self.logs else [], mark) for log, mark in h["seen"].items()]
            leaves, own = h["type"] == "agreement.left", joined.get(h["agency"], {})
            early = not paper and re.match("agreement.left|negotiation[.]", h["type"])
            within = [{terms for terms, seq in joined.get(party, {}).items() if seq < reach.get(logs[party], 0)}
                      for party in self.parties if party == h["agency"] or not leaves] or [set()]
            rules = {
                "its id was used before in this log": id(h) in again,
                "its key was revoked for this place of its log": not self.trusts(h),
                "its author saw another history of a partner's log": any(had[m["size"] - 1 : m["size"]] not in ([], [bytes.fromhex(m["root"])]) for had, m in roots),
                "its author is no party to this agreement": h["log"] != logs.get(h["agency"]),
                "its author had left the agreement": left.get(h["agency"], h["seq"]) < h["seq"],
                "it does not confirm the terms": h["type"] in FOUND and h is not start and h["seq"] not in own.values(),
                "its author had not seen the agreement opened": early and not reach.get(start["log"]),
                "the agreement was not in force when this was stated": not (h["type"] in FOUND or early or set.intersection(*within)),
            }
            h["trouble"] = next((why for why, broken in rules.items() if broken), "")
            if leaves and not h["trouble"]: left[h["agency"]] = h["seq"]
    def tell(self):
        for agency, own in self.agencies.items(): print(f"{ascii(own.name)[1:-1]}\n  fingerprint {agency}")
        for h in self.records:
            others = set(self.parties) - {h["agency"]} if h["agr"] else set()
            good = {(who, use) for log, size, who, use in self.marks if log == h["log"] and size > h["seq"]}
            asked = others and others | {who for log, _, who, use in self.marks if (log, use) == (h["log"], "witness")}
            arrived, seen = (f"{sum((who, use) in good for who in those)} of {len(those)}" for use, those in (("mirror", others), ("witness", asked)))
            seen += f" ({len(asked - others)} from outside)" * (asked > others)
            print(h["log"][:8], h["seq"], h["t"], h["key"], h["type"], h["status"].upper(), "by", h["agency"][:16], f"arrived {arrived},",
                  f"witnessed {seen}, body {h['body']}", f"NOT VALID: {h['trouble']}" if h["trouble"] else "")
        for origin in self.forks: print(f"TWO HISTORIES of log {origin[:8]} were signed by {self.logs[origin].author}.")
        if self.stamps: print(f"{len(self.stamps)} time-stamps: give the authority's certificate to verify_timestamp.py.")
        print(f"Everything holds. Exported {self.head['at']} by {self.head['agency']}.")
def place(number, raw):  # how a line is named to people, as far as it can still be read
    name = re.search(f'"name":"[a-z]+/({HASH})/([a-z]+)/([0-9]+)', (text := raw.decode("utf-8", "replace"))[-300:]) or re.search(f'\\\\"log\\\\":\\\\"({HASH})\\\\".*\\\\"(seq)\\\\":([0-9]+)', text)
    kind = re.search(r'\\"type\\":\\"([a-z0-9_.]+)\\"', text)
    return f"line {number}" + (", log {:.8}, {} {}".format(*name.groups()) if name else "") + (f" ({kind[1]})" if kind else "")
def main():
    file, pins = File(), [pin for option, pin in zip(sys.argv, sys.argv[1:], strict=False) if option == "--fingerprint"]
    try:
        with open(sys.argv[-1], "rb") as opened: file.read(opened.readlines())
        known, file.where = {re.sub("[ -]", "", pin).lower() for pin in pins}, "the fingerprints"
        need(not pins or known == set(file.agencies), "the agencies in the file are not the ones given")
    except Exception as why:  # whatever is wrong with a file, it is not evidence
        sys.exit(f"REFUSED at {file.where}: {why}")
    file.tell()
if __name__ == "__main__": main()
