"""A phone's own formatting becomes the Markdown an editor would have typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity

from bots.telegram import looks
from core import blocks, markup


@pytest.mark.parametrize(
    ("text", "entities", "typed"),
    [
        ("Plain *as typed*", [], "Plain *as typed*"),
        ("A bold word", [("bold", 2, 4)], "A **bold** word"),
        ("😀 bold", [("bold", 3, 4)], "😀 **bold**"),
        ("both at once", [("bold", 0, 4), ("italic", 0, 4)], "***both*** at once"),
        ("see here", [("text_link", 4, 4, "https://example.org/a")], "see [here](<https://example.org/a>)"),
        ("Head\nShe said:\nNo.\nNever.", [("blockquote", 15, 10)], "Head\nShe said:\n> No.\n> Never."),
        ("call @ann #storm", [("mention", 5, 4), ("hashtag", 10, 6)], "call @ann #storm"),
        ("odd", [("bold", 0, 99)], "**odd**"),
    ],
)
def test_looks_are_typed_out(text, entities, typed):
    marked = [
        MessageEntity(kind, offset, length, url=url[0] if url else None) for kind, offset, length, *url in entities
    ]
    assert looks.typed(text, marked) == typed


_entities = st.builds(
    MessageEntity,
    st.sampled_from(["bold", "italic", "text_link", "blockquote", "spoiler"]),
    st.integers(0, 40),
    st.integers(0, 20),
    url=st.just("https://example.org"),
)


@given(st.text(alphabet="ab \n😀*>-.1", max_size=40), st.lists(_entities, max_size=5))
def test_no_formatting_changes_a_letter(text, entities):
    assert blocks.plain(looks.runs(text, [one for one in entities if one.type != "blockquote"])) == text
    letters = [sign for sign in text if sign in "ab"]
    assert [sign for sign in _shown(looks.typed(text, entities)) if sign in "ab"] == letters


def _shown(words):
    written = markup.parse(words)
    return written.headline + "".join(_plain(block) for block in written.blocks)


def _plain(block):
    if isinstance(block, blocks.Bullets):
        return "".join(blocks.plain(point) for point in block.points)
    if isinstance(block, blocks.Quote):
        return blocks.plain(block.text) + (block.speaker or "") + (block.role or "")
    return block.text if isinstance(block, blocks.Link) else blocks.plain(block.text)
