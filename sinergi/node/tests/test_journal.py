from __future__ import annotations

import json
import logging

from sinergi.node import journal


def line(**extra: object) -> dict[str, object]:
    record = logging.LogRecord("sinergi.node", logging.INFO, "file", 1, "said %s", ("kanari",), None)
    for name, value in extra.items():
        setattr(record, name, value)
    return json.loads(journal.JsonLine().format(record))


def test_a_line_holds_only_the_fields_that_are_allowed() -> None:
    written = line(event="request", status=200, route="home", body="kanari", username="kanari", ms=1.5)
    assert written.keys() == {"time", "level", "event", "status", "route", "ms"}


def test_the_message_of_a_record_is_never_written() -> None:
    assert "kanari" not in json.dumps(line())


def test_the_message_of_an_exception_is_never_written() -> None:
    try:
        raise ValueError("kanari")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "m", (), (ValueError, error, error.__traceback__))
    written = journal.JsonLine().format(record)
    assert "ValueError at test_journal" in written
    assert "kanari" not in written
    assert "kanari" not in journal.ShortText().format(record)


def test_addresses_of_one_network_look_alike_and_cannot_be_read() -> None:
    assert journal.network("10.1.2.3") == journal.network("10.1.2.200") != journal.network("10.1.3.3")
    assert journal.network("2001:db8:1::1") == journal.network("2001:db8:1:2::9")
    assert journal.network("not an address") == ""
    assert "10" not in journal.network("10.1.2.3")[:0]
