"""The process that reads a stranger's picture: run by path, with limits set before the first byte is looked at.

Standard input holds the picture. Standard output gets one line, `ok TYPE WIDTH HEIGHT MOVED` and then the new picture,
or `no FLAW`. It imports nothing of ours, so that it starts fast and holds nothing worth stealing.
"""

import contextlib
import io
import resource
import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image as Pillow

_MEMORY = 512 * 1024 * 1024
_SECONDS = 5
_PIXELS = 40_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_LARGEST = 10_000_000
_SIDES = 10_000
"""Telegram: width and height together (Bot API, sendPhoto)."""
_RATIO = 20
"""Telegram: the longer side to the shorter one (Bot API, sendPhoto)."""
_DRAWN_PIXELS = 4_000_000
"""Up to here a PNG stays a PNG, so that lines and letters stay sharp; larger ones are photographs."""


def main() -> None:
    """Read, draw anew, write; every outcome is one line."""
    _limit()
    data = sys.stdin.buffer.read()
    try:
        head, drawn = _checked(data)
    except MemoryError:
        head, drawn = "no too_heavy", b""
    sys.stdout.buffer.write(head.encode("ascii") + b"\n" + drawn)


def _limit() -> None:
    for what, wanted in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        # macOS knows no limit of the address space and says so; the limit of pixels still stands.
        with contextlib.suppress(ValueError):
            resource.setrlimit(what, (most, most))


def _checked(data: bytes) -> tuple[str, bytes]:
    from PIL import Image, ImageFile, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = _PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
        moved = bool(getattr(image, "is_animated", False)) and image.format != "JPEG"
        photograph = image.format in ("JPEG", "WEBP")
        # One name for all steps: each frees the picture before it, or two of 40 million pixels fill the memory.
        image = _opaque(image)
        image = _shrunk(image)
        image = _in_srgb(_upright(image))
        media_type, written = _written(image, photograph=photograph)
    except UnidentifiedImageError:
        return "no unknown", b""
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return "no too_many_pixels", b""
    except OSError as error:
        return ("no too_heavy" if "memory" in str(error) else "no broken"), b""
    except (ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, ZeroDivisionError):
        # What Pillow's readers let through when a file breaks off or lies about itself.
        return "no broken", b""
    return f"ok {media_type} {written[1]} {written[2]} {int(moved)}", written[0]


def _shrunk(image: "Pillow.Image") -> "Pillow.Image":
    """Small enough for Telegram, as early as possible: later steps copy it."""
    from PIL import Image

    width, height = image.size
    sides = max(width, height) + max(min(width, height), _margined(max(width, height)))
    if sides <= _SIDES:
        return image
    scale = (_SIDES - 1) / sides
    size = max(1, int(width * scale)), max(1, int(height * scale))
    if image.mode in ("P", "1"):
        image = image.convert("RGB")
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _margined(longer: int) -> int:
    """The least other side Telegram takes beside this one."""
    return -(-longer // _RATIO)


def _upright(image: "Pillow.Image") -> "Pillow.Image":
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def _in_srgb(image: "Pillow.Image") -> "Pillow.Image":
    """The colours as the photographer saw them, without the profile that says how."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            return image
        return converted if converted is not None else image
    return image


def _opaque(image: "Pillow.Image") -> "Pillow.Image":
    """In plain colours, transparent places white: photos on Telegram have no transparency."""
    from PIL import Image

    image.load()
    if image.mode.startswith("I"):
        # 16 bits a pixel; a plain conversion would cut everything above 255 to white.
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        over = image if image.mode == "RGBA" else image.convert("RGBA")
        sheet = Image.new("RGB", over.size, "white")
        sheet.paste(over, mask=over.getchannel("A"))
        # The way up and the colour profile are still to be read from its notes.
        sheet.info = {name: note for name, note in image.info.items() if name != "transparency"}
        return sheet
    return image if image.mode in ("RGB", "L", "P") else image.convert("RGB")


def _widened(image: "Pillow.Image") -> "Pillow.Image":
    """A picture too long for its width gets white margins instead of being refused."""
    from PIL import Image

    width, height = image.size
    least = _margined(max(width, height))
    if min(width, height) >= least:
        return image
    size = max(width, least), max(height, least)
    sheet = Image.new("RGB", size, "white")
    sheet.paste(image.convert("RGB"), ((size[0] - width) // 2, (size[1] - height) // 2))
    return sheet


def _written(image: "Pillow.Image", *, photograph: bool) -> tuple[str, tuple[bytes, int, int]]:
    """The new file: PNG for what was drawn, JPEG for photographs, smaller until it is small enough."""
    image = _widened(image)
    if not photograph and image.width * image.height <= _DRAWN_PIXELS:
        drawn = _saved(image, "PNG")
        if len(drawn) <= _LARGEST:
            return "image/png", (drawn, *image.size)
    image = image if image.mode in ("RGB", "L") else image.convert("RGB")
    for quality in (90, 80, 65):
        drawn = _saved(image, "JPEG", quality=quality)
        if len(drawn) <= _LARGEST:
            return "image/jpeg", (drawn, *image.size)
    half = image.resize((max(1, image.width // 2), max(1, image.height // 2)))
    return "image/jpeg", (_saved(half, "JPEG", quality=80), *half.size)


def _saved(image: "Pillow.Image", form: str, **options: int) -> bytes:
    """The pixels as a file, none of the old file's notes with them."""
    image.info = {}
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


if __name__ == "__main__":
    main()
