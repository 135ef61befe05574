"""Every word a person reads is in the catalogues, and every word there is read by somebody."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.catalog import Catalog

import core.errors
from core import locales
from core.commands import asks, forms
from core.commands.forms import Kind, Speaker
from core.errors import Refusal

ROOT = Path(locales.__file__).parents[2]
HERE = Path(locales.__file__).parent
EMOJI = re.compile("[\u2190-\u27bf\U0001f000-\U0001faff]")
LONGEST_DESCRIPTION = 100
"""docs.discord.com/developers/interactions/application-commands: of a command and of an option."""
LONGEST_LABEL = 45
"""docs.discord.com/developers/components/reference: of a modal's title and of its labels."""


def catalogue(language: str) -> Catalog:
    with (HERE / language / "LC_MESSAGES" / "livedesk.po").open("rb") as source:
        return pofile.read_po(source, locale=language, abort_invalid=True)


def keys(language: str = "en") -> set[str]:
    return {_id(message.id) for message in catalogue(language) if message.id}


def _id(given: object) -> str:
    return given[0] if isinstance(given, tuple | list) else str(given)


def patterns(message: object) -> list[str]:
    given = message.string  # type: ignore[attr-defined]  # Babel's messages are untyped here
    return list(given) if isinstance(given, tuple | list) else [given]


def strings_in_code() -> Iterator[ast.Constant | ast.JoinedStr]:
    """Every string our rooms write, the stage's apart."""
    for room in ("core", "bots"):
        for path in (ROOT / room).rglob("*.py"):
            if "rehearsal" not in path.parts:
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.JoinedStr) or (
                        isinstance(node, ast.Constant) and isinstance(node.value, str)
                    ):
                        yield node


def pattern(node: ast.JoinedStr) -> str:
    """What a string with places can become; each place is a group."""
    return "".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else "([a-z_.]+)" for one in node.values)


def said_somewhere(key: str, constants: set[str], filled: set[str]) -> bool:
    """Whether code says this key: in full, or put together from a pattern and words that code knows."""
    if key in constants:
        return True
    matches = (re.fullmatch(one, key) for one in filled)
    return any(match is not None and all(piece in constants for piece in match.groups()) for match in matches)


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from refusals(each)


# Other rooms' own refusals are known only when somebody imported the room before; their tests read their words.
@pytest.mark.parametrize(
    "refusal",
    [one for one in refusals() if one.__module__ == core.errors.__name__],
    ids=lambda kind: kind.__name__,
)
def test_every_refusal_has_words(refusal: type[Refusal]) -> None:
    assert refusal.key != Refusal.key
    assert refusal.key in keys()


@pytest.mark.parametrize("command", forms.COMMANDS, ids=lambda command: command.name)
def test_every_command_and_option_is_described_in_a_hundred_characters(command: forms.Command) -> None:
    wanted = [command.key, *(option.key for option in command.options)]
    wanted += [f"choice.{choice}" for option in command.options for choice in option.choices]
    for key in wanted:
        assert 1 <= len(locales.words("en").say(key)) <= LONGEST_DESCRIPTION


def test_every_menu_line_has_words() -> None:
    for speaker in Speaker:
        for name, key in forms.menu(speaker):
            assert re.fullmatch(r"[a-z0-9_]{1,32}", name)
            assert locales.words("en").knows(key)


def test_every_modal_has_a_title_and_labels_that_fit() -> None:
    for command in forms.COMMANDS:
        if command.discord and any(option.kind is Kind.TEXT for option in command.options):
            ask = asks.form(command, {})
            assert ask is not None
            for line in (ask.title, *(field.label for field in ask.fields)):
                assert 1 <= len(locales.words("en").tell(line)) <= LONGEST_LABEL


def test_every_refusal_fits_the_passing_word_on_a_button() -> None:
    """core.telegram.org/bots/api#answercallbackquery: 200 characters, and what fills its places needs room."""
    for message in catalogue("en"):
        if message.id and _id(message.id).startswith("refused."):
            assert all(len(text) <= 170 for text in patterns(message)), message.id


def test_no_word_in_the_catalogue_is_unused() -> None:
    strings = list(strings_in_code())
    constants = {node.value for node in strings if isinstance(node, ast.Constant)}
    written = {pattern(node) for node in strings if isinstance(node, ast.JoinedStr)}
    # A pattern that is all places would let anything through.
    filled = {one for one in written if re.search("[a-z]{2}", one.replace("[a-z_.]+", ""))}
    assert not said_somewhere("follow.nobody_says_this", constants, filled)
    assert {key for key in keys() if not said_somewhere(key, constants, filled)} == set()


def test_every_key_said_by_name_is_in_the_catalogue() -> None:
    known = keys()
    for path in [*(ROOT / "core").rglob("*.py"), *(ROOT / "bots" / "telegram").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _says_words(node.func):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    assert first.value in known, f"{path}: {first.value}"


def _says_words(called: ast.expr) -> bool:
    """Whether this is a `say` whose first argument is a key; what a bot says is Telegram's own name of a method."""
    if isinstance(called, ast.Attribute):
        return called.attr == "say" and not ast.unparse(called.value).endswith("_bot")
    return isinstance(called, ast.Name) and called.id == "say"


@pytest.mark.parametrize("language", locales.languages())
def test_every_language_fills_the_same_places_as_english(language: str) -> None:
    english = {_id(message.id): message for message in catalogue("en") if message.id}
    for message in catalogue(language):
        if not message.id:
            continue
        wanted = {name for text in patterns(english[_id(message.id)]) for name in places(text)}
        for text in patterns(message):
            assert text, message.id
            # A form for one may leave the number out; nothing may name a place that nobody fills.
            assert places(text) <= wanted
            assert wanted - places(text) <= {"count"}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_places_have_names_and_no_numbers() -> None:
    for message in catalogue("en"):
        for text in patterns(message) if message.id else []:
            assert all(name.isidentifier() for name in places(text)), message.id


def test_words_survive_a_language_that_reverses_and_stretches_everything() -> None:
    """A pseudo-locale: whatever a translator does around the places, what fills them comes through."""
    for message in catalogue("en"):
        for text in patterns(message) if message.id else []:
            pseudo = "⟦" + "".join(_stretched(piece) for piece in string.Formatter().parse(text)) + " one two three⟧"
            filled = pseudo.format_map({name: f"<{name}>" for name in places(text)})
            assert all(f"<{name}>" in filled for name in places(text))


def _stretched(piece: tuple[str, str | None, str | None, str | None]) -> str:
    literal, name, _, _ = piece
    shown = literal.replace("{", "{{").replace("}", "}}").swapcase()
    return shown + (f"{{{name}}}" if name is not None else "")


def test_the_tone_is_plain() -> None:
    """Sentence case, no shouting, no emoji, no exclamation marks: for a tired editor and for a screen reader."""
    for message in catalogue("en"):
        for text in patterns(message) if message.id else []:
            assert not EMOJI.search(text), text
            assert "!" not in text, text
            assert "  " not in text, text
            shouted = [word for word in re.findall(r"[A-Z]{4,}", text) if word not in ("TITLE", "JPEG", "WEBP")]
            assert shouted == [], text


def test_an_unknown_key_is_a_mistake_of_ours() -> None:
    with pytest.raises(locales.NoSuchWords):
        locales.words("en").say("no.such.key")
    assert not locales.words("en").knows("no.such.key")


def test_a_place_that_nobody_fills_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        locales.words("en").say("list.line")
