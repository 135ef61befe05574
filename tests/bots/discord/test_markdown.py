"""Words reach a Discord reader as they are: whatever somebody typed stays words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.discord.render.markdown import UNSEEN, escaped, fitted, room, written
from core.blocks import Run, plain
from core.markup import Line, Look
from core.telling import BULLET
from tests.bots.discord.client_markdown import read

MENTIONS = (
    "@everyone",
    "@here",
    "<@1>",
    "<@!1>",
    "<@&1>",
    "<#1>",
    "<a:wave:1>",
    "<t:1:R>",
    "</desk post:1>",
    "<id:home>",
)
TRAPS = (
    *MENTIONS,
    *("# ", "## ", "-# ", "- ", "+ ", "1. ", "1986. ", "> ", ">>> ", "* ", "#", "C#", "-#", "\\", "\\*", "¯\\_(ツ)_/¯"),
    *(
        "*",
        "**",
        "***",
        "_",
        "__",
        "~~",
        "~5",
        "|",
        "||",
        "`",
        "```",
        "[",
        "]",
        "](",
        "[a](b)",
        "[a](https://x.org)",
        "(",
    ),
    *(":", ":smile:", ":+1:", ":100:", "14:05:33", "https://", "http://x.org/a_b*c", "https://x.org/a_(b)_c", "//"),
    *(
        "see https://example.org/a_b.",
        "(https://example.org/?q=1)",
        "steam://run/1",
        "HTTPS://X.ORG",
        "https://x.org/@here",
    ),
    *("\n", "\n\n", " ", "  ", "a", "B", "é", "漢", "👍🏽", "x_y_z", "snake_case", "5 * 3 * 2"),
)
words = (
    st.lists(st.sampled_from(TRAPS) | st.text(max_size=6), max_size=12)
    .map("".join)
    .map(lambda text: text.replace(UNSEEN, "").replace("\r", ""))
)
urls = st.sampled_from(
    ("https://example.org/a_b*c", "https://en.example.org/wiki/A_(B)", "https://пример.рф/д", "https://x.org/)")
)
looks = st.sampled_from(Look)


@st.composite
def texts(draw: st.DrawFn) -> tuple[Run, ...]:
    runs = draw(
        st.lists(st.builds(Run, words, bold=st.booleans(), italic=st.booleans(), url=st.none() | urls), max_size=5)
    )
    return tuple(run for run in runs if run.text)


def visible(content: str) -> str:
    return read(content).text.replace(UNSEEN, "")


@settings(deadline=None)
@given(words)
def test_what_somebody_typed_is_what_a_reader_sees(typed: str) -> None:
    seen = read(escaped(typed))
    assert seen.text.replace(UNSEEN, "") == typed
    assert seen.alive == seen.bold == seen.italic == seen.other == seen.small == seen.quotes == seen.points == []
    assert all(label == target for label, target in seen.links)


@settings(deadline=None)
@given(texts())
def test_looks_and_links_change_no_word(text: tuple[Run, ...]) -> None:
    seen = read(written(Line(text)))
    said = seen.text.replace(UNSEEN, "")
    for address in (url for run in text if run.url for _, url in read(written(Line((Run("x", url=run.url),)))).links):
        # A link whose words could not carry it says its address after them.
        said = said.replace(f" ({address})", "")
    assert said == plain(text)
    assert seen.alive == seen.other == []


@settings(deadline=None)
@given(texts(), looks)
def test_the_room_a_line_takes_is_never_more_than_was_counted(text: tuple[Run, ...], look: Look) -> None:
    line = Line(text, look, lead=BULLET if look is Look.POINT else "")
    assert len(written(line)) <= room(line)


@settings(deadline=None)
@given(words, st.integers(1, 40))
def test_words_with_too_little_room_are_cut_at_their_end_and_say_so(typed: str, most: int) -> None:
    drawn = fitted(typed, most)
    assert len(drawn) <= most
    assert drawn == escaped(typed) or (len(escaped(typed)) > most and drawn.endswith("…"))


@settings(deadline=None)
@given(texts(), st.data())
def test_more_words_never_take_less_room(text: tuple[Run, ...], data: st.DataObject) -> None:
    whole = Line(text)
    end = data.draw(st.integers(0, len(text)))
    assert room(Line(text[:end])) <= room(whole)


@pytest.mark.parametrize("mention", MENTIONS)
def test_no_mention_survives(mention: str) -> None:
    content = escaped(f"Look, {mention} {mention}")
    assert read(content).alive == []
    assert "@everyone" not in content
    assert "@here" not in content


def test_bold_italic_and_links_are_shown_as_such() -> None:
    text = (
        Run("Rain", bold=True),
        Run(" in "),
        Run("Oslo", italic=True),
        Run(" "),
        Run("here", url="https://yr.no/a_(b)"),
    )
    seen = read(written(Line(text)))
    assert seen.bold == ["Rain"]
    assert seen.italic == ["Oslo"]
    assert seen.links == [("here", "https://yr.no/a_%28b%29")]


def test_stars_of_two_neighbours_do_not_meet() -> None:
    seen = read(written(Line((Run("a", bold=True), Run("b", italic=True), Run("c", bold=True, italic=True)))))
    assert seen.text.replace(UNSEEN, "") == "abc"
    assert "a" in seen.bold
    assert "b" in seen.italic


def test_white_space_at_the_end_of_a_look_stays_outside_it() -> None:
    seen = read(written(Line((Run("Now ", italic=True), Run("rain")))))
    assert (seen.text, seen.italic) == ("Now rain", ["Now"])


def test_an_address_in_the_words_can_be_pressed_and_shows_itself() -> None:
    seen = read(escaped("See https://example.org/a_b, please"))
    assert seen.text == "See https://example.org/a_b, please"
    assert seen.links == [("https://example.org/a_b", "https://example.org/a_b")]


def test_a_link_whose_words_are_another_address_says_where_it_leads() -> None:
    content = written(Line((Run("https://bank.example", url="https://evil.example/x"),)))
    assert read(content).links == [("https://evil.example/x", "https://evil.example/x")]
    assert "https://evil.example/x" in read(content).text


def test_a_script_is_never_a_link() -> None:
    assert read(written(Line((Run("press", url="javascript:alert(1)"),)))).links == []


def test_a_quote_and_small_print_hold_on_every_row() -> None:
    assert read(written(Line((Run("one\ntwo"),), Look.QUOTE))).quotes == ["one\ntwo"]
    assert read(written(Line((Run("one\ntwo"),), Look.SMALL))).small == ["one", "two"]
