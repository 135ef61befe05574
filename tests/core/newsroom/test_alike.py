"""When two entries say the same (fault E4)."""

from datetime import UTC, datetime, timedelta

import pytest

from core import blocks
from core.formats.page import PageEntry
from core.model import Content, Entry, EntryStatus, Mode, Source
from core.newsroom import alike

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def content(words: str) -> Content:
    headline, _, body = words.partition("\n")
    return Content(headline, (blocks.Paragraph(blocks.text(body)),) if body else ())


def entry(words: str, minutes_ago: float = 1, status: EntryStatus = EntryStatus.PUBLISHED) -> Entry:
    at = NOON - timedelta(minutes=minutes_ago)
    return Entry(1, 1, 1, 1, status, content(words), Mode.LIVE, at, at, at, 1)


@pytest.mark.parametrize(
    ("said", "again"),
    [
        ("Bridge closed", "bridge  CLOSED"),
        ("Bridge closed\nNobody is hurt, police say.", "Bridge closed\nNobody is hurt, the police say."),
        ("ﬁre in the old town", "Fire in the old town"),
    ],
)
def test_a_repetition_is_found(said: str, again: str) -> None:
    assert alike.find(content(again), [entry(said)], NOON) == entry(said)


@pytest.mark.parametrize(
    ("said", "other"),
    [("Three dead", "Bridge closed"), ("Crash: 3 dead, police say", "Crash: 4 dead, police say"), ("Fire", "")],
)
def test_news_is_no_repetition(said: str, other: str) -> None:
    assert alike.find(content(other), [entry(said)], NOON) is None


def test_only_standing_entries_of_the_last_ten_minutes_count() -> None:
    same = content("Bridge closed")
    assert alike.find(same, [entry("Bridge closed", minutes_ago=10.1)], NOON) is None
    assert alike.find(same, [entry("Bridge closed", status=EntryStatus.RETRACTED)], NOON) is None
    assert alike.find(same, [entry("Bridge closed", minutes_ago=10)], NOON) is not None


def on_a_page(words: str, seconds: int = 0) -> PageEntry:
    return PageEntry(content(words), NOON + timedelta(seconds=seconds), Source("text", "urn:x", "x"))


BRIDGE = "Bridge closed\nPolice say the bridge over the Arrin is shut to everybody."


@pytest.mark.parametrize(
    "now",
    [
        "Arrin crossing shut\nPolice say the bridge over the Arrin is shut to everybody.",
        "Arrin crossing shut\nThe bridge over the Arrin is shut to everybody, police say.",
        "Bridge shut\nPolice say the bridge over the Arrin is shut to all.",
    ],
)
def test_an_entry_with_a_new_headline_may_be_the_old_one(now: str) -> None:
    was = entry(BRIDGE, minutes_ago=0)
    assert alike.rewritten(on_a_page(now, seconds=59), [entry("Other\nSomething else.", 0), was]) is was


@pytest.mark.parametrize("now", ["Ferries stop\nNo boat leaves before the wind turns.", "Bridge closed", "Arrin"])
def test_other_words_are_another_entry(now: str) -> None:
    assert alike.rewritten(on_a_page(now), [entry(BRIDGE, minutes_ago=0)]) is None


def test_another_minute_is_another_entry() -> None:
    assert alike.rewritten(on_a_page(BRIDGE), [entry(BRIDGE, minutes_ago=1)]) is None


def test_of_bare_headlines_the_likest_is_meant() -> None:
    likest = entry("Bridge is closed", 0)
    assert alike.rewritten(on_a_page("Bridge closed"), [entry("Bridges closes now", 0), likest]) is likest
    assert alike.rewritten(on_a_page("Bridge closed"), [entry("Wind rises", 0)]) is None
