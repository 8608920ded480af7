"""A table that leaves names who took it out: through normal handling, and never somebody who did not."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sinergi.features.security.tests.conftest import asked_of_police
from sinergi.kernel.instants import now
from sinergi.sheets import Column, Kind, marking
from sinergi.sheets.writing import export
from sinergi.web import recipients


def saved_again(data: bytes, change=lambda sheet: None) -> bytes:
    """As a person opens a file, looks at it, and saves it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def verdict(client, data: bytes, name: str = "temuan.xlsx") -> str:
    answer = client.post("/hak/berkas/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code in (200, 422)
    return answer.content.decode()


@pytest.mark.slow
def test_a_found_table_names_who_took_it_and_no_forgery_names_anybody(polres):
    asked_of_police(polres)
    staff = polres.person("operations_staff", name="Rudi <i> Pohan")
    data = staff.get("/pengamanan/unduh.xlsx").content
    assert "Rudi &lt;i&gt; Pohan" in openpyxl.load_workbook(io.BytesIO(data)).active.oddFooter.center.text.replace(
        "<", "&lt;"
    ).replace(">", "&gt;")
    chief = polres.person("resort_chief")
    assert polres.person("operations_head").get("/hak/berkas/").status_code == 403
    assert "Diambil oleh Rudi &lt;i&gt; Pohan." in verdict(chief, data)
    assert "Diambil oleh Rudi" in verdict(chief, saved_again(data))
    # Another content, a token moved to another table, one from another key, none at all: nobody is named.
    changed = saved_again(data, lambda sheet: sheet.__setitem__("B2", "lain"))
    moved = saved_again(_marked("Kode", [["1"]], marking.tokens(data)[0]))
    for forged in (changed, moved):
        shown = verdict(chief, forged)
        assert "Tidak seorang pun dapat disebut" in shown and "Rudi" not in shown
    token = marking.tokens(data)[0]
    bent = _marked("Kode", [["1"]], token[:40] + ("a" if token[40] != "a" else "b") + token[41:])
    assert "tidak dibuat simpul ini" in verdict(chief, bent)
    assert "Tidak ada tanda" in verdict(chief, b"Kode,Isi\n1,2\n", "temuan.csv")
    assert "rusak" in verdict(chief, b"PK\x03\x04" + b"x" * 100)


def test_what_is_written_is_read_again_as_the_same_content(polres):
    columns = [
        Column(name="code", label="Kode  TPS", kind=Kind.CODE),
        Column(name="text", label="Isi"),
        Column(name="number", label="Angka", kind=Kind.DECIMAL),
        Column(name="at", label="Saat", kind=Kind.DATE),
        Column(name="yes", label="Ya", kind=Kind.BOOLEAN),
    ]
    rows = [
        {
            "code": "0012",
            "text": "=1+1",
            "number": Decimal("1.418"),
            "at": datetime(2024, 2, 5, 12, 30, 59, 999),
            "yes": True,
        },
        {"code": 7, "text": "dua\r\nbaris\x00", "number": 3, "at": datetime(2024, 2, 5), "yes": False},
        {"code": "x", "text": " ", "number": None, "at": None},
    ]
    person = polres.person("resort_chief").user
    told = marking.Recipient("Untuk & saya", lambda content: recipients.token(person.actor_id, now(), content))
    with marking.leaving_for(told):
        data = export(columns, rows, mark="LATIHAN")
    assert marking.recipient() is None and marking.tokens(export(columns, rows)) == []
    shown = verdict(polres.person("resort_chief"), data)
    assert f"Diambil oleh {person.name}." in shown


def _marked(label: str, rows: list[list[str]], token: str) -> bytes:
    with marking.leaving_for(marking.Recipient("", lambda content: token)):
        return export([Column(name="a", label=label)], [{"a": row[0]} for row in rows])
