"""Texts in Discord's Markdown, such that what a reader sees is exactly the words: nothing typed becomes a look, a
mention, an emoji or a link that its author did not mean.

Discord's rules are those of its clients: a backslash before any sign that is neither letter, digit nor space shows that
sign; headings, small print, quotes and lists begin at a row's start; a bare address becomes a link with all that is
in it, backslashes included.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from urllib.parse import quote, urlsplit

from core import blocks, markup, telling
from core.blocks import Run, Text
from core.markup import Line, Look

UNSEEN = "\u200b"
"""Stands where two signs must not meet: discord.py and Discord's own advice break `@everyone` with it."""

_SMALL = (Look.KICKER, Look.SUBTITLE, Look.SMALL, Look.FOOT)
_BEFORE = {Look.QUOTE: "> ", **dict.fromkeys(_SMALL, "-# ")}
_LEADS = {telling.BULLET: "- "}
_LOUD = (Look.HEADLINE, Look.HEADING)

# Signs that mean something wherever they stand; doubled ones; an opening parenthesis that would end a link's label; a
# colon that begins an emoji's name or an address; at a row's start a heading, small print, a quote or a list.
_SIGNS = re.compile(
    r"""[\\*_`\[<]|~(?=~)|(?<=~)~|\|(?=\|)|(?<=\|)\||(?<=\])\(|:(?=//|[\w+-]*[A-Za-z_][\w+-]*:|[+-]1:|100:|1234:)"""
)
_ROW_START = re.compile(r"\s*(?:(?=\#{1,3}(?:\s|$)|-\#|[-+](?:\s|$)|>(?:\s|$|>>))|\d+(?=\.(?:\s|$)))")
_CROWD = re.compile(r"@(?=everyone|here)")
# An address as people type it; it ends before the punctuation of the sentence it stands in.
_ADDRESS = re.compile(r"https?://[\w\-.~:/?#@!$&'()+,;=%]+", re.ASCII)
_SENTENCE_END = ".,:;!?'"
_MAY_FOLLOW = re.compile(r"[\s.,:;!?'\")\]”’»…]|$")
_URL_SAFE = "-._~:/?#@!$&'+,;=%"


def written(line: Line) -> str:
    """A line as Discord's Markdown: its lead, its look, its words."""
    before = _BEFORE.get(line.look, "")
    if line.look in _LOUD:
        line = replace(line, text=tuple(replace(run, bold=True) for run in line.text))
    rows = [before + _row(row) for row in _rows(line.text)]
    return _lead(line) + "\n".join(rows)


def room(line: Line) -> int:
    """Code points that `written` may need at most; a longer line never needs less.

    Discord counts code points (discord/discord-api-docs#1315); signs that are only sometimes escaped count as escaped.
    """
    plain = blocks.plain(line.text)
    rows = plain.count("\n") + 1
    signs = sum(2 if sign in "\\*_`[<~|(:@#->+." else 1 for sign in plain)
    looks = sum(_marks(run) for run in line.text) + (4 * len(line.text) if line.look in _LOUD else 0)
    return len(_lead(line)) + signs + rows * (len(_BEFORE.get(line.look, "")) + looks)


def escaped(words: str) -> str:
    """Words that belong to nobody's look, on any number of rows."""
    return "\n".join(_row((Run(row),)) for row in words.split("\n"))


