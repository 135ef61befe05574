"""Only pictures come through, drawn anew; bombs and disguises end in one clear line."""

import asyncio
import hashlib
import io
import random
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from core import locales, media
from core.media import BadPicture, Flaw


def encoded(image: Image.Image, form: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def drawing(size=(64, 48)) -> Image.Image:
    image = Image.new("RGB", size, "navy")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="orange")
    return image


def opened(picture: media.Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    return image


async def refused(data: bytes) -> Flaw:
    with pytest.raises(BadPicture) as refusal:
        await media.check(data)
    return refusal.value.flaw


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/jpeg"), ("GIF", "image/png")],
)
async def test_a_picture_comes_through_with_its_true_size_and_digest(form, media_type):
    picture = await media.check(encoded(drawing(), form))
    asset = picture.asset
    assert (asset.media_type, asset.width, asset.height, asset.size) == (media_type, 64, 48, len(picture.data))
    assert asset.digest == hashlib.sha256(picture.data).hexdigest()
    assert opened(picture).size == (64, 48)
    assert opened(picture).convert("RGB").getpixel((2, 2))[0] > 200


async def test_the_same_bytes_give_the_same_picture_and_a_checked_one_stays_as_it_is():
    data = encoded(drawing(), "PNG")
    once, again = await asyncio.gather(media.check(data), media.check(data))
    assert once == again
    assert (await media.check(once.data)).asset == once.asset


async def test_where_and_with_what_a_photo_was_taken_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "Amber Camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    data = encoded(drawing(), "JPEG", exif=exif, comment=b"Odile's phone")
    assert b"Amber Camera" in data
    picture = await media.check(data)
    assert len(opened(picture).getexif()) == 0
    assert b"Amber Camera" not in picture.data
    assert b"Odile" not in picture.data


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_taken_sideways_stands_upright(form):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = await media.check(encoded(drawing((64, 48)), form, exif=exif))
    assert opened(picture).size == (48, 64)
    assert opened(picture).convert("RGB").getpixel((46, 2))[0] > 200


async def test_notes_and_trailing_files_are_gone():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret source")
    data = encoded(drawing(), "PNG", pnginfo=notes) + b"PK\x03\x04 another file"
    picture = await media.check(data)
    assert b"secret" not in picture.data
    assert b"another file" not in picture.data


