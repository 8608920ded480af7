"""From a file to a preview: a table that somebody uploaded is read, kept for a day, and shown with every wrong cell.

What the columns mean, and what is stated in the end, is the feature's; what is read and how: docs/sheets.md.
"""

from __future__ import annotations

import uuid
import zlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext

from sinergi.access.doors import PersonRequest
from sinergi.kernel.errors import Refused
from sinergi.sheets import Cells, Table, Unreadable, read_cells
from sinergi.sheets.writing import XLSX
from sinergi.web.models import Upload

LIFE = timedelta(hours=24)
MOST_KEPT = 5
LARGEST_FILE = 20 * 1024 * 1024
MOST_SHOWN = 60


def read(file: UploadedFile[Any]) -> Cells:
    """The cells of an uploaded file, read in the limited child process. Raises Refused in the reader's language."""
    if (file.size or 0) > LARGEST_FILE:
        raise Refused(gettext("Berkas paling besar 20 MB. Pecah menjadi beberapa berkas."), field="file")
    try:
        return read_cells(file.read(), name=file.name or "")
    except Unreadable as refusal:
        raise said(refusal) from None


def keep(*, owner: str, purpose: str, agreement: str, filename: str, cells: Cells, at: datetime) -> Upload:
    """Keep what was read for a day, so that its owner can look at it. The file itself is not kept."""
    purge(at=at)
    kept = Upload.objects.filter(owner=owner).order_by("-uploaded_at", "-id").values_list("id", flat=True)
    Upload.objects.filter(id__in=list(kept[MOST_KEPT - 1 :])).delete()
    return Upload.objects.create(
        id=uuid.uuid4(),
        owner=owner,
        purpose=purpose,
        agreement=agreement,
        filename=filename[:200],
        uploaded_at=at,
        cells=zlib.compress(msgspec.msgpack.encode(cells), 1),
    )


def kept(request: PersonRequest, upload: UUID, *purposes: str) -> Upload:
    """The person's own upload for one of these purposes, younger than a day; Http404 for every other."""
    found = Upload.objects.filter(id=upload, owner=request.user.actor_id, purpose__in=purposes).first()
    if found is None or found.uploaded_at < request.arrived_at - LIFE:
        raise Http404
    return found


def cells_of(upload: Upload) -> Cells:
    """What was read of the upload."""
    return msgspec.msgpack.decode(zlib.decompress(bytes(upload.cells)), type=Cells)


def narrow(upload: Upload) -> None:
    """Leave out the rows that are not the owner's to state."""
    Upload.objects.filter(id=upload.id).update(narrowed=True)


def discard(upload: Upload) -> None:
    """Drop an upload."""
    Upload.objects.filter(id=upload.id).delete()


def purge(*, at: datetime) -> int:
    """Drop uploads older than a day; how many. Runs on every upload; housekeeping may call it as well."""
    return Upload.objects.filter(uploaded_at__lt=at - LIFE).delete()[0]


def wrong(table: Table) -> dict[str, Any]:
    """What a page shows of a table that has wrong cells: how many, and the first rows with them."""
    return {"wrong_cells": len(table.problems), "wrong_rows": _wrong_rows(table), "most_shown": MOST_SHOWN}


def _wrong_rows(table: Table) -> list[dict[str, Any]]:
    """The first wrong rows as they stand in the file, each cell with what is wrong with it."""
    by_row: dict[int, list[Any]] = {}
    for problem in table.problems:
        if problem.row not in by_row and len(by_row) == MOST_SHOWN:
            continue
        by_row.setdefault(problem.row, []).append(problem)
    return [
        {
            "number": number,
            "problems": [
                {"column": p.column, "value": p.value, "sentence": gettext(p.pattern) % p.words} for p in problems
            ],
        }
        for number, problems in by_row.items()
    ]


def said(refusal: Unreadable) -> Refused:
    """The refusal in the reader's language."""
    return Refused(gettext(refusal.pattern) % refusal.words, code=refusal.code, field=refusal.field)


def sheet_answer(data: bytes, name: str) -> HttpResponse:
    """An XLSX as a download."""
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
