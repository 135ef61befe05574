"""Several entries told in one message."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import locales, telling
from core.blocks import Image, Paragraph, Run
from core.markup import Line, Look, line_length, whole
from core.model import Bulletin, BulletinKind, Content, Correction, EntryStatus, Importance
from core.platform import MERGED_LIMIT
from tests.doubles.bulletins import AT, COVERAGE, bulletin, summary, told

ENGLISH = locales.words("en")
LONG = "Sentence after sentence " * 100


def nth(number: int, content: Content | None = None, **more: Any) -> Bulletin:
    return bulletin(content, number=number, display_at=AT + timedelta(minutes=number), **more)


def headed(headline: str, **more: Any) -> Content:
    return told("Body.", headline=headline, **more)


def merged(*bulletins: Bulletin, limit: int = 4000, language: str = "en") -> tuple[Line, ...]:
    return telling.merged(bulletins, locales.words(language), limit=limit, measure=line_length)


def text(*bulletins: Bulletin, **more: Any) -> str:
    return whole(merged(*bulletins, **more))


def test_each_entry_has_its_headline_and_its_clock_in_the_order_it_was_published() -> None:
    assert text(nth(1), nth(2, headed("Bridge open")), nth(3, headed("Rain"))) == (
        "Catching up on Storm Ada: 3 entries\n\n"
        "Bridge closed\n14:06 GMT · storm#1\n\n"
        "Bridge open\n14:07 GMT · storm#2\n\n"
        "Rain\n14:08 GMT · storm#3"
    )


def test_clocks_are_the_coverages_own_and_say_another_day() -> None:
    there = replace(COVERAGE, zone="America/New_York")
    early, late = replace(nth(1), coverage=there), replace(nth(60 * 15), coverage=there)
    said = text(early, late)
    assert "Jan 15, 2026, 09:06 EST · storm#1" in said
    assert "\n00:05 EST · storm#900" in said


def test_the_mark_leads_to_the_entrys_page() -> None:
    lines = merged(nth(1, headed("Rain", url="https://news.example/1")), nth(2, headed("Hail", url="javascript:x")))
    assert [(run.text, run.url) for line in lines for run in line.text if run.url] == [
        ("storm#1", "https://news.example/1")
    ]


def test_key_and_breaking_entries_stand_out() -> None:
    said = text(
        nth(1, headed("Rain", importance=Importance.KEY)),
        nth(2, headed("Hail", importance=Importance.BREAKING)),
        nth(3, headed("Snow"), kind=BulletinKind.ALERT),
    )
    assert [row for row in said.split("\n") if ": " in row][1:] == [
        "Key point: Rain",
        "Breaking: Hail",
        "Breaking: Snow",
    ]


def test_an_entry_without_a_headline_is_told_by_its_first_words() -> None:
    bare = Content(blocks=(Paragraph((Run("Rain "), Run("falls", bold=True))), Image(alt="A road", asset="a" * 64)))
    _, line, _ = merged(nth(1, bare))
    assert (line.plain, line.look) == ("Rain falls Image: A road", Look.PLAIN)
    assert text(nth(1, Content(kicker="Weather"))).endswith("\n\nWeather\n14:06 GMT · storm#1")


def test_an_entry_without_any_words_still_has_its_clock() -> None:
    assert text(nth(1, Content())) == "Catching up on Storm Ada: 1 entry\n\n14:06 GMT · storm#1"


def test_a_corrected_entry_names_its_last_correction() -> None:
    notes = (Correction("It was the A1", AT), Correction("It was the A2", AT + timedelta(minutes=9)))
    assert "\nBridge\nCorrected 14:14 GMT: It was the A2\n14:06 GMT" in text(
        nth(1, headed("Bridge", corrections=notes))
    )


def test_of_a_retracted_entry_only_the_reason_is_left() -> None:
    gone = headed("Secret", importance=Importance.KEY, reason="It was wrong.", corrections=(Correction("Secret", AT),))
    said = text(nth(1), nth(2, gone, status=EntryStatus.RETRACTED, updated_at=AT + timedelta(minutes=5)), nth(3))
    assert "\n\nThis entry was withdrawn (14:10 GMT).\nIt was wrong.\n14:07 GMT · storm#2\n\n" in said
    assert "Secret" not in said
    assert "Key point" not in said


def test_an_entry_that_was_taken_back_shows_no_word_of_what_it_said() -> None:
    assert "Secret" not in text(nth(1), nth(2, headed("Secret"), status=EntryStatus.UNDONE))


def test_a_short_headline_loses_nothing_to_long_ones_and_those_are_cut_alike() -> None:
    lines = merged(nth(1, headed(LONG)), nth(2, headed("Rain falls on the hills")), nth(3, headed(LONG)), limit=400)
    first, short, last = [line.plain for line in lines if line.look is Look.HEADLINE]
    assert (first, short) == (last, "Rain falls on the hills")
    assert len(first) > 80
    assert first.endswith("…")


def test_reasons_and_notes_are_cut_like_headlines() -> None:
    said = text(
        nth(1, headed("Rain", corrections=(Correction(LONG, AT),))),
        nth(2, headed("Hail", reason=LONG), status=EntryStatus.RETRACTED),
        limit=400,
    )
    assert [len(row) > 80 for row in said.split("\n") if row.endswith("…")] == [True, True]


def addressed(line: Line) -> int:
    """A measure that counts addresses, as Discord's does."""
    return line_length(line) + sum(len(run.url or "") for run in line.text)