async def test_a_colour_profile_is_used_and_then_gone():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = await media.check(encoded(drawing(), "PNG", icc_profile=profile))
    assert "icc_profile" not in opened(picture).info
    broken = await media.check(encoded(drawing(), "PNG", icc_profile=b"no profile at all"))
    assert opened(broken).size == (64, 48)


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "RGBA", "CMYK", "I;16"])
async def test_every_kind_of_colour_comes_out_plain(mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    data = encoded(Image.new(mode, (40, 30)) if mode == "I;16" else drawing((40, 30)).convert(mode), form)
    assert opened(await media.check(data)).mode in ("RGB", "L", "P")


async def test_sixteen_bits_a_pixel_keep_their_shades():
    image = Image.new("I;16", (10, 10), 32768)
    assert 120 <= opened(await media.check(encoded(image, "PNG"))).convert("L").getpixel((5, 5)) <= 136


@pytest.mark.parametrize("mode", ["RGBA", "P"])
async def test_transparent_places_become_white(mode):
    image = Image.new(mode, (20, 20), 0 if mode == "P" else (0, 0, 0, 0))
    options = {"transparency": 0} if mode == "P" else {}
    assert opened(await media.check(encoded(image, "PNG", **options))).convert("RGB").getpixel((5, 5)) == (
        255,
        255,
        255,
    )


async def test_of_an_animation_the_first_picture_is_left_and_it_says_so():
    data = encoded(drawing(), "GIF", save_all=True, append_images=[Image.new("RGB", (64, 48), "red")])
    picture = await media.check(data)
    assert picture.moved
    assert not (await media.check(encoded(drawing(), "GIF"))).moved
    assert getattr(opened(picture), "n_frames", 1) == 1


async def test_a_huge_photo_is_made_small_enough_for_telegram():
    picture = await media.check(encoded(Image.new("RGB", (7000, 5600), "teal"), "JPEG"))
    assert picture.asset.width + picture.asset.height <= 10_000
    assert abs(picture.asset.width / picture.asset.height - 7000 / 5600) < 0.01


@pytest.mark.parametrize("size", [(3000, 20), (20, 3000), (9999, 1), (1, 1)])
async def test_a_picture_too_long_for_its_width_gets_margins(size):
    asset = (await media.check(encoded(Image.new("RGB", size, "teal"), "PNG"))).asset
    assert max(asset.width, asset.height) <= 20 * min(asset.width, asset.height)
    assert asset.width + asset.height <= 10_000


async def test_a_drawing_too_heavy_as_png_becomes_a_smaller_jpeg():
    noise = Image.frombytes("RGB", (1900, 1700), random.Random(7).randbytes(1900 * 1700 * 3))
    data = encoded(noise, "PNG")
    assert len(data) < media.LARGEST
    assert (await media.check(data)).asset.size <= media.LARGEST


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def test_a_decompression_bomb_is_refused_unread():
    bomb = png_of(50_000, 50_000, zlib.compress(bytes(20_000_000), 9))
    assert len(bomb) < 50_000
    assert await refused(bomb) is Flaw.TOO_MANY_PIXELS


async def test_a_picture_just_above_the_limit_is_refused():
    assert await refused(encoded(Image.new("L", (8000, 5001)), "PNG")) is Flaw.TOO_MANY_PIXELS


async def test_a_bomb_of_notes_is_refused_or_left_out():
    notes = zlib.compress(bytes(80_000_000), 9)
    data = encoded(drawing(), "PNG")
    bomb = data[:33] + chunk(b"zTXt", b"Comment\0\0" + notes) + data[33:]
    assert await refused(bomb) is Flaw.BROKEN


async def test_more_pixels_than_the_data_hold_are_refused():
    assert await refused(png_of(6000, 6000, zlib.compress(b"\0" * 100))) is Flaw.BROKEN


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_a_picture_that_breaks_off_is_refused(form):
    whole = encoded(Image.effect_noise((400, 300), 80).convert("RGB"), form)
    assert await refused(whole[: len(whole) // 2]) is Flaw.BROKEN


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><html><body>named quay.png</body></html>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"GIF89",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"\x00" * 100,
        encoded(drawing(), "BMP"),
        encoded(drawing(), "TIFF"),
        encoded(drawing(), "PPM"),
        encoded(drawing(), "ICO"),
    ],
    ids=[
        "svg",
        "html",
        "pdf",
        "zip",
        "gif start",
        "png start",
        "jpeg start",
        "webp start",
        "zeros",
        "bmp",
        "tiff",
        "ppm",
        "ico",
    ],
)
async def test_what_is_no_picture_of_ours_is_refused_whatever_its_name(data):
    assert await refused(data) in (Flaw.UNKNOWN, Flaw.BROKEN)


async def test_nothing_and_too_much_are_refused_without_a_process():
    assert await refused(b"") is Flaw.EMPTY
    assert await refused(b"\xff\xd8\xff" + bytes(media.LARGEST)) is Flaw.TOO_BIG


async def test_a_reader_that_eats_memory_is_stopped_and_said():
    # A still WEBP of 39 million pixels needs three copies of itself to be read.
    picture = encoded(Image.new("RGBA", (7900, 4900), (1, 2, 3, 90)), "WEBP")
    assert await refused(picture) is Flaw.TOO_HEAVY


async def test_the_desk_goes_on_while_a_picture_is_read():
    beats = 0

    async def heart() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(heart())
    await media.check(encoded(Image.new("RGB", (3000, 2000), "teal"), "JPEG"))
    task.cancel()
    assert beats > 10


def children() -> set[str]:
    """The processes we started that nobody has waited for, dead ones included."""
    return {pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()}


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="this system does not list a process's children")
async def test_giving_up_on_a_picture_leaves_no_process_behind():
    before = children()
    task = asyncio.create_task(media.check(encoded(Image.new("RGB", (6000, 5000), "teal"), "PNG")))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() <= before


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("seed", range(6))
async def test_a_damaged_file_gives_a_picture_or_a_refusal(form, seed):
    chance = random.Random(seed)
    data = bytearray(encoded(Image.effect_noise((80, 60), 80).convert("RGB"), form))
    for _ in range(12):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        picture = await media.check(bytes(data))
    except BadPicture as refusal:
        flaw = refusal.flaw
    else:
        flaw = None
        opened(picture)
    assert flaw in (None, Flaw.BROKEN, Flaw.UNKNOWN, Flaw.TOO_MANY_PIXELS, Flaw.TOO_HEAVY)


@pytest.mark.parametrize("flaw", Flaw)
def test_every_flaw_has_words_for_people_and_a_line_for_the_operator(flaw):
    refusal = BadPicture(flaw)
    assert locales.words("en").say(refusal.key) != refusal.key
    assert ": " in str(refusal)
    assert "\n" not in str(refusal)
