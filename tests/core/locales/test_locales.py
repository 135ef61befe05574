"""How words come out: plurals, numbers, clocks, languages that are not there, names in other scripts."""

from datetime import UTC, datetime

import pytest

from core import locales
from core.locales import Moment, say

NOON = datetime(2026, 7, 2, 12, 0, 7, tzinfo=UTC)


def test_one_and_many() -> None:
    words = locales.words("en")
    assert words.say("places", count=1) == "1 place"
    assert words.say("places", count=0) == "0 places"
    assert words.say("places", count=1204) == "1,204 places"


def test_what_is_said_inside_takes_the_same_language() -> None:
    said = say("queued.entry", number="17", places=say("places", count=3), time=Moment(NOON, "Europe/London", now=NOON))
    assert locales.words("en").tell(said) == "Queued #17: reaches 3 places by 13:00 BST."


@pytest.mark.parametrize("language", ["nb-NO", "pt_BR", "xx", "", "x" * 40, "../en", "en-GB"])
def test_a_language_we_do_not_speak_gets_english_words(language: str) -> None:
    assert locales.words(language).say("places", count=2) == "2 places"


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    assert locales.words("de-AT").say("places", count=1204) in ("1.204 places", "1\u00a0204 places")


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (Moment(NOON, "Europe/London", now=NOON), "13:00 BST"),
        (Moment(NOON, "Europe/Oslo", seconds=True, now=NOON), "14:00:07 CEST"),
        (Moment(NOON, "America/Sao_Paulo", now=NOON), "09:00 GMT-03:00"),
        (Moment(NOON, "UTC", now=NOON.replace(day=1)), "2 Jul 2026, 12:00 UTC"),
        (Moment(NOON, "Pacific/Auckland", now=NOON.replace(hour=11)), "3 Jul 2026, 00:00 NZST"),
        (Moment(NOON, "UTC"), "2 Jul 2026, 12:00 UTC"),
    ],
)
def test_a_moment_has_its_zone_and_its_date_when_it_is_not_today(moment: Moment, written: str) -> None:
    assert locales.words("en-GB").say("list.line", title=moment) == written


def test_a_name_in_another_direction_does_not_turn_the_sentence_around() -> None:
    assert locales.words("en").say("following.line", title="عاصفة", level="x") == "\u2068عاصفة\u2069: x"
    assert locales.words("ar").say("following.line", title="Storm", level="عاصفة") == "\u2068Storm\u2069: عاصفة"


def test_braces_in_what_people_wrote_are_only_braces() -> None:
    assert locales.words("en").say("list.line", title="{0} {title} %s") == "{0} {title} %s"


@pytest.mark.parametrize(
    ("typed", "tag"), [("nb_no", "nb-NO"), ("EN", "en"), ("zh-hant", "zh-Hant"), ("klingon", None)]
)
def test_a_language_tag_is_written_one_way(typed: str, tag: str | None) -> None:
    assert locales.tag(typed) == tag
