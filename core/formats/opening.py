"""From bytes to characters, and which of our readers they are for. Whatever is no text is refused in one clear line."""

import codecs
import re
from enum import Enum, auto

from core.formats.page import NotAPage

LARGEST = 20_000_000
"""Bytes. The longest live pages are a few megabytes; more is a mistake or an attack."""

_HOW = "save the live page as text (select all, copy, paste into a file) or as HTML"
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a film"),
    (b"SQLite format 3", "a database"),
)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset=["']?([A-Za-z0-9_-]{2,30})""", re.IGNORECASE)
# Python's codecs include some that are no alphabets (base64, punycode, escapes): a page gets only real ones.
_WRITTEN = re.compile(r"utf-8|cp125\d|iso8859-\d+|koi8-[ru]|shift_jis|euc_(jp|kr)|gb(k|2312|18030)|big5")
# NUL and its kin mean nothing in text, and PostgreSQL stores no NUL.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# "[LIVE] Storm" is a text.
_JSON = re.compile(r"\s*(?:\{|\[\s*[\[{\]\"\d-])")


class Form(Enum):
    """Which reader a file is for."""

    JSON = auto()
    HTML = auto()
    TEXT = auto()


def characters(data: bytes) -> str:
    """The text in these bytes, line ends as LF. Raises NotAPage when empty, too big, binary or wrongly encoded."""
    if not data.strip():
        raise NotAPage(f"the file is empty: {_HOW} and import that")
    if len(data) > LARGEST:
        raise NotAPage(
            f"the file has {len(data) / 1e6:.0f} MB, a page may have {LARGEST / 1e6:.0f}: import the page alone"
        )
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise NotAPage(f"the file is {what}, not a page: {_HOW}")
    text = _decoded(data)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def clean(text: str) -> str:
    """The same words without control characters and half surrogate pairs, which no store and no platform takes."""
    return _CONTROLS.sub("", text)


def form(text: str) -> Form:
    """Which reader this text is for, by how it begins."""
    if _JSON.match(text):
        return Form.JSON
    return Form.HTML if text.lstrip()[:1] == "<" else Form.TEXT


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _declared(data)
    if encoding != "utf-16" and b"\x00" in data[:4096]:
        raise NotAPage(f"the file is binary, not a page: {_HOW}")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-16" and _CONTROLS.search(data[:4096].decode("latin-1")):
            raise NotAPage(f"the file is binary, not a page: {_HOW}") from error
        raise NotAPage(
            f"the file is not {encoding.upper()} text (byte {error.start}): save it again as UTF-8"
        ) from error


def _declared(data: bytes) -> str:
    found = _CHARSET.search(data[:4096]) if data.lstrip()[:1] == b"<" else None
    try:
        name = codecs.lookup(found[1].decode("ascii")).name if found else "utf-8"
    except LookupError:
        return "utf-8"
    return name if _WRITTEN.fullmatch(name) else "utf-8"
