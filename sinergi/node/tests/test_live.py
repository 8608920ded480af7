from __future__ import annotations

import asyncio

import pytest

from sinergi.node import live


def test_an_open_screen_hears_what_changed_and_is_let_go_at_the_end() -> None:
    async def screen() -> list[str]:
        live.open_on(asyncio.get_running_loop())
        heard = []
        events = live.stream()
        heard.append(await anext(events))
        await asyncio.to_thread(live.announce, "security")
        heard.append(await anext(events))
        live.close()
        heard.extend([text async for text in events])
        return heard

    assert asyncio.run(screen()) == ["retry: 3000\n\n", "event: changed\ndata: security\n\n"]
    assert live.viewers() == 0


def test_a_quiet_line_is_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.01)

    async def screen() -> str:
        events = live.stream()
        await anext(events)
        text = await anext(events)
        await events.aclose()
        return text

    assert asyncio.run(screen()).startswith(":")


def test_there_is_room_for_so_many_screens_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_VIEWERS", 1)

    async def screens() -> None:
        first, second = live.stream(), live.stream()
        await anext(first)
        with pytest.raises(live.Full):
            await anext(second)
        await first.aclose()

    asyncio.run(screens())


def test_a_screen_that_does_not_read_costs_a_bounded_queue() -> None:
    async def screen() -> int:
        live.open_on(asyncio.get_running_loop())
        events = live.stream()
        await anext(events)
        for _ in range(1000):
            live.announce("security")
        await asyncio.sleep(0)
        (viewer,) = live._viewers
        size = viewer.qsize()
        await events.aclose()
        live.close()
        return size

    assert asyncio.run(screen()) <= 64


def test_a_topic_cannot_smuggle_a_line_into_the_stream() -> None:
    with pytest.raises(ValueError):
        live.announce("security\ndata: x")


def test_announcing_without_a_server_is_silent() -> None:
    live.announce("security")
