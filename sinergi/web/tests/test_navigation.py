"""What features register is what the frame shows and asks."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from sinergi.web import navigation
from sinergi.web.navigation import Figure, Hit, Place, Waiting

NOW = datetime(2024, 2, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch):
    for name in ("_places", "_views"):
        monkeypatch.setattr(navigation, name, {})
    for name in ("_search", "_inbox", "_figures", "_sentences", "_actions", "_sync"):
        monkeypatch.setattr(navigation, name, [])


def place(code: str, group: str = "main") -> Place:
    return Place(code=code, label=code, icon="home", url_name=code, group=group)


def test_places_stand_in_their_fixed_order_whoever_registers_first():
    for code in ("plans", "home", "data"):
        navigation.register_place(place(code))
    navigation.register_place(place("health", "manage"))
    assert [each.code for each in navigation.places()] == ["home", "data", "plans", "health"]


def test_a_tenth_place_is_refused():
    with pytest.raises(ValueError, match="none of the places"):
        navigation.register_place(place("dashboard"))


def test_registering_twice_asks_once():
    def source(user, words):
        return [Hit(title=words, url="/")]

    navigation.register_search(source)
    navigation.register_search(source)
    assert len(navigation.search(None, "gudang arse")) == 1


def test_one_letter_is_not_searched():
    navigation.register_search(lambda user, words: [Hit(title=words, url="/")])
    assert navigation.search(None, " a ") == []


def test_what_presses_most_waits_first_and_the_scope_narrows():
    def source(user, at):
        return [
            Waiting(title="someday", url="/", urgency=0),
            Waiting(title="tomorrow", url="/", due=at + timedelta(days=1), agreement="tapsel"),
            Waiting(title="overdue", url="/", due=at - timedelta(days=1), agreement="paluta"),
            Waiting(title="danger", url="/", urgency=3),
        ]

    navigation.register_inbox(source)
    assert [item.title for item in navigation.waiting(SimpleNamespace(), NOW)] == [
        "danger",
        "overdue",
        "tomorrow",
        "someday",
    ]
    assert [item.title for item in navigation.waiting(SimpleNamespace(), NOW, "tapsel")] == [
        "danger",
        "tomorrow",
        "someday",
    ]


def test_a_feature_is_asked_once_for_each_request_however_often_a_page_needs_it():
    asked = []

    def source(user, at):
        asked.append(user)
        return [Waiting(title="decide", url="/")]

    navigation.register_inbox(source)
    one, other = SimpleNamespace(), SimpleNamespace()
    for user in (one, one, other):
        assert len(navigation.waiting(user, NOW)) == len(navigation.waiting_from(source, user, NOW)) == 1
    assert asked == [one, other]


def test_at_most_seven_numbers_the_weightiest_first():
    navigation.register_figures(lambda *_: [Figure(label=str(n), value=n, url="/", weight=n) for n in range(9)])
    assert [figure.value for figure in navigation.figures(None, NOW)] == [8, 7, 6, 5, 4, 3, 2]
