"""Values, bytes and requests that nobody sends in good faith."""

from __future__ import annotations

import gzip
import json
from random import Random
from urllib.parse import quote_from_bytes

VALUES: tuple[str, ...] = (
    "",
    " ",
    "0",
    "-1",
    "1e309",
    "NaN",
    "-0",
    "9" * 19,
    "9" * 400,
    "0x7fffffff",
    "2147483648",
    "9223372036854775808",
    "٣",
    "１２",
    "²",
    "1_000",
    "\x00",
    "a\x00b",
    "\x01\x1b[31m\x7f\x85",
    "\ud800",
    "\udfff\ud800",
    "\ufeff\ufffe\uffff",
    "\u202egnp.exe",
    "\u0627\u0644\u0627\u0646\u062a\u062e\u0627\u0628\u0627\u062a",
    "e\u0301" * 200,
    "\U0001f5f3\ufe0f" * 50,
    "K" * 5_000,
    "panjang " * 12_000,
    '=HYPERLINK("http://192.0.2.1")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% debug %}",
    "' OR 1=1 --",
    "%",
    "_%\\",
    "*" * 80,
    '" OR NEAR(',
    "../../../../etc/passwd",
    "..%2f..%2f",
    "file:///etc/passwd",
    "http://192.0.2.1:80/",
    "//evil.example/",
    "javascript:alert(1)",
    "null",
    "true",
    "[]",
    "{}",
    "[" * 3_000,
    '{"a":' * 3_000,
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2024-02-30",
    "2024-02-14T25:61",
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "2024-02-14T10:00:00+99:99",
    "24:00",
    "1.234,56",
    "-91",
    "1e9",
    "98.6,1.4",
    "a" * 26,
    "a" * 64,
    "00000000-0000-0000-0000-000000000000",
    "018f3c5e-7b1a-7c3d-9e2f-000000000001",
    "1203",
    "12.03",
    "1203022001001",
    "*",
    "\r\nSet-Cookie: x=y",
    "a\r\n\r\nb",
    "%00",
    "%ff%fe",
    "%",
    "%u0000",
    "+",
    "&;=",
    "xn--",
    "id",
    "../id",
)

# What JSON can say that a form cannot.
JSON_VALUES: tuple[object, ...] = (
    None, True, -1, 0, 2**63, 10**400, 1e308, -0.0, [], {}, [[]], [None], {"": ""}, [1] * 1_000, {"a": {"b": [{}]}},
    "\ud800", "\x00", "x" * 70_000, {"id": "x"}, ["a" * 26] * 300,
)  # fmt: skip

RAW_JSON: tuple[bytes, ...] = (
    b"", b" ", b"null", b"0", b'"', b"{", b"}", b"[]", b"NaN", b'{"id":NaN}', b'{"id":1e999}', b'{"a":1,"a":2}',
    b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"id":"\\ud800"}', b'{"id":"\xff"}', b"[" * 50_000, b'{"a":' * 20_000,
    b"[" * 50_000 + b"]" * 50_000,
    b'{"id":"' + b"a" * 100_000 + b'"}', b"{}" + b" " * 70_000, b'{"id":' + b"9" * 5_000 + b"}", b"\x1f\x8b\x08\x00",
)  # fmt: skip

HEADERS: tuple[tuple[str, bytes], ...] = (
    ("Cookie", b'sinergi_session_8001=\xff\xfe; a="; =; ;;'),
    ("Cookie", b"sinergi_session_8001=" + b"a" * 6_000),
    ("Cookie", b"sinergi_session_8001=%00; sinergi_form_8001=\xf0\x9f"),
    ("Cookie", b'messages="W10:1"; sessionid=../../x; sinergi_lang=xx'),
    ("Cookie", b"lingkup=[[[[; scope='; theme=<b>; bahasa=\xff"),
    ("Accept-Language", b"xx-\xff;q=9,,id;q=NaN"),
    ("Accept-Language", b"a" * 3_000),
    ("Accept-Language", b"../../en"),
    ("Accept", b"\xff/*;q=abc"),
    ("Accept-Encoding", b"gzip;q=\xff, br, " * 50),
    ("Authorization", b"Bearer \xff\x00"[:8]),
    ("Authorization", b"Bearer " + b"x" * 8_000),
    ("Authorization", b"Basic ====="),
    ("Authorization", b"Bearer"),
    ("Content-Type", b"\xff\xfe"),
    ("Content-Type", b"multipart/form-data"),
    ("Content-Type", b"multipart/form-data; boundary=" + b"b" * 500),
    ("Content-Type", b"multipart/form-data; boundary=\xff"),
    ("Content-Type", b"application/x-www-form-urlencoded; charset=utf-7"),
    ("Content-Type", b"text/html; charset=nonsense"),
    ("Content-Encoding", b"gzip"),
    ("Idempotency-Key", b"\xff"),
    ("Idempotency-Key", b"not-a-uuid"),
    ("If-Modified-Since", b"\xff yesterday"),
    ("If-None-Match", b'"\\"'),
    ("Range", b"bytes=9999999999999999999-,-1"),
    ("Range", b"bytes=-0"),
    ("HX-Request", b"\xff"),
    ("HX-Current-URL", b"http://[::1"),
    ("Referer", b"http://[bad/\xff"),
    ("Origin", b"null"),
    ("Origin", b"http://[::1"),
    ("Host", b"evil.example"),
    ("Host", b"[::1"),
    ("Host", b"127.0.0.1:99999999"),
    ("Host", b"\xff"),
    ("X-Forwarded-For", b"\xff, [::1, 999.1.1.1"),
    ("X-CSRFToken", b"\xff" * 64),
    ("User-Agent", b"\xff\xfe" * 400),
    ("Sinergi-Audience", b"\xff"),
    ("Signature-Input", b'sinergi=("@method");created=x'),
    ("Content-Digest", b"sha-256=:\xff:"),
    ("Expect", b"100-continue"),
    ("Upgrade", b"websocket"),
    ("Transfer-Encoding", b"gzip"),
)

