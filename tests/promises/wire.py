"""A client that sends what no browser would: any bytes, over one kept connection where the server allows it."""

from __future__ import annotations

import html.parser
import re
import socket
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urljoin, urlsplit


@dataclass
class Answer:
    """Status 0: the connection ended without an answer. `seconds` from the first byte sent to the last received."""

    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes
    seconds: float


@dataclass
class Visitor:
    """One browser or program: a connection, cookies, headers that go with every request."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    _line: socket.socket | None = None
    _rest: bytes = b""

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """One well-formed request; cookies of the answer are kept."""
        answer = self.send(self.request(method, path, body, headers))
        self.cookies.update(answer.cookies)
        return answer

    def request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
        """The bytes of a request."""
        given = {"Host": f"127.0.0.1:{self.port}", **self.headers, **(headers or {})}
        if self.cookies and "Cookie" not in given:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if (body or method == "POST") and "Content-Length" not in given:
            given["Content-Length"] = str(len(body))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items())
        return head.encode("latin-1", "replace") + b"\r\n" + body

    def send(self, request: bytes, wait: float = 30.0) -> Answer:
        """These very bytes, and what came back. A kept connection that the server closed meanwhile is opened anew."""
        started = time.monotonic()
        for fresh in (False, True) if self._line else (True,):
            if fresh:
                self.close()
                self._line = socket.create_connection(("127.0.0.1", self.port), timeout=wait)
            try:
                answer = self._exchange(request, started, wait)
            except OSError:
                answer = None
            if answer is not None:
                return answer
            self.close()
        return Answer(0, {}, {}, b"", time.monotonic() - started)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
        self._line, self._rest = None, b""

    def form(self, page: str, **fields: str) -> Answer:
        """Open `page`, fill in its form that has these fields, send it."""
        found = next(form for form in forms_of(self.ask("GET", page), page) if set(fields) <= set(form.fields))
        return self.submit(found, {**found.fields, **fields})

    def submit(self, form: Form, fields: dict[str, str]) -> Answer:
        """Send a form the way a browser does."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        return self.ask(form.method, form.action, urlencode(fields).encode(), kind)

    def sign_in(self, username: str, password: str) -> None:
        """Sign in at the door."""
        answer = self.form("/masuk/", username=username, password=password)
        assert answer.status == 302, f"{username} could not sign in: {answer.status}"

    def _exchange(self, request: bytes, started: float, wait: float) -> Answer | None:
        assert self._line is not None
        self._line.settimeout(wait)
        self._line.sendall(request)
        while b"\r\n\r\n" not in self._rest:
            if not self._more():
                return None
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers: dict[str, str] = {}
        cookies: dict[str, str] = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
            if name.lower() == "set-cookie":
                key, _, content = value.strip().partition(";")[0].partition("=")
                cookies[key] = content
        body = self._body(request, status, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, cookies, body, time.monotonic() - started)

    def _body(self, request: bytes, status: int, headers: dict[str, str]) -> bytes:
        if request.startswith(b"HEAD ") or status in (204, 304):
            return b""
        if "content-length" in headers:
            return self._take(int(headers["content-length"]))
        if headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int(self._until(b"\r\n"), 16):
                parts.append(self._take(size))
                self._until(b"\r\n")
            self._until(b"\r\n")
            return b"".join(parts)
        return b""

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            if not self._more():
                raise ConnectionError("cut in the middle of an answer")
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _take(self, size: int) -> bytes:
        while len(self._rest) < size:
            if not self._more():
                raise ConnectionError("cut in the middle of an answer")
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def _more(self) -> bool:
        assert self._line is not None
        chunk = self._line.recv(65536)
        self._rest += chunk
        return bool(chunk)


@dataclass
class Form:
    """A form as a page shows it. `files` names its fields for files."""

    action: str
    method: str
    fields: dict[str, str]
    files: list[str]


def forms_of(answer: Answer, page: str) -> list[Form]:
    """The forms of a page, with the values a browser would send."""
    return _read(answer, page).forms


def links_of(answer: Answer, page: str) -> list[str]:
    """Addresses of this node that a page leads to, without fragments."""
    return _read(answer, page).links


class _Page(html.parser.HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None
        self._list = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith(("/", "?")):
            self.links.append(quote(urljoin(self.address, given["href"]).partition("#")[0], safe="/?&=%+,:;@!$'()*~"))
        elif tag == "form":
            action = urljoin(self.address, given.get("action") or self.address)
            self._open = Form(
                urlsplit(action)._replace(fragment="").geturl(), given.get("method", "get").upper(), {}, []
            )
            self.forms.append(self._open)
        elif self._open is not None and given.get("name"):
            self._field(tag, given)
        elif tag == "option" and self._open is not None and self._list and "selected" in given:
            self._open.fields[self._list] = given.get("value", "")

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._open is not None
        if given.get("type") == "file":
            self._open.files.append(given["name"])
        else:
            self._open.fields.setdefault(given["name"], given.get("value", ""))
            self._list = given["name"] if tag == "select" else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def _read(answer: Answer, page: str) -> _Page:
    read = _Page(page)
    read.feed(re.sub(r"\s+", " ", answer.body.decode("utf-8", "replace")))
    return read
