"""A message as its reader sees it, for a terminal: Telegram's entities and Discord's markdown turned into looks."""

import re

from rich.text import Text

from bots.cli.rehearse.cast import Line

_STYLES = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "blockquote": "italic",
    "text_link": "underline blue",
    "url": "underline blue",
    "bot_command": "blue",
    "code": "magenta",
}
# What our own renderer writes: bold, italic, masked links, small print, quotes, escaped signs.
_MARKDOWN = re.compile(
    r"\\(?P<sign>[^\w\s]|_)"
    r"|\*\*(?P<bold>(?:\\.|[^*\\])+?)\*\*"
    r"|(?<![*\w])[*_](?=\S)(?P<italic>(?:\\.|[^*_\\])+?)[*_](?![*\w])"
    r"|\[(?P<label>(?:\\.|[^\]\\])+)\]\(<?[^)>]+>?\)"
    r"|<(?P<address>https?://[^>]+)>"
)


def drawn(line: Line) -> Text:
    """The words with their looks."""
    return _discord(line.text) if line.markdown else _telegram(line)


def _telegram(line: Line) -> Text:
    units = line.text.encode("utf-16-le")
    text = Text(line.text)
    for entity in line.entities:
        start = len(units[: 2 * entity.offset].decode("utf-16-le", "ignore"))
        end = len(units[: 2 * entity.end].decode("utf-16-le", "ignore"))
        text.stylize(_STYLES.get(entity.type, ""), start, end)
    return text


def _discord(words: str) -> Text:
    return Text("\n").join(_row(row) for row in words.split("\n"))


def _row(row: str) -> Text:
    small = row.startswith("-# ")
    quoted = row.startswith("> ")
    text = Text("▎" if quoted else "")
    text.append_text(_inline(row[3:] if small else row[2:] if quoted else row))
    if small:
        text.stylize("dim")
    return text


def _inline(words: str) -> Text:
    text, at = Text(), 0
    for found in _MARKDOWN.finditer(words):
        text.append(words[at : found.start()])
        kind = found.lastgroup or ""
        inner = found[kind]
        piece = Text(inner) if kind in ("sign", "address") else _inline(inner)
        piece.stylize({"bold": "bold", "italic": "italic", "label": "underline blue", "address": "blue"}.get(kind, ""))
        text.append_text(piece)
        at = found.end()
    return text.append(words[at:])
