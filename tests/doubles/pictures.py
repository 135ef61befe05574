"""Pictures drawn for a test."""

import io

from PIL import Image


def picture(
    width: int = 64, height: int = 48, kind: str = "PNG", colour: tuple[int, int, int] = (200, 30, 30)
) -> bytes:
    """The bytes of a picture of one colour; another width or colour is another picture."""
    held = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(held, kind)
    return held.getvalue()
