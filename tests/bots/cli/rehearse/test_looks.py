"""A terminal shows a message as its reader sees it: looks instead of markup, offsets as Telegram counts."""

import pytest
from rich.text import Text

from bots.cli.rehearse import looks
from bots.cli.rehearse.cast import Line
from bots.rehearsal.telegram_world.messages import Entity


def styled(text: Text) -> list[tuple[str, str]]:
    """The words that have a look, and which."""
    return [(text.plain[span.start : span.end], str(span.style)) for span in text.spans if span.style]


def test_telegrams_entities_become_looks_behind_an_emoji_too() -> None:
    line = Line(
        1, "Livedesk", "🌊 High water", edited=False, entities=(Entity(3, 4, "bold"), Entity(8, 5, "text_link"))
    )
    drawn = looks.drawn(line)
    assert drawn.plain == "🌊 High water"
    assert styled(drawn) == [("High", "bold"), ("water", "underline blue")]


@pytest.mark.parametrize(
    ("said", "plain", "seen"),
    [
        ("**Bridge closed**", "Bridge closed", [("Bridge closed", "bold")]),
        ("an *old* bridge", "an old bridge", [("old", "italic")]),
        ("three\\_star \\*hotel\\*", "three_star *hotel*", []),
        ("-# 12:00 · storm#1", "12:00 · storm#1", [("12:00 · storm#1", "dim")]),
        ("> so they say", "▎so they say", []),
        ("see [the map](<https://courier.example/map>)", "see the map", [("the map", "underline blue")]),
        ("<https://courier.example>", "https://courier.example", [("https://courier.example", "blue")]),
        ("2 * 3 * 4 and snake_case_names", "2 * 3 * 4 and snake_case_names", []),
    ],
)
def test_discords_markdown_becomes_looks(said: str, plain: str, seen: list[tuple[str, str]]) -> None:
    drawn = looks.drawn(Line(1, "Livedesk", said, edited=False, markdown=True))
    assert drawn.plain == plain
    assert styled(drawn) == seen


def test_every_row_keeps_its_place() -> None:
    drawn = looks.drawn(Line(1, "Livedesk", "**Head**\n\nWords\n-# foot", edited=False, markdown=True))
    assert drawn.plain == "Head\n\nWords\nfoot"
