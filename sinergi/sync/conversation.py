"""Asking a partner's node: every request signed, each answering the challenge that came with the answer before."""

from __future__ import annotations

import time

import msgspec

from sinergi.kernel.errors import Broken
from sinergi.ledger import bundle as bundles
from sinergi.ledger import keys
from sinergi.sync import messages, objects, processes, signing
from sinergi.sync.fetch import BadAnswer, Line

_LARGEST_PROBLEM = 16 * 1024


class TurnedAway(Broken):
    """The partner's node refused; the message is its sentence. `wait`: seconds it asked us to wait."""

    def __init__(self, status: int, sentence: str, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.status, self.wait = status, wait


class Conversation:
    """A line to the node of agency `audience`."""

    def __init__(self, url: str, audience: str, *, inside: bool) -> None:
        self.audience = audience
        self._line = Line(url, inside=inside)
        self._challenge = ""

    def state(self) -> messages.State:
        """What the partner has for us."""
        return messages.read_state(self.ask("GET", "/sync/v1/state", limit=messages.LARGEST_STATE), self.audience)

    def entries(self, log: str, start: int) -> bundles.Bundle:
        """One bundle of a log from place `start`."""
        target = f"/sync/v1/logs/{log}/entries?from={start}"
        return bundles.decode(self.ask("GET", target, limit=messages.LARGEST_ENTRIES))

    def bodies(self, log: str, seqs: list[int]) -> messages.Bodies:
        """Bodies at these places, as many as fit into one answer."""
        asked = messages.encode(messages.BodiesAsked(seqs=seqs))
        answer = self.ask("POST", f"/sync/v1/logs/{log}/bodies", asked, limit=messages.LARGEST_BODIES)
        return messages.decode(answer, messages.Bodies, messages.LARGEST_BODIES)

    def piece(self, digest: str, start: int) -> bytes | None:
        """The next bytes of an object sealed for us, from place `start`; None where the partner does not have it."""
        try:
            return self.ask("GET", f"/sync/v1/objects/{digest}?from={start}", limit=objects.LARGEST_PIECE)
        except TurnedAway as refused:
            if refused.status == 404:
                return None
            raise

    def hint(self) -> None:
        """Tell the partner that we have news."""
        self.ask("POST", "/sync/v1/hint", b"{}", limit=_LARGEST_PROBLEM)

    def identity(self) -> bytes:
        """The beginning of the identity log of whoever answers at this address (asked without signature)."""
        answer = self._line.ask("GET", "/sync/v1/identity", body=b"", headers={}, limit=messages.LARGEST_REQUEST)
        if answer.status != 200:
            raise TurnedAway(answer.status, _sentence(answer.body))
        return answer.body

    def introduce(self, introduction: bytes, limit: int) -> bytes:
        """Present an invitation; the answer is the partner's identity log."""
        return self.ask("POST", "/sync/v1/introduction", introduction, limit=limit)

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def ask(self, method: str, target: str, body: bytes = b"", *, limit: int) -> bytes:
        """One signed request. A challenge that has lapsed is answered once more with the fresh one."""
        for attempt in (1, 2):
            answer = self._line.ask(method, target, body=body, headers=self._headers(method, target, body), limit=limit)
            self._challenge = answer.headers.get("sinergi-challenge", "")
            if answer.status == 401 and attempt == 1 and self._challenge:
                continue
            if 200 <= answer.status < 300:
                return answer.body
            raise TurnedAway(answer.status, _sentence(answer.body), _wait(answer.headers.get("retry-after", "")))
        raise AssertionError("the second attempt returns or raises")

    def _headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        headers = {processes.HEADER: processes.OWN} | ({"Content-Type": "application/json"} if body else {})
        if not self._challenge:
            # The first request only fetches a challenge.
            return headers
        path, _, query = target.partition("?")
        wire = signing.Wire(method=method, path=path, query=query, body=body, audience=self.audience)
        signed = signing.sign(wire, keys.own()["transport"], nonce=self._challenge, created=int(time.time()))
        return headers | signed


class _Problem(msgspec.Struct):
    detail: str


def _sentence(body: bytes) -> str:
    """The sentence of a problem document, cut to what a screen can show; a plain one for anything else."""
    try:
        said = msgspec.json.decode(body[:_LARGEST_PROBLEM], type=_Problem).detail
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError, RecursionError):
        return "Simpul itu menolak tanpa penjelasan."
    return "".join(letter for letter in said if letter.isprintable())[:200] or "Simpul itu menolak tanpa penjelasan."


def _wait(text: str) -> float:
    return float(min(int(text), 3600)) if text.isdecimal() and len(text) < 6 else 0.0


__all__ = ["BadAnswer", "Conversation", "TurnedAway"]
