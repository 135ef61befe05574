"""What can go wrong at a terminal, each as one line that says what to do."""

import errno

from bots import logs
from config.layers import SettingsTrouble
from core import locales
from core.errors import CoverageNotOpen, Refusal, StoreTrouble
from core.formats import NotAPage

_OF_FILES = {
    errno.ENOENT: "is not there: check the name",
    errno.EISDIR: "is a folder: name a file",
    errno.ENOTDIR: "lies under a file, not a folder: check the name",
    errno.EACCES: "may not be opened by this user: check its rights",
    errno.EPERM: "may not be opened by this user: check its rights",
    errno.EROFS: "lies on a disk that takes no changes: choose another place",
    errno.ENOSPC: "does not fit: the disk is full. Nothing was half-written; make room and run this again",
    errno.EDQUOT: "does not fit: the quota is used up. Nothing was half-written; make room and run this again",
    errno.ENAMETOOLONG: "has too long a name: choose a shorter one",
}
# What keeps foreign words from turning a sentence round in a chat is only seen as boxes on many terminals.
_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


class Trouble(Exception):
    """A command cannot be carried out. Its text is the line for whoever typed it."""


def lines(error: BaseException) -> tuple[str, ...]:
    """The lines to say about an error that a person can do something about; none for a mistake of ours."""
    return tuple(safe(line) for line in _lines(error))


def safe(line: str) -> str:
    """A line that may be shown: no token, and no control characters from somebody's title."""
    return logs.harmless(logs.Redactor()(line)).translate(_ISOLATES)


def _lines(error: BaseException) -> tuple[str, ...]:
    if isinstance(error, SettingsTrouble):
        return error.lines
    if isinstance(error, Refusal):
        params = {name: str(value) for name, value in error.params.items()}
        if isinstance(error, CoverageNotOpen):
            params["command"] = f"/coverage open {error.params['slug']}"
        return (locales.words("en").say(error.key, **params),)
    if isinstance(error, StoreTrouble | NotAPage | Trouble):
        return (str(error),)
    if isinstance(error, OSError) and error.filename is not None:
        told = _OF_FILES.get(error.errno or 0, f"cannot be used: {error.strerror}")
        return (f"{error.filename} {told}.",)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ("The disk is full: make room and run this again.",)
    return ()
