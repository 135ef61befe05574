"""What was typed on a phone, read as it was meant."""

import pytest

from core.commands import forms
from core.commands.given import Given, read, understand
from core.commands.heard import Incoming, Place
from core.model import Address, PlaceKind, Platform

HERE = Place("tg", Address(Platform.TELEGRAM, 1), PlaceKind.PRIVATE)
THERE = Place("dc", Address(Platform.DISCORD, 1), PlaceKind.CHANNEL)


def typed(line: str, reply_to: int | None = None) -> Given | None:
    command, _, words = line.removeprefix("/").partition(" ")
    return understand(Incoming(HERE, "u", 1, command=command, words=words, reply_to=reply_to))


@pytest.mark.parametrize(
    ("line", "name", "options"),
    [
        ("/follow", "follow", {}),
        ("/follow storm-ylva", "follow", {"coverage": "storm-ylva"}),
        ("/follow storm-ylva KEY", "follow", {"coverage": "storm-ylva", "level": "key"}),
        ("/follow key", "follow", {"level": "key"}),
        ("/follow Storm Ylva breaking", "follow", {"coverage": "Storm Ylva", "level": "breaking"}),
        ("/stop Storm Ylva", "stop", {"coverage": "Storm Ylva"}),
        ("/start c_storm", "start", {"payload": "c_storm"}),
        ("/coverage", "coverage.list", {}),
        ("/coverage nonsense", "coverage.list", {}),
        ("/coverage NEW Storm Ylva", "coverage.new", {"title": "Storm Ylva"}),
        (
            "/coverage new Storm Ylva\nzone: Europe/Oslo\nAbout: Wind, and more wind: a storm",
            "coverage.new",
            {"title": "Storm Ylva", "zone": "Europe/Oslo", "about": "Wind, and more wind: a storm"},
        ),
        ("/coverage close storm", "coverage.close", {"coverage": "storm"}),
        ("/post Bridge closed\n\nNo way across.", "post", {"text": "Bridge closed\n\nNo way across."}),
        ("/post storm# Bridge closed", "post", {"coverage": "storm", "text": "Bridge closed"}),
        ("/post #storm is a tag", "post", {"text": "#storm is a tag"}),
        ("/post storm#17 was wrong", "post", {"text": "storm#17 was wrong"}),
        ("/post Words\nImportance: Key", "post", {"text": "Words", "importance": "key"}),
        ("/post Words\nImportance: huge", "post", {"text": "Words\nImportance: huge"}),
        ("/post Note: this is text", "post", {"text": "Note: this is text"}),
        ("/correct 17 New words", "correct", {"entry": "17", "text": "New words"}),
        ("/correct #17: New words", "correct", {"entry": "#17", "text": "New words"}),
        ("/correct storm#17\nNew\nwords", "correct", {"entry": "storm#17", "text": "New\nwords"}),
        ("/correct 17\nNote: wrong\nNew words", "correct", {"entry": "17", "text": "New words", "note": "wrong"}),
        ("/correct 17 New words\n\nNote: wrong\n", "correct", {"entry": "17", "text": "New words", "note": "wrong"}),
        (
            "/correct 17 New words\nmore\nNote: inside\nand after",
            "correct",
            {"entry": "17", "text": "New words\nmore\nNote: inside\nand after"},
        ),
        ("/correct New words", "correct", {"text": "New words"}),
        ("/correct 17th of May", "correct", {"text": "17th of May"}),
        ("/retract 9 Not true", "retract", {"entry": "9", "reason": "Not true"}),
        ("/summary One\nTwo", "summary", {"points": "One\nTwo"}),
        ("/summary storm# One", "summary", {"coverage": "storm", "points": "One"}),
    ],
)
def test_a_line_is_read(line: str, name: str, options: dict[str, str]) -> None:
    given = typed(line)
    assert given is not None
    assert (given.command.name, given.options) == (name, options)


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("/retract 12 hours too early", {"reason": "12 hours too early"}),
        ("/retract #12 hours too early", {"entry": "#12", "reason": "hours too early"}),
        ("/correct 3 dead", {"text": "3 dead"}),
    ],
)
def test_in_an_answer_a_bare_number_is_a_word(line: str, options: dict[str, str]) -> None:
    given = typed(line, reply_to=5)
    assert given is not None
    assert given.options == options


def test_an_unknown_command_is_none() -> None:
    assert typed("/weather") is None
    assert understand(Incoming(THERE, "u", 1, command="desk explode")) is None


def test_discord_hands_in_options_and_empty_ones_are_left_out() -> None:
    given = understand(Incoming(THERE, "u", 1, command="desk post", options={"text": "Words", "alt": " "}))
    assert given == Given(forms.named("post"), {"text": "Words"})


def test_every_line_break_of_the_text_is_kept() -> None:
    assert read(forms.named("post"), "a\n\n\nb\n c").get("text") == "a\n\n\nb\n c"


def test_the_table_has_one_form_for_each_command_and_required_options_first() -> None:
    for platform in Platform:
        every = [words for command in forms.COMMANDS if (words := command.typed(platform))]
        assert len(every) == len(set(every))
    for command in forms.COMMANDS:
        required = [option.required for option in command.options]
        assert required == sorted(required, reverse=True), command.name
        # Discord: at most two words, lower case and hyphens, 25 options.
        assert command.discord is None or all(part.replace("-", "").isalpha() for part in command.discord.split())
        assert len(command.options) <= 25


def test_a_readers_menu_shows_no_desk() -> None:
    from core.commands.forms import Speaker

    assert [name for name, _ in forms.menu(Speaker.ANYONE)] == ["start", "live", "follow", "following", "stop", "help"]
    assert "post" in dict(forms.menu(Speaker.EDITOR))
    assert "coverage" in dict(forms.menu(Speaker.EDITOR))
