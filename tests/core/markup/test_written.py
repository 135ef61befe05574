"""What an editor typed becomes a headline and blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import blocks, markup
from core.blocks import Bullets, Link, Paragraph, Quote, Run, Subheading


def test_the_first_line_is_the_headline_and_the_rest_its_body():
    written = markup.parse("Bridge closed\nThe river is *still* rising.\n\nStay **inside**.")
    assert written.headline == "Bridge closed"
    assert written.blocks == (
        Paragraph((Run("The river is "), Run("still", italic=True), Run(" rising."))),
        Paragraph((Run("Stay "), Run("inside", bold=True), Run("."))),
    )


def test_an_empty_line_after_the_headline_changes_nothing():
    assert markup.parse("Head\n\nBody.") == markup.parse("Head\nBody.")


def test_a_headline_needs_no_marks_and_shows_none():
    assert markup.parse("## **Bridge** [closed](https://example.org)\nBody").headline == "Bridge closed"


def test_a_long_first_line_is_a_paragraph_not_a_headline():
    words = "word " * 60
    written = markup.parse(words)
    assert written.headline == ""
    assert written.blocks == (Paragraph(blocks.text(words.strip())),)


def test_a_list_a_quote_and_a_heading():
    written = markup.parse(
        "Head\n## Roads\n- A1 shut\n- A2 **open**\nAll else is clear.\n1. first\n2. second\n\n"
        "> We will rebuild.\n> — Ann Lee, mayor\nShe left."
    )
    assert written.blocks == (
        Subheading(blocks.text("Roads")),
        Bullets((blocks.text("A1 shut"), (Run("A2 "), Run("open", bold=True)))),
        Paragraph(blocks.text("All else is clear.")),
        Bullets((blocks.text("first"), blocks.text("second")), ordered=True),
        Quote(blocks.text("We will rebuild."), "Ann Lee", "mayor"),
        Paragraph(blocks.text("She left.")),
    )


def test_a_list_that_does_not_begin_at_one_keeps_its_numbers():
    assert markup.parse("Head\n\n10. Downing Street\n11. Whitehall").blocks == (
        Paragraph(blocks.text("10. Downing Street\n11. Whitehall")),
    )


def test_points_inside_points_follow_them():
    written = markup.parse("Head\n- one\n  - inner\n- two")
    assert written.blocks == (Bullets((blocks.text("one"), blocks.text("inner"), blocks.text("two"))),)


def test_a_line_that_is_only_a_link_is_a_link():
    written = markup.parse("Head\n[The report](https://example.org/r)\n\nhttps://example.org/s")
    assert written.blocks == (
        Link("The report", "https://example.org/r"),
        Link("https://example.org/s", "https://example.org/s"),
    )


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "tg://user?id=1", "file:///etc/passwd", "https://a:b@evil.example", "https://"]
)
def test_only_web_addresses_become_links(url):
    written = markup.parse(f"Head\nSee [this]({url}) now")
    assert all(run.url is None for run in written.blocks[0].text)
    assert "this" in blocks.plain(written.blocks[0].text)


def test_markup_of_other_kinds_stays_as_typed():
    words = "<b>x</b> `code` &amp; | c ~~d~~ $5"
    assert blocks.plain(markup.parse(f"Head\n{words}").blocks[0].text) == words


def test_nothing_typed_is_nothing():
    assert markup.parse(" \n\u200b\n ") == markup.Written("", ())


@given(st.text(alphabet=st.sampled_from("ab \n*_[]()<>#>-1.\\:/—,😀"), max_size=200))
def test_anything_may_be_typed(words):
    written = markup.parse(words)
    assert "\n" not in written.headline
    shown = "".join(written.headline.split())
    assert set(shown) <= set(words)
    assert blocks.from_json(blocks.to_json(written.blocks)) == written.blocks


_looks = st.builds(
    Run,
    st.text(alphabet=st.sampled_from("ab .,(“\n*-1😀"), min_size=1, max_size=12),
    bold=st.booleans(),
    italic=st.booleans(),
    url=st.sampled_from([None, None, "https://example.org/x_y"]),
)


def _shown(words):
    written = markup.parse(words)
    return [written.headline, *(_plain(block) for block in written.blocks)]


def _plain(block):
    match block:
        case Bullets(points):
            return [blocks.plain(point) for point in points]
        case Link(text, _):
            return text
        case _:
            return blocks.plain(block.text)


@given(st.lists(_looks, max_size=6).map(tuple))
def test_a_phones_own_formatting_never_changes_the_words(text):
    assert _shown(markup.typed(text)) == _shown(blocks.plain(text))


def test_a_phones_own_formatting_is_kept():
    text = (
        Run("Head\nThe "),
        Run("river ", bold=True),
        Run("is "),
        Run("still rising", bold=True, italic=True),
        Run(": "),
        Run("map", url="https://example.org/m"),
    )
    assert markup.parse(markup.typed(text)).blocks == (
        Paragraph(
            (
                Run("The "),
                Run("river", bold=True),
                Run(" is "),
                Run("still rising", bold=True, italic=True),
                Run(": "),
                Run("map", url="https://example.org/m"),
            )
        ),
    )
