"""A task of the writer may call the writer itself: it stays one transaction, told of once and only when committed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from sinergi.features.agreement.actions import enter_agreement
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import writer
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import terms
from tests.nodes.simulator import NOON


@pytest.mark.django_db(transaction=True)
def test_listeners_hear_of_a_task_inside_a_task_after_the_commit(node, police, secretary):
    heard: list[tuple[bool, list[Any]]] = []

    def listen(fresh: list[Any]) -> None:
        heard.append((connection.in_atomic_block, [kind for _, _, kind in fresh]))

    def outer() -> Any:
        given = {"id": new_event_id(NOON), "by": secretary, "at": NOON, "partners": [police.id], "exercise": ""}
        receipt = enter_agreement(**given, **terms())
        assert heard == []
        return receipt

    writer.on_commit(listen)
    writer.start()
    try:
        writer.run(outer)
    finally:
        writer.stop()
        writer._listeners.remove(listen)
    assert heard == [(False, ["agreement.entered"])]


@pytest.mark.django_db(transaction=True)
def test_trouble_of_the_store_inside_a_task_undoes_the_whole_commit(node, police, secretary):
    before = Entry.objects.count()

    def full() -> None:
        raise OperationalError("database or disk is full")

    def outer() -> None:
        given = {"id": new_event_id(NOON), "by": secretary, "at": NOON, "partners": [police.id], "exercise": ""}
        enter_agreement(**given, **terms())
        writer.run(full)

    writer.start()
    try:
        with pytest.raises(writer.NotStored):
            writer.run(outer)
    finally:
        writer.stop()
    assert Entry.objects.count() == before
