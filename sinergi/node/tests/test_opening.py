"""What a process does before it works on a node."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone

from sinergi.node import opening, server
from tests.nodes.fixtures import KPU_TAPSEL


@pytest.fixture
def clock():
    """The clock of the tests comes back afterwards."""
    was = settings.TIME_ZONE
    yield
    settings.TIME_ZONE = was
    timezone.get_default_timezone.cache_clear()


@pytest.mark.parametrize(("region", "name", "hour"), [("1203", "WIB", "07"), ("8171", "WIT", "09"), ("*", "WIB", "07")])
def test_hours_are_read_and_written_as_the_clock_on_the_office_s_wall_shows_them(found_node, clock, region, name, hour):
    found_node(**{**KPU_TAPSEL, "region": region})
    opening.tell_the_time()
    shown = Template("{% load sinergi %}{{ at|instant }}").render(
        Context({"at": datetime(2024, 2, 14, 0, 15, tzinfo=UTC)})
    )
    assert shown == f"Rabu, 14 Februari 2024 pukul {hour}.15 {name}"
    typed = timezone.make_aware(datetime(2024, 2, 14, int(hour), 15))
    assert typed == datetime(2024, 2, 14, 0, 15, tzinfo=UTC)


def test_a_folder_without_tables_keeps_the_usual_clock(clock, monkeypatch):
    from django.db import DatabaseError

    from sinergi.ledger import rows

    def no_tables() -> str:
        raise DatabaseError("no such table: ledger_agency")

    monkeypatch.setattr(rows, "own_zone", no_tables)
    opening.tell_the_time()
    assert settings.TIME_ZONE == "Asia/Jakarta"


def test_the_program_itself_is_never_looked_through_for_garbage_again():
    kept: list[list[int]] = [[]]
    assert any(one is kept for one in gc.get_objects())
    server.load_pages()
    assert not any(one is kept for one in gc.get_objects())