def fitted(words: str, most: int) -> str:
    """Words escaped, cut where they would then be longer than `most`."""
    drawn = escaped(words)
    while len(drawn) > most:
        words = words[: len(words) - max(1, (len(drawn) - most) // 2)]
        drawn = escaped(words) + "…"
    return drawn


def _lead(line: Line) -> str:
    return _LEADS.get(line.lead, line.lead)


def _marks(run: Run) -> int:
    """The most a run's look may add to it: stars on both sides, unseen signs between, a link's address and brackets."""
    address = _address(run.url) if run.url else None
    linked = len(address) + 8 if address else 2 * run.text.count("://")
    return 4 * run.bold + 2 * run.italic + 1 + linked


def _rows(text: Text) -> Iterator[Text]:
    """The text row by row, since no look of Discord's but bold goes over a row's end."""
    row: list[Run] = []
    for run in text:
        first, *others = run.text.split("\n")
        row.append(replace(run, text=first))
        for words in others:
            yield tuple(row)
            row = [replace(run, text=words)]
    yield tuple(row)


def _row(row: Text) -> str:
    return "".join(_apart(_linked(row)))


def _linked(row: Text) -> Iterator[str]:
    """The pieces of a row in order, each one plain or of one look or one link."""
    signs = _signs(blocks.plain(row))
    at = 0
    for url, runs in groupby(_joined(row), key=lambda run: run.url):
        pieces = []
        for run in runs:
            pieces.append((run, at))
            at += len(run.text)
        if url:
            yield _link([_styled(run, _escape(run.text, start, signs)) for run, start in pieces], url)
        else:
            for run, start in pieces:
                yield _styled(run, _with_addresses(run.text, start, signs))


def _joined(row: Text) -> Iterator[Run]:
    """Neighbours of one look as one run."""
    for _, runs in groupby(row, key=lambda run: (run.bold, run.italic, run.url)):
        alike = tuple(runs)
        yield replace(alike[0], text=blocks.plain(alike))


def _signs(row: str) -> Mapping[int, str]:
    """What stands before which character of a row."""
    found = {match.start(): "\\" for match in _SIGNS.finditer(row)}
    start = _ROW_START.match(row)
    if start and start.end() < len(row):
        found[start.end()] = "\\"
    found.update({match.end(): UNSEEN for match in _CROWD.finditer(row)})
    return found


def _escape(words: str, start: int, signs: Mapping[int, str]) -> str:
    return "".join(signs.get(start + at, "") + sign for at, sign in enumerate(words))


def _with_addresses(words: str, start: int, signs: Mapping[int, str]) -> str:
    """Words escaped, except that addresses typed in full become links that show themselves."""
    done: list[str] = []
    at = 0
    for match in _ADDRESS.finditer(words):
        address = _whole_address(match.group(), words[match.end() :])
        if address:
            done += [_escape(words[at : match.start()], start + at, signs), f"<{address}>"]
            at = match.start() + len(address)
    return "".join((*done, _escape(words[at:], start + at, signs)))


def _whole_address(found: str, after: str) -> str | None:
    address = found.rstrip(_SENTENCE_END)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(_SENTENCE_END)
    ends_well = _MAY_FOLLOW.match(found[len(address) :] + after)
    return address if ends_well and markup.safe_url(address) and not _CROWD.search(address) else None


def _styled(run: Run, drawn: str) -> str:
    """Drawn words in a run's look; white space at the ends stays outside, else Discord shows the stars."""
    inner = drawn.strip()
    marks = "**" * run.bold + "*" * run.italic
    if not marks or not inner:
        return drawn
    head, _, tail = drawn.partition(inner)
    return f"{head}{marks}{inner}{marks}{tail}"


def _link(label: list[str], url: str) -> str:
    """A link behind its words. Discord shows no link whose words hold an address or brackets: those say it after."""
    words = "".join(_apart(iter(label)))
    address = _address(url)
    if address is None:
        return words
    if not words.strip() or any(sign in words for sign in "[]") or "//" in words:
        return f"{words} (<{address}>)"
    return f"[{words}](<{address}>)"


def _address(url: str) -> str | None:
    """An address readers may be sent to, in which nothing ends the link around it; other letters go as punycode."""
    good = markup.safe_url(url)
    if good is None:
        return None
    parts = urlsplit(good)
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if ":" in host:
        return None
    netloc = f"{host}:{parts.port}" if parts.port else host
    return quote(parts._replace(netloc=netloc).geturl(), safe=_URL_SAFE)


def _apart(pieces: Iterator[str]) -> Iterator[str]:
    """Pieces with an unseen sign where the stars of one would meet the stars of the next."""
    before = ""
    for piece in pieces:
        if before.endswith("*") and piece.startswith("*"):
            yield UNSEEN
        yield piece
        before = piece or before
