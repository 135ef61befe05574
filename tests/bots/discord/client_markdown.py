"""What Discord's client would show of a message's content, after the published rules of its Markdown.

Written for these tests alone and without looking at our renderer: block rules at a row's start, then escape, links,
mentions, emoji, looks and text, each tried in turn at the place reached, as the client's parser does.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LINK_INSIDE = r"(?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*"
LINK_TARGET = r"\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['\"]([\s\S]*?)['\"])?\s*"


@dataclass
class Seen:
    """What a reader sees: the words, and everything that is more than words."""

    text: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    """Mentions, emoji, timestamps: whatever the client would turn into something else."""
    bold: list[str] = field(default_factory=list)
    italic: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    """Underlines, strikes, spoilers, code, headings: looks we never use."""
    small: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)


Rule = tuple[re.Pattern[str], Callable[["_Reader", re.Match[str]], None]]


class _Reader:
    def __init__(self, seen: Seen, *, quoted: bool = False) -> None:
        self.seen = seen
        self.quoted = quoted

    def read(self, source: str, *, at_row_start: bool) -> None:
        at = 0
        while at < len(source):
            rest = source[at:]
            start = at_row_start if at == 0 else source[at - 1] == "\n"
            for pattern, act in self._rules(row_start=start):
                match = pattern.match(rest)
                if match and match.end():
                    act(self, match)
                    at += match.end()
                    break
            else:
                raise AssertionError(f"nothing reads {rest[:20]!r}")

    def inner(self, source: str, *, at_row_start: bool = False, quoted: bool = False) -> str:
        before = len(self.seen.text)
        _Reader(self.seen, quoted=self.quoted or quoted).read(source, at_row_start=at_row_start)
        return self.seen.text[before:]

    def _rules(self, *, row_start: bool) -> Iterator[Rule]:
        if row_start:
            yield from _BLOCKS
            if not self.quoted:
                yield _QUOTE
        yield from _INLINE


def _unquote(reader: _Reader, match: re.Match[str]) -> None:
    inner = re.sub(r"^ *>>> ?" if match[0].lstrip().startswith(">>>") else r"(?m)^ *> ?", "", match[0])
    reader.seen.quotes.append(reader.inner(inner, at_row_start=True, quoted=True))


def _looks(name: str) -> Callable[[_Reader, re.Match[str]], None]:
    def act(reader: _Reader, match: re.Match[str]) -> None:
        words = next(group for group in match.groups() if group is not None)
        getattr(reader.seen, name).append(reader.inner(words))

    return act


def _row(name: str) -> Callable[[_Reader, re.Match[str]], None]:
    def act(reader: _Reader, match: re.Match[str]) -> None:
        getattr(reader.seen, name).append(reader.inner(match[1]))
        reader.seen.text += match[2]

    return act


def _alive(reader: _Reader, match: re.Match[str]) -> None:
    reader.seen.alive.append(match[0])
    reader.seen.text += match[0]


def _self_link(reader: _Reader, match: re.Match[str]) -> None:
    reader.seen.links.append((match[1], match[1]))
    reader.seen.text += match[1]


def _link(reader: _Reader, match: re.Match[str]) -> None:
    if re.search(r"\w+:\\?//", match[1]):
        # Discord shows a link whose words are an address with all its brackets.
        reader.seen.text += match[0]
        return
    reader.seen.links.append((reader.inner(match[1]), match[2]))


def _say(reader: _Reader, match: re.Match[str]) -> None:
    reader.seen.text += match[1]


_BLOCKS: tuple[Rule, ...] = (
    (re.compile(r"-#(?!-) +([^\n]+?)(\n|\Z)"), _row("small")),
    (re.compile(r" *#{1,3}(?:\s+)([^\n]+?)#*\s*?(\n|\Z)"), _row("other")),
    (re.compile(r" *(?:[*+-]|\d+\.) +([^\n]*)(\n|\Z)"), _row("points")),
)
_QUOTE: Rule = (re.compile(r"( *>>> ([\s\S]*))|( *> [^\n]*(\n *> [^\n]*)*\n?)"), _unquote)
_INLINE: tuple[Rule, ...] = (
    (re.compile(r"(\n)"), _say),
    (re.compile(r"```(?:[\w+-]*\n)?([\s\S]+?)```"), _looks("other")),
    (re.compile(r"\\([^0-9A-Za-z\s])"), _say),
    (re.compile(r"<([^: >]+:/[^ >]+)>"), _self_link),
    (re.compile(r"((?:https?|steam)://[^\s<]+[^<.,:;\"'\]\s])"), _self_link),
    (re.compile(rf"\[({LINK_INSIDE})\]\({LINK_TARGET}\)"), _link),
    (re.compile(r"<@[!&]?\d+>|<#\d+>|<a?:\w+:\d+>|<t:-?\d+(?::\w)?>|</[\w -]+:\d+>|<id:\w+>"), _alive),
    (re.compile(r"@everyone|@here"), _alive),
    (re.compile(r":(?:[\w+-]*[A-Za-z_][\w+-]*|[+-]1|100|1234)(?:::skin-tone-\d)?:"), _alive),
    (re.compile(r"(¯\\_\(ツ\)_/¯)"), _say),
    (
        re.compile(
            r"\b_((?:__|\\[\s\S]|[^\\_])+?)_\b"
            r"|\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"
        ),
        _looks("italic"),
    ),
    (re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"), _looks("bold")),
    (re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)"), _looks("other")),
    (re.compile(r"~~([\s\S]+?)~~(?!_)"), _looks("other")),
    (re.compile(r"\|\|([\s\S]+?)\|\|"), _looks("other")),
    (re.compile(r"`+([\s\S]*?[^`])`+(?!`)"), _looks("other")),
    (re.compile(r"([\s\S]+?)(?=[^0-9A-Za-z\s\u00c0-\uffff-]|\n|\w+:\S|\Z)"), _say),
)


def read(content: str) -> Seen:
    """What the client shows of a message's content."""
    seen = Seen()
    _Reader(seen).read(content, at_row_start=True)
    return seen
