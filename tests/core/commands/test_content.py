"""What an editor typed and what becomes of it, there and back."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from core import blocks
from core.commands import content as contents
from core.commands import forms
from core.commands.given import read, understand
from core.commands.heard import Incoming, Place
from core.model import Address, Asset, Content, PlaceKind, Platform

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HERE = Place("tg", Address(Platform.TELEGRAM, 1), PlaceKind.PRIVATE)
PICTURE = Asset("d" * 64, "image/png", 9, 4, 3)
LINES = st.lists(
    st.sampled_from(
        [
            "Bridge",
            "**bold** words",
            "- one",
            "- two",
            "1. a",
            "> said",
            "> — Ann, mayor",
            "",
            "[a link](https://example.org)",
            "https://example.org",
            "## Head",
            "Note: x",
            "17",
            "#3",
            "storm#",
            "*",
            "a_b",
        ]
    ),
    max_size=9,
)


@given(st.text(max_size=300))
def test_nothing_anybody_types_breaks_the_reading_of_it(words: str) -> None:
    for command in forms.COMMANDS:
        read(command, words)
        understand(Incoming(HERE, "u", 1, command=(command.telegram or "x").partition(" ")[0], words=words))
    contents.written(words, (PICTURE,), alt=words)
    contents.points(words)
    contents.corrected(Content("old"), words, note=words, now=NOON)


@settings(max_examples=300)
@given(LINES)
def test_words_to_start_a_correction_from_say_the_same_again(lines: list[str]) -> None:
    once = contents.written("\n".join(lines))
    again = contents.written(contents.typed_again(once))
    assert again == once


def test_bullets_in_front_of_points_are_not_part_of_them() -> None:
    assert contents.points("• One\n - Two\n* Three\n4. Four\n2 dead\n-5 degrees") == (
        "One",
        "Two",
        "Three",
        "Four",
        "2 dead",
        "-5 degrees",
    )


def test_points_on_one_line_are_parted_by_bars() -> None:
    assert contents.points("One | Two|half | Three") == ("One", "Two|half", "Three")


def test_new_pictures_replace_the_old_ones_and_words_stay() -> None:
    old = contents.written("Waves\n\nHigh ones.", (Asset("a" * 64, "image/png", 9, 1, 1),), alt="Waves")
    new = contents.corrected(old, "", (PICTURE,), now=NOON)
    assert (new.headline, new.blocks[0]) == ("Waves", blocks.Paragraph(blocks.text("High ones.")))
    assert [block.asset for block in new.blocks if isinstance(block, blocks.Image)] == ["d" * 64]


def test_nothing_hidden_in_a_note_reaches_readers() -> None:
    new = contents.corrected(Content("old"), "new", note="It was\u202e tfel\u200b\nnot right", now=NOON)
    assert [one.note for one in new.corrections] == ["It was tfel not right"]