RAW_REQUESTS: tuple[bytes, ...] = (
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET /masuk/ HTTP/1.1\r\n\r\n",
    b"GET /masuk/ HTTP/1.0\r\n\r\n",
    b"GET http://evil.example/masuk/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET //evil.example//masuk/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /masuk/?\xff\xfe=%ff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /%80%ff/%00/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /pengamanan/%ed%a0%80/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /static/..%2f..%2fsecret HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /static/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /static/%ff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /healthz?\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /healthz/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /api/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    b"GET /api/live HTTP/1.1\r\nHost: localhost\r\nCookie: \xff\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"TRACE /masuk/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"get /masuk/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"M\xffTHOD /masuk/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\nConnection: close\r\n\r\nshort",
    b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n",
    b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nabcde",
    b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\na",
    b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    b"POST /masuk/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\xff\r\nabc\r\n0\r\nX-T: \xff\r\n\r\n",
    b"POST /masuk/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n",
    b"GET /masuk/ HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n",
    b"GET /masuk/ HTTP/1.1\r\nHost: localhost\r\nX\xff: y\r\n\r\n",
    b"GET /masuk/ HTTP/1.1\r\nHost: localhost\r\n: empty\r\n\r\n",
    b"GET /masuk/ HTTP/1.1\nHost: localhost\n\n",
    b"GET /masuk/ HTTP/1.1\r\n" + b"X: y\r\n" * 300 + b"\r\n",
    b"GET /" + b"a/" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /cari/?q=" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
)

METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "POST", "GET", "PROPFIND", "BREW", "get")


def quoted(value: str) -> str:
    """A value as it stands in an address; lone surrogates become the bytes a broken client would send."""
    return quote_from_bytes(value.encode("utf-8", "surrogatepass"), safe="")


def mutated(random: Random, data: bytes, *, most: int = 8) -> bytes:
    """Some bytes of `data` flipped, cut out, doubled, moved or replaced by bytes that often matter."""
    changed = bytearray(data)
    for _ in range(random.randint(1, most)):
        if not changed:
            break
        at = random.randrange(len(changed))
        match random.randrange(6):
            case 0:
                changed[at] ^= 1 << random.randrange(8)
            case 1:
                del changed[at : at + random.choice((1, 2, 16, 1_000))]
            case 2:
                changed[at:at] = random.choice(
                    (b"\x00", b"\xff", b"\n", b'"', b"[", b"{", b"\\u0000", b"%", b";", b"9" * 40)
                )
            case 3:
                piece = changed[at : at + random.choice((1, 8, 200))]
                changed[at:at] = piece
            case 4:
                changed[at] = random.choice(b'\x00\xff\x7f\x80\n\r "\\{}[],:0-')
            case 5:
                changed = changed[:at]
    return bytes(changed)


def multipart(random: Random, fields: dict[str, str], files: dict[str, tuple[str, bytes]]) -> tuple[str, bytes]:
    """A form with files: its content type and its body, now and then broken."""
    boundary = "batas" + str(random.randrange(10**6))
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode("utf-8", "surrogatepass")
        + value.encode("utf-8", "surrogatepass")
        + b"\r\n"
        for name, value in fields.items()
    ]
    for name, (filename, data) in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(
            head.encode("utf-8", "surrogatepass") + b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n"
        )
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    if random.random() < 0.15:
        # The frame only; what is in the files is broken by whoever makes them.
        body = (
            body[: random.randrange(len(body))]
            if random.random() < 0.5
            else body.replace(b"form-data", b"form-dat\xff", 1)
        )
    return f"multipart/form-data; boundary={boundary}", body


def broken_json(random: Random, good: object) -> bytes:
    """A body that is nearly the one asked for: a field of a wrong kind, missing, unknown, or bytes that are no JSON."""
    if random.random() < 0.25:
        return random.choice(RAW_JSON)
    content = json.loads(json.dumps(good))
    if isinstance(content, dict) and content:
        for _ in range(random.randint(1, 3)):
            name = random.choice(sorted(content))
            content[name] = random.choice(JSON_VALUES) if random.random() < 0.5 else random.choice(VALUES)
        if random.random() < 0.2:
            content.pop(random.choice(sorted(content)))
        if random.random() < 0.2:
            content[random.choice(VALUES)] = 1
    data = json.dumps(content).encode()
    return mutated(random, data) if random.random() < 0.3 else data


def gzip_bomb(size: int) -> bytes:
    """`size` bytes of spaces, packed about a thousand times smaller."""
    return gzip.compress(b" " * size, compresslevel=9)