def test_the_longest_address_goes_before_headlines_become_hard_to_read() -> None:
    pages = [nth(at, headed(LONG, url=f"https://news.example/{'x' * 100 * at}")) for at in (1, 2, 3)]
    lines = telling.merged(pages, ENGLISH, limit=700, measure=addressed)
    assert [run.text for line in lines for run in line.text if run.url] == ["storm#1", "storm#2"]
    assert all(len(line.plain) > 40 for line in lines if line.look is Look.HEADLINE)


def test_nobody_is_led_to_half_an_address() -> None:
    for limit in range(80, 140):
        said = text(nth(1, headed("See https://news.example/a-long-page/with-a-name-of-its-own now")), limit=limit)
        assert "https" not in said or "its-own" in said


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        (nth(1),) * (MERGED_LIMIT + 1),
        (nth(1), summary("Rain")),
        (nth(1), bulletin(coverage_id=2)),
    ],
    ids=["none", "too many", "no entry", "two coverages"],
)
def test_what_cannot_be_merged_is_a_mistake_of_ours(wrong: tuple[Bulletin, ...]) -> None:
    with pytest.raises(ValueError, match="entries of one coverage"):
        merged(*wrong)


def room_of(lines: tuple[Line, ...]) -> int:
    return sum(addressed(line) + len(line.joint) for line in lines)


_words = st.text(max_size=60) | st.text("ab. \U0001f469\u200d\U0001f33e\n", max_size=80) | st.just(LONG)
_entries = st.lists(
    st.builds(
        headed,
        _words,
        url=st.none() | st.integers(1, 1900).map(lambda length: f"https://news.example/{'x' * length}"),
        importance=st.sampled_from(Importance),
        corrections=st.lists(st.builds(Correction, _words, st.just(AT)), max_size=2).map(tuple),
        reason=_words,
    ),
    min_size=1,
    max_size=MERGED_LIMIT,
)


@settings(deadline=None, max_examples=60)
@given(_entries, st.sets(st.integers(0, 9)), st.sampled_from(["en", "de-AT", "ar-EG", "ja", "fa"]), st.data())
def test_it_always_fits_and_loses_no_more_than_it_must(
    contents: list[Content], gone: set[int], language: str, data: st.DataObject
) -> None:
    bulletins = [
        nth(at * 700, content, status=EntryStatus.RETRACTED if at in gone else EntryStatus.PUBLISHED)
        for at, content in enumerate(contents)
    ]
    limit = data.draw(st.integers(1200, 6000))
    lines = telling.merged(bulletins, locales.words(language), limit=limit, measure=addressed)
    assert room_of(lines) <= limit
    assert [line.plain.rpartition("#")[2] for line in lines if line.look is Look.FOOT] == [
        str(at * 700) for at in range(len(contents))
    ]
    everything = telling.merged(bulletins, locales.words(language), limit=100_000, measure=addressed)
    assert (lines == everything) is (room_of(everything) <= limit)
