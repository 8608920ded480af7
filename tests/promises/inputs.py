"""Inputs for the node: from what its pages offer, from its resolver, from its description, and from nothing good."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from urllib.parse import parse_qsl, urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils.regex_helper import normalize

from tests.permissions.rows import all_rows
from tests.promises import hostile
from tests.promises.wire import Form

# A person's sign-in ends with these, or another's: aimed at real objects only at the very end of a run.
ENDING = frozenset(
    f"access:{name}"
    for name in ("sign-out", "end-sessions", "suspension", "password-reset", "duty-end", "token-end", "password")
) | {"sync:pause", "sync:address"}
# Each costs a tenth of a second or more by design (Argon2, a reading child, a typesetter): a small share suffices.
# fmt: off
HEAVY = frozenset({
    "access:sign-in", "access:password", "access:person-new", "access:password-reset", "places:upload", "places:areas",
    "agreement:comparison", "agreement:new", "security:letter-pdf", "security:letter-docx", "security:letter",
    "places:points", "places:stations-sheet", "places:stations", "sync:compare", "sync:connect", "exchange:facts",
    "exchange:facts-sheet", "exchange:who-has",
})
# fmt: on


@dataclass(frozen=True)
class Input:
    """One request before cookies, tokens and keys are put in. With `raw`, these very bytes and nothing else."""

    method: str = "GET"
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: bytes = b""


@dataclass
class Known:
    """What was seen on pages: addresses and forms by route, values of each named part of an address."""

    links: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[str, list[Form]] = field(default_factory=lambda: defaultdict(list))
    parts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def see(self, path: str) -> str | None:
        """Remember an address; its route's name, or None for one that leads nowhere."""
        try:
            match = resolve(urlsplit(path).path)
        except (Resolver404, UnicodeError):
            return None
        for name, value in match.kwargs.items():
            if str(value) not in self.parts[name]:
                self.parts[name].append(str(value))
        self.links[match.view_name].append(path)
        return match.view_name


