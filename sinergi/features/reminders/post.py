"""Handing one message to the server of e-mail, and what became of it (RFC 5321). Nothing is kept or logged here."""

from __future__ import annotations

import contextlib
import email.policy
import smtplib
import socket
import ssl
import threading
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from typing import Literal

import msgspec
from django.conf import settings

Verdict = Literal["sent", "later", "unsure", "refused", "address"]
# Why nothing goes out at all. Codes, because a server's own words may repeat an address or a name.
Trouble = Literal["", "apart", "cut", "tls", "login", "sender", "busy"]

# Each answer must begin within the first time; the whole conversation, however it drips, must end within the second.
SILENCE_SECONDS = 15.0
LONGEST_SECONDS = 60.0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one message. `code` is the server's, 0 where it gave none.

    sent: taken. later: surely not taken, and may be offered again. unsure: cut off after the text was handed over.
    refused: this message is not taken. address: this address is not taken. With `trouble` there is no use in offering
    the next one.
    """

    verdict: Verdict
    code: int = 0
    trouble: Trouble = ""


def is_set() -> bool:
    """Whether this node has a server of e-mail."""
    return bool(settings.EMAIL_HOST)


def hand_over(address: str, *, subject: str, body: str) -> Told:
    """Hand one plain message over, on a line of its own. Takes a minute at most, not counting the look-up of a name."""
    try:
        letter = _written(address, subject, body)
    except ValueError:
        return Told(verdict="address")  # it passed a form of ours, but no letter can carry it
    line = _line()
    guard = threading.Timer(LONGEST_SECONDS, _cut, [line])
    guard.daemon = True
    guard.start()
    try:
        told = _open(line) or _pass_on(line, address, letter)
        with contextlib.suppress(OSError):
            line.quit()  # what was taken was taken; how the line ends changes nothing
        return told
    finally:
        guard.cancel()
        line.close()


def _written(address: str, subject: str, body: str) -> bytes:
    if not (address.isascii() and address.isprintable()):
        raise ValueError("no address that a letter can carry")
    sender = settings.DEFAULT_FROM_EMAIL
    letter = EmailMessage(policy=email.policy.SMTP.clone(cte_type="7bit"))
    letter["From"], letter["To"], letter["Subject"] = sender, address, subject
    letter["Date"] = localtime()
    # Neither here nor in the greeting stands what this machine is called.
    letter["Message-ID"] = make_msgid(domain=_domain())
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body)
    return letter.as_bytes()


def _line() -> smtplib.SMTP:
    line: smtplib.SMTP
    if settings.EMAIL_USE_SSL:
        context = ssl.create_default_context()
        line = smtplib.SMTP_SSL(local_hostname=_domain(), timeout=SILENCE_SECONDS, context=context)
    else:
        line = smtplib.SMTP(local_hostname=_domain(), timeout=SILENCE_SECONDS)
    # A host given to the constructor would be called at once, before anything could cut a greeting that drips.
    line._host = settings.EMAIL_HOST  # type: ignore[attr-defined]
    return line


def _open(line: smtplib.SMTP) -> Told | None:
    """Greet, close the envelope against listeners, say who we are; what came of it where that fails."""
    try:
        code, _words = line.connect(settings.EMAIL_HOST, settings.EMAIL_PORT)
        if code != 220:
            return Told(verdict="later", code=code, trouble="busy")
        if settings.EMAIL_USE_TLS:
            line.starttls(context=ssl.create_default_context())
    except (ssl.SSLError, smtplib.SMTPNotSupportedError):
        return Told(verdict="later", trouble="tls")
    except smtplib.SMTPServerDisconnected:
        return Told(verdict="later", trouble="cut")
    except smtplib.SMTPException:
        return Told(verdict="later", trouble="busy")
    except OSError:
        return Told(verdict="later", trouble="apart")
    if not settings.EMAIL_HOST_USER:
        return None
    try:
        line.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except smtplib.SMTPAuthenticationError as refusal:
        return Told(verdict="later", code=refusal.smtp_code, trouble="login" if refusal.smtp_code >= 500 else "busy")
    except (smtplib.SMTPNotSupportedError, UnicodeError):
        return Told(verdict="later", trouble="login")
    except OSError:
        return Told(verdict="later", trouble="cut")
    return None


def _pass_on(line: smtplib.SMTP, address: str, letter: bytes) -> Told:
    handed = False
    try:
        line.ehlo_or_helo_if_needed()
        code, _words = line.mail(settings.DEFAULT_FROM_EMAIL)
        if code // 100 != 2:
            return Told(verdict="later", code=code, trouble="sender" if code >= 500 else "busy")
        code, _words = line.rcpt(address)
        if code // 100 != 2:
            return Told(verdict="address" if code >= 500 else "later", code=code, trouble="busy" if code == 421 else "")
        handed = True
        code, _words = line.data(letter)
    except smtplib.SMTPDataError as refusal:
        code = refusal.smtp_code  # it did not want to hear the text
    except OSError:
        # Before the text was handed over nobody has it; after that nobody here can know.
        return Told(verdict="unsure" if handed else "later", trouble="cut")
    verdicts: dict[int, Verdict] = {2: "sent", 4: "later", 5: "refused"}
    return Told(verdict=verdicts.get(code // 100, "unsure"), code=max(code, 0))


def _cut(line: smtplib.SMTP) -> None:
    if line.sock is not None:
        with contextlib.suppress(OSError):
            # Not the method of a TLS socket: that one would first let go of the state the other thread reads by.
            socket.socket.shutdown(line.sock, socket.SHUT_RDWR)


def _domain() -> str:
    return str(settings.DEFAULT_FROM_EMAIL.rpartition("@")[2])
