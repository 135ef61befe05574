"""Reading a picture's size from its first bytes, as far as Telegram's photo rules need it. No picture is decoded."""

import hashlib
import struct

from bots.rehearsal.telegram_world.messages import Picture

PNG = b"\x89PNG\r\n\x1a\n"


class NotAPictureError(ValueError):
    """The bytes are no PNG, JPEG, GIF or WebP that could be shown."""


def read(content: bytes) -> Picture:
    """Return the picture these bytes hold. Raises NotAPictureError."""
    try:
        suffix, (width, height) = _kind_and_size(content)
    except (struct.error, IndexError) as torn:
        raise NotAPictureError("the file ends inside its header") from torn
    if not width or not height:
        raise NotAPictureError("a picture without a size")
    return Picture(content, width, height, hashlib.sha256(content).hexdigest()[:16], suffix)


def _kind_and_size(content: bytes) -> tuple[str, tuple[int, int]]:
    if content.startswith(PNG) and content[12:16] == b"IHDR":
        return "png", struct.unpack(">II", content[16:24])
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg", _jpeg_size(content)
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "gif", struct.unpack("<HH", content[6:10])
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp", _webp_size(content)
    raise NotAPictureError("neither PNG, JPEG, GIF nor WebP")


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Walk the segments to the frame header (ITU T.81 B.2.2), which holds height before width."""
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        at += 2 + length
    raise NotAPictureError("a JPEG without a frame")


def _webp_size(content: bytes) -> tuple[int, int]:
    """Read the size in any of WebP's three forms (RFC 9649)."""
    if content[12:16] == b"VP8X":
        return (
            1 + int.from_bytes(content[24:27], "little"),
            1 + int.from_bytes(content[27:30], "little"),
        )
    if content[12:16] == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF
