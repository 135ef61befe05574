"""Bytes in, checked picture out. Pillow runs in a process of its own with little memory and time: a bomb harms nobody.

What comes out was drawn anew from the pixels: no EXIF, no GPS, no colour profile, no second file hidden behind the
first, upright, and within the rules of every platform.
"""

import asyncio
import hashlib
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from core.errors import Refusal
from core.model import Asset

LARGEST = 10_000_000
"""Bytes, in and out: Telegram takes photos up to 10 MB (Bot API, sendPhoto)."""
_PATIENCE = 20.0
"""Seconds of wall clock; the process itself has 5 of processor time, and a busy machine may make it wait."""
_WORKER = Path(__file__).with_name("worker.py")


class Flaw(StrEnum):
    """What is wrong with a picture; `refused.picture_<flaw>` are its words."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    UNKNOWN = "unknown"
    """No JPEG, PNG, WEBP or GIF, whatever its name says."""
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_HEAVY = "too_heavy"
    """Reading it took more memory or time than a picture needs."""


class BadPicture(Refusal):
    """The bytes are no picture we may send."""

    def __init__(self, flaw: Flaw) -> None:
        """`flaw` says why."""
        super().__init__()
        self.flaw = flaw
        self.key = f"refused.picture_{flaw.value}"

    def __str__(self) -> str:
        """One line for the command line; people get the words of `key`."""
        return _LINES[self.flaw]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be stored and sent: what we know of it, and its bytes."""

    asset: Asset
    data: bytes = field(repr=False)
    moved: bool = False
    """It was an animation; only its first picture is left."""


async def check(data: bytes) -> Picture:
    """The picture in these bytes, drawn anew. The same bytes give the same picture.

    Raises BadPicture for anything else.
    """
    if not data:
        raise BadPicture(Flaw.EMPTY)
    if len(data) > LARGEST:
        raise BadPicture(Flaw.TOO_BIG)
    head, _, drawn = (await _drawn_anew(data)).partition(b"\n")
    verdict = head.decode("ascii", errors="replace").split(" ")
    if verdict[0] == "no":
        raise BadPicture(Flaw(verdict[1]))
    if verdict[0] != "ok" or len(verdict) != 5:
        raise BadPicture(Flaw.TOO_HEAVY)
    asset = Asset(hashlib.sha256(drawn).hexdigest(), verdict[1], len(drawn), int(verdict[2]), int(verdict[3]))
    return Picture(asset, drawn, moved=verdict[4] == "1")


async def _drawn_anew(data: bytes) -> bytes:
    """What the worker says; nothing when it was stopped."""
    # -I: neither the environment nor the working directory decide what code runs.
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_WORKER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        said, _ = await asyncio.wait_for(worker.communicate(data), _PATIENCE)
    except TimeoutError:
        return b""
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    return said


_LINES = {
    Flaw.EMPTY: "the picture is empty: send it again",
    Flaw.TOO_BIG: "the picture is larger than 10 MB: make it smaller and send it again",
    Flaw.UNKNOWN: "this is no picture we can send: save it as JPEG, PNG, WEBP or GIF",
    Flaw.BROKEN: "the picture is damaged: save or send it again",
    Flaw.TOO_MANY_PIXELS: "the picture has more than 40 million pixels: make it smaller",
    Flaw.TOO_HEAVY: "the picture takes too much memory or time to read: save it again as JPEG",
}