class Maker:
    """Makes inputs from one source of chance."""

    def __init__(self, seed: str, known: Known) -> None:
        self._random = Random(seed)
        self._known = known
        self._routes = sorted(routes().items())
        self._posted = {row.name: row.body for row in all_rows()}
        self._files = samples()

    def tour(self) -> Iterator[Input]:
        """Every route once, read with parts of its kind: chance alone leaves out the seldom ones."""
        for name, _ in self._routes:
            for part in (None, *_PARTS):
                path = self._path(name, hostile_part=0.0) if part is None else _filled(name, part)
                if _leads_to(path, name):
                    yield Input("GET", path)
                    break

    def input(self, *, gentle: bool) -> Input:
        """The next input; a `gentle` one ends nobody's session."""
        kind = self._random.choices((self._address, self._form, self._api, self._sync, self._raw), (34, 34, 14, 12, 6))[
            0
        ]
        made = kind(gentle)
        if made.raw:
            return made
        headers = dict(made.headers)
        if self._random.random() < 0.12:
            name, value = self._random.choice(hostile.HEADERS)
            headers[name] = value.decode("latin-1")
        method = self._random.choice(hostile.METHODS) if self._random.random() < 0.05 else made.method
        return Input(method, made.path, headers, made.body)

    def _address(self, gentle: bool) -> Input:
        name = self._route()
        links = self._known.links.get(name)
        if links and self._random.random() < 0.6:
            path, _, query = self._random.choice(links).partition("?")
            named = parse_qsl(query, keep_blank_values=True)
        else:
            path, named = self._path(name, hostile_part=0.5), []
        return Input("GET", path + self._query(named, self._query_names(name)))

    def _form(self, gentle: bool) -> Input:
        name = self._route()
        forms = self._known.forms.get(name)
        form = self._random.choice(forms) if forms and self._random.random() < 0.8 else None
        fields = dict(form.fields) if form else {**self._posted.get(name, {}), **self._guessed()}
        path = form.action if form else self._path(name, hostile_part=0.3)
        if gentle and name in ENDING:
            path = self._path(name, hostile_part=1.0)
            if "<" not in routes()[name]:
                return Input("GET", path + self._query([], []))
        files = form.files if form else self._random.choice(([], [], ["file"], ["scan"], ["letter"]))
        pairs = self._spoiled(fields)
        method = form.method if form else "POST"
        if method == "GET":
            return Input("GET", path.partition("?")[0] + "?" + _encoded(pairs))
        if files or self._random.random() < 0.05:
            uploaded = {name: self._file() for name in files}
            kind, body = hostile.multipart(self._random, dict(pairs), uploaded)
            return Input("POST", path, {"Content-Type": kind}, body)
        body = _encoded(pairs).encode("latin-1", "replace")
        if self._random.random() < 0.08:
            body = hostile.mutated(self._random, body)
        return Input("POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, body)

    def _api(self, gentle: bool) -> Input:
        name = self._random.choice([route for route, address in self._routes if address.startswith("api/")])
        path = self._path(name, hostile_part=0.2)
        if self._random.random() < 0.4:
            return Input(
                "GET",
                path + self._query([("limit", "10")], ["limit", "after", "agreement", "state", "region", "since"]),
            )
        good = {**self._guessed(), "id": "018f3c5e-7b1a-7c3d-9e2f-000000000001"}
        return Input("POST", path, {"Content-Type": "application/json"}, hostile.broken_json(self._random, good))

    def _sync(self, gentle: bool) -> Input:
        name = self._random.choice([route for route, address in self._routes if address.startswith("sync/v1/")])
        path = self._path(name, hostile_part=0.2)
        if self._random.random() < 0.4:
            return Input("GET", path + self._query([("from", "0")], ["from"]), self._signed())
        good = self._random.choice(
            ({"seqs": [0, 1]}, {"v": 1, "secret": "a" * 32, "url": "http://127.0.0.1:1", "identity": {}})
        )
        return Input("POST", path, self._signed(), hostile.broken_json(self._random, good))

    def _raw(self, gentle: bool) -> Input:
        request = self._random.choice(hostile.RAW_REQUESTS)
        return Input(raw=hostile.mutated(self._random, request, most=3) if self._random.random() < 0.6 else request)

    def _route(self) -> str:
        while True:
            name = self._random.choice(self._routes)[0]
            if name not in HEAVY or self._random.random() < 0.15:
                return name

    def _path(self, name: str, *, hostile_part: float) -> str:
        def part(match: re.Match[str]) -> str:
            known = self._known.parts.get(match[1])
            if known and self._random.random() >= hostile_part:
                return self._random.choice(known)
            return hostile.quoted(self._value())[:4_000]

        return "/" + re.sub(r"<(\w+)>", part, routes()[name])

    def _query_names(self, name: str) -> list[str]:
        forms = self._known.forms.get(name, [])
        return sorted({field for form in forms if form.method == "GET" for field in form.fields}) or [
            "q",
            "page",
            "halaman",
            "next",
        ]

    def _query(self, named: list[tuple[str, str]], names: list[str]) -> str:
        pairs = self._spoiled(dict(named)) if named else []
        for _ in range(self._random.choice((0, 0, 1, 1, 2)) if names else 0):
            pairs.append((self._random.choice(names), self._value()))
        text = _encoded(pairs)
        if self._random.random() < 0.05:
            text += self._random.choice(("&%", "&=", "&&&", "%ff", "&a=%ff%fe", "&a[]=1", ";", "#"))
        return f"?{text}" if text else ""

    def _spoiled(self, fields: dict[str, str]) -> list[tuple[str, str]]:
        pairs = [(name, str(value)) for name, value in fields.items()]
        for _ in range(self._random.choice((0, 1, 1, 1, 2, 3)) if pairs else 0):
            at = self._random.randrange(len(pairs))
            pairs[at] = (pairs[at][0], self._value())
        if pairs and self._random.random() < 0.12:
            pairs.append((self._random.choice(pairs)[0], self._value()))
        if pairs and self._random.random() < 0.1:
            pairs.pop(self._random.randrange(len(pairs)))
        if self._random.random() < 0.03:
            pairs.append((self._value()[:40], self._value()))
        return pairs

    def _guessed(self) -> dict[str, str]:
        """Fields under the names that features use, with values of the right kind now and then."""
        names = sorted({name for body in self._posted.values() for name in body} | _FIELDS)
        return {name: self._value() for name in self._random.sample(names, 6)}

    def _value(self) -> str:
        if self._random.random() < 0.15:
            parts = [value for values in self._known.parts.values() for value in values[:5]]
            return self._random.choice(parts or ["x"])
        return self._random.choice(hostile.VALUES)

    def _file(self) -> tuple[str, bytes]:
        name, data = self._random.choice(self._files)
        if self._random.random() < 0.2:
            name = self._random.choice(("../../x.xlsx", "x\x00.csv", "a" * 300 + ".csv", "", "x.php", "\u202excod.exe"))
        return name, hostile.mutated(self._random, data) if self._random.random() < 0.7 else data

    def _signed(self) -> dict[str, str]:
        digest = "sha-256=:" + "A" * 43 + "=:"
        stated = 'sinergi=("@method" "@path" "@query" "content-digest" "sinergi-audience");created=1;keyid="' + "a" * 32
        stated += '";alg="ed25519";nonce="abc";tag="sinergi-sync-v1"'
        headers = {
            "Content-Digest": digest,
            "Sinergi-Audience": self._random.choice(self._known.parts.get("agency", ["a" * 64])),
            "Signature-Input": stated,
            "Signature": "sinergi=:" + "A" * 86 + "==:",
        }
        name = self._random.choice(sorted(headers))
        headers[name] = (
            hostile.mutated(self._random, headers[name].encode())
            .decode("latin-1")
            .translate({10: None, 13: None, 0: None})
        )
        return headers


# fmt: off
_FIELDS = frozenset({
    "note", "reason", "number", "officers", "people", "service", "starts_at", "ends_at", "place", "lat", "lon",
    "region", "risks", "agreement", "scan", "title", "numbers", "signed_on", "text", "decision", "unit", "name",
    "sprin_number",
    "phone", "words", "kind", "state", "next", "language", "theme", "scope", "days", "url",
})
# fmt: on


# One value for each kind of part of an address, for routes of which the walk met no object.
_PARTS = ("1", "018f3c5e-7b1a-7c3d-9e2f-000000000001", "a" * 64, "2027-02-14", "kpu")


def _filled(name: str, part: str) -> str:
    return "/" + re.sub(r"<\w+>", part, routes()[name])


def _leads_to(path: str, name: str) -> bool:
    try:
        return bool(resolve(path).view_name == name)
    except Resolver404:
        return False


def routes() -> dict[str, str]:
    """Every named route of the node: its name and its address with `<part>` for each named part."""
    return dict(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, route: str, space: str) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, route + str(entry.pattern), f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            address = route + str(entry.pattern)
            if "(?P" in address:
                address = normalize(address.removeprefix("^"))[0][0].replace("%(", "<").replace(")s", ">")
            yield f"{space}{entry.name}", re.sub(r"<\w+:", "<", address)


def _encoded(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{hostile.quoted(name)}={hostile.quoted(value)}" for name, value in pairs)


def samples() -> list[tuple[str, bytes]]:
    """Small good files of every kind that may be uploaded."""
    import openpyxl
    import pikepdf

    sheet = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["Kode TPS", "Nama", "Lintang", "Bujur"])
    book.active.append(["1203022001001", "TPS 001", "1,5", "99.2"])
    book.save(sheet)
    page = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(page)
    jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    jpeg += b"\xff\xda\x00\x08\x01\x01\x00\x00?\x00\x7f\xff\xd9"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x>" + b" " * 3_000_000)
    return [
        ("daftar.xlsx", sheet.getvalue()),
        ("daftar.csv", b"Kode TPS;Nama;Lintang;Bujur\r\n1203022001001;TPS 001;1,5;99,2\r\n"),
        ("naskah.pdf", page.getvalue()),
        ("naskah.jpg", jpeg),
        ("bom.xlsx", packed.getvalue()),
        (
            "undangan.json",
            b'{"payload":"e30=","payloadType":"application/vnd.sinergi.invitation.v1+json","signatures":[]}',
        ),
    ]
