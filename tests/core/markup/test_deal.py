"""Dealing lines into parts: nothing lost, nothing too long, cut where a reader would cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import blocks, markup
from core.blocks import Run
from core.markup import Line, Look

_words = st.text(alphabet=st.sampled_from("ab .!?\n😀é\u0301🇬🇧中。👩\u200d🏽"), min_size=1, max_size=60)
_runs = st.builds(
    Run, _words, bold=st.booleans(), italic=st.booleans(), url=st.sampled_from([None, None, "https://example.org/a"])
)
_lines = st.builds(
    Line,
    st.lists(_runs, min_size=1, max_size=5).map(tuple),
    look=st.sampled_from(Look),
    lead=st.sampled_from(["", "• ", "12. "]),
    joint=st.sampled_from(["\n", "\n\n"]),
)


def _length(part):
    return len(markup.whole(part))


def _deal(lines, limit, **more):
    return markup.deal(lines, limit=limit, measure=markup.line_length, **more)


@given(st.lists(_lines, max_size=8), st.integers(10, 80), st.integers(10, 40))
def test_parts_put_together_are_the_whole_text_and_none_is_too_long(lines, limit, first_limit):
    parts = _deal(lines, limit, first_limit=first_limit)
    assert markup.whole([line for part in parts for line in part]) == markup.whole(lines)
    assert all(part for part in parts)
    for at, part in enumerate(parts):
        assert _length(part) <= (limit if at else first_limit)


@given(st.lists(_lines, max_size=6), st.integers(10, 60))
def test_dealing_twice_gives_the_same_parts(lines, limit):
    assert _deal(lines, limit) == _deal(lines, limit)


@given(st.lists(_lines, max_size=6), st.integers(10, 60))
def test_every_character_keeps_its_looks(lines, limit):
    def looks(some):
        return [(sign, run.bold, run.italic, run.url) for line in some for run in line.text for sign in run.text]

    dealt = [line for part in _deal(lines, limit) for line in part]
    kept = [look for look in looks(dealt) if not look[0].isspace()]
    assert kept == [look for look in looks(lines) if not look[0].isspace()]


def test_a_short_entry_is_one_part():
    lines = [Line(blocks.text("Headline"), Look.HEADLINE), Line(blocks.text("Body."))]
    assert _deal(lines, 4096) == (tuple(lines),)


def test_nothing_makes_no_part():
    assert _deal([], 10) == ()


def test_blocks_are_parted_before_sentences_are():
    first, second = Line(blocks.text("One two. Three four.")), Line(blocks.text("Five six. Seven."))
    assert _deal([first, second], 25) == ((first,), (second,))


def test_a_long_block_is_cut_between_sentences():
    line = Line(blocks.text("The river rose. Nobody was hurt. The road is shut."))
    assert [markup.whole(part) for part in _deal([line], 34)] == [
        "The river rose. Nobody was hurt.",
        "The road is shut.",
    ]


def test_an_abbreviation_before_a_small_letter_ends_no_sentence():
    line = Line(blocks.text("At 5 p.m. the bridge was shut. All went home."))
    assert next(markup.whole(part) for part in _deal([line], 31)) == "At 5 p.m. the bridge was shut."


def test_a_link_is_not_cut_while_another_place_will_do():
    line = Line((Run("Read the "), Run("full report. It is long", url="https://example.org"), Run(" and sad.")))
    parts = _deal([line], 28)
    assert [run.text for part in parts for line in part for run in line.text if run.url] == ["full report. It is long"]


def test_a_link_longer_than_a_part_becomes_two_links_to_the_same_page():
    line = Line((Run("word " * 10, url="https://example.org"),))
    linked = [run for part in _deal([line], 20) for line in part for run in line.text]
    assert len(linked) > 1
    assert all(run.url == "https://example.org" for run in linked)


def test_a_link_too_long_for_any_part_keeps_its_words():
    def drawn(line):
        return sum(len(run.text) + len(run.url or "") for run in line.text)

    line = Line((Run("report", url="https://example.org/" + "x" * 90),))
    assert markup.deal([line], limit=50, measure=drawn) == ((Line((Run("report"),)),),)


def test_a_family_emoji_stays_one_family():
    family = "👨\u200d👩\u200d👧"
    line = Line(blocks.text(family * 3))
    assert [markup.whole(part) for part in _deal([line], 7)] == [family] * 3


def test_two_letters_of_a_flag_stay_together():
    line = Line(blocks.text("🇬🇧🇫🇷🇩🇪"))
    assert [markup.whole(part) for part in _deal([line], 3)] == ["🇬🇧", "🇫🇷", "🇩🇪"]


def test_a_heading_goes_with_what_it_heads():
    text, heading = Line(blocks.text("x" * 60)), Line(blocks.text("Roads"), Look.HEADING)
    body = Line(blocks.text("y" * 60))
    assert _deal([text, heading, body], 90) == ((text,), (heading, body))


def test_a_limit_too_small_for_a_character_is_said():
    with pytest.raises(ValueError, match="single character"):
        markup.deal([Line(blocks.text("ab"))], limit=3, measure=lambda line: 2 * len(line.plain) + 2)
