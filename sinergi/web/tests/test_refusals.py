"""What goes wrong is told in words, in the form the asker reads, and never as a trace."""

import json
import logging

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from django.test import RequestFactory

from sinergi.kernel.errors import Refused
from sinergi.web.middleware import RefusalMiddleware, bad_request

REFUSED = Refused("Waktu selesai harus sesudah waktu mulai.", code="P-12", field="ends_at")


def answer(exception: Exception, path: str = "/permohonan/", method: str = "post", **headers: str):
    request = getattr(RequestFactory(), method)(path, headers=headers)
    request.user = AnonymousUser()
    return RefusalMiddleware(lambda asked: None).process_exception(request, exception)


@pytest.mark.django_db
def test_a_refusal_is_a_page_with_its_sentence_code_and_field():
    response = answer(REFUSED)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Waktu selesai harus sesudah waktu mulai." in text
    assert "[P-12]" in text
    assert 'data-field="ends_at"' in text
    assert "Data Anda aman" in text


@pytest.mark.django_db
def test_a_fragment_is_answered_with_a_fragment_for_the_slot():
    response = answer(REFUSED, **{"HX-Request": "true"})
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#refusal"
    assert b"<html" not in response.content


def test_a_program_reads_a_problem_document():
    response = answer(REFUSED, path="/api/requests")
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "Belum dapat dilakukan",
        "status": 422,
        "detail": "Waktu selesai harus sesudah waktu mulai.",
        "instance": "/api/requests",
        "code": "P-12",
        "field": "ends_at",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("exception", "status"),
    [(PermissionDenied(), 403), (Http404(), 404), (SuspiciousOperation(), 400), (RequestDataTooBig(), 413)],
)
def test_every_expected_trouble_has_its_status(exception, status):
    response = answer(exception)
    assert response.status_code == status
    assert "Kode" in response.content.decode()


@pytest.mark.django_db
def test_an_unexpected_error_gives_a_reference_that_the_log_holds_and_no_trace(caplog):
    with caplog.at_level(logging.ERROR, "sinergi.web"):
        response = answer(ValueError("secret detail"))
    text = response.content.decode()
    assert response.status_code == 500
    assert "secret detail" not in text and "Traceback" not in text
    reference = caplog.messages[0].split()[2]
    assert reference in text
    # After a write nobody may promise that nothing happened.
    assert "Periksa apakah kiriman terakhir sudah tercatat" in text
    assert caplog.records[0].exc_info[1].args == ("secret detail",)


@pytest.mark.django_db
def test_reading_that_broke_lost_nothing():
    assert "Data Anda aman" in answer(ValueError(), method="get").content.decode()


def raised(inner: Exception, outer: Exception, *, hidden: bool = False) -> Exception:
    """`outer`, raised while `inner` was handled."""
    try:
        try:
            raise inner
        except type(inner):
            if hidden:
                raise outer from None
            raise outer  # noqa: B904  as Django does it
    except type(outer) as error:
        return error


@pytest.mark.django_db
def test_a_full_disk_is_said_also_where_another_error_was_raised_over_it():
    full = OperationalError("database or disk is full")
    assert answer(raised(full, UpdateError())).status_code == 507
    assert bad_request(RequestFactory().get("/api/"), raised(full, SessionInterrupted("gone"))).status_code == 507
    assert answer(raised(full, ValueError(), hidden=True)).status_code == 500
    assert answer(raised(KeyError(), UpdateError())).status_code == 500
