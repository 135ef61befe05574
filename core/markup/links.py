"""Which addresses may be links, and links that say where they really lead (threat TH14)."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from urllib.parse import urlsplit

from core import blocks
from core.blocks import Run, Text
from core.markup.clean import clean_line

LONGEST = 2048
"""Characters of an address; browsers and both platforms stop somewhere above."""

# A link's words that a reader would take for an address: a scheme, or a dotted name with a letters-only end.
_LOOKS_LIKE_HOST = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[^\W\d_]{2,})(?=$|[/:?#\s)])", re.IGNORECASE)


def safe_url(url: str) -> str | None:
    """The address if readers may be sent there: http or https, a host, no name or password before it. Else None."""
    url = clean_line(url)
    if not url or len(url) > LONGEST or " " in url:
        return None
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        return None
    return url if good else None


def shown_host(url: str) -> str:
    """The host of an address as it may be shown: in punycode when its letters are of several scripts."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return _punycode(host) if _mixes_scripts(host) else host


def honest(text: Text) -> Text:
    """The text with the real host after each link whose words look like an address of another host."""
    return tuple(_unmasked(text))


def _unmasked(text: Text) -> Iterator[Run]:
    for url, runs in groupby(text, key=lambda run: run.url):
        linked = tuple(runs)
        yield from linked
        if url and _misleads(blocks.plain(linked), url):
            yield replace(linked[-1], text=f" ({shown_host(url)})", url=None)


def _misleads(words: str, url: str) -> bool:
    real = (urlsplit(url).hostname or "").removeprefix("www.").lower()
    if _mixes_scripts(real):
        return True
    named = {match.group(1).removeprefix("www.").lower() for match in _LOOKS_LIKE_HOST.finditer(words)}
    return any(name != real for name in named)


def _punycode(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode("ascii")


def _mixes_scripts(host: str) -> bool:
    return any(
        len({unicodedata.name(sign, "?").split()[0] for sign in label if sign.isalpha()}) > 1
        for label in host.split(".")
    )
