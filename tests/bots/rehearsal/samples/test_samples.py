"""The samples are pages a newsroom could have made: whole, lively in shape, and readable without a loss."""

from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bots import rehearsal
from bots.rehearsal.samples import draw_pictures
from core import blocks, formats, media
from core.formats import page as pages
from core.model import ContributorKind, Importance, Kind

SAMPLES = Path(rehearsal.__file__).parent / "samples"
NAMES = ("election-night", "storm")


@pytest.fixture(params=NAMES)
def folder(request) -> Path:
    return SAMPLES / request.param


@pytest.fixture
def read(folder) -> formats.Read:
    return formats.read((folder / "page.jsonld").read_bytes(), name="page.jsonld")


def of_kind(page: formats.Page, kind: type) -> list:
    return [block for entry in page.entries for block in entry.content.blocks if isinstance(block, kind)]


def test_a_sample_is_read_without_a_loss(read):
    assert read.losses == ()
    assert 24 <= len(read.page.entries) <= 30
    assert [entry.number for entry in read.page.entries] == list(range(1, len(read.page.entries) + 1))


def test_a_sample_is_one_evening_of_about_three_hours(read):
    clocks = [entry.display_at for entry in read.page.entries]
    assert clocks == sorted(clocks)
    assert timedelta(hours=2, minutes=45) <= clocks[-1] - clocks[0] <= timedelta(hours=3, minutes=15)
    assert (read.page.zone, read.page.language, read.page.starts_at) == ("Europe/London", "en-GB", clocks[0])


def test_a_sample_says_what_we_know_in_five_to_seven_points(read):
    assert 5 <= len(read.page.summary) <= 7
    assert read.page.summary_as_of is not None


def test_a_sample_has_every_shape_an_entry_can_have(read):
    contents = [entry.content for entry in read.page.entries]
    assert {Kind.UPDATE, Kind.ANALYSIS, Kind.RECAP, Kind.EXPLAINER, Kind.VIDEO, Kind.GRAPHIC} <= {
        each.kind for each in contents
    }
    assert {each.importance for each in contents} == set(Importance)
    people = [who for each in contents for who in each.contributors]
    assert any(who.role for who in people)
    assert any(who.desk and who.place for who in people)
    assert any(who.kind is ContributorKind.ORGANISATION for who in people)
    for kind in (blocks.Subheading, blocks.Bullets, blocks.Quote, blocks.Video):
        assert of_kind(read.page, kind), kind
    assert {bullets.ordered for bullets in of_kind(read.page, blocks.Bullets)} == {True, False}
    assert any(run.url for paragraph in of_kind(read.page, blocks.Paragraph) for run in paragraph.text)


def test_a_sample_has_long_entries_and_an_album(read):
    lengths = [len(pages.body_text(entry.content.blocks)) for entry in read.page.entries]
    assert sum(length > 1_024 for length in lengths) >= 2
    assert sum(length > 4_096 for length in lengths) == 1
    pictures = [sum(isinstance(block, blocks.Image) for block in entry.content.blocks) for entry in read.page.entries]
    assert max(pictures) == 3
    assert sum(pictures) >= 7


def test_every_picture_is_there_small_described_and_used(folder, read):
    named = formats.pictures(read.page)
    assert {file.name for file in folder.iterdir()} == {"page.jsonld", *named}
    for image in of_kind(read.page, blocks.Image):
        file = folder / image.url
        assert file.stat().st_size <= 60_000
        assert len(image.alt) > 30
        assert image.caption
        assert image.credit
        with Image.open(file) as opened:
            assert opened.size == (image.width, image.height)


async def test_every_picture_passes_our_own_check(folder, read):
    for name in formats.pictures(read.page):
        picture = await media.check((folder / name).read_bytes())
        assert (picture.asset.width, picture.asset.height) == (960, 600)


def test_a_sample_written_again_is_the_same_file(folder, read):
    written = read.page.entries[-1].display_at + timedelta(minutes=10)
    assert formats.write_jsonld(read.page, now=written) == (folder / "page.jsonld").read_bytes()


def test_anyone_can_draw_the_pictures_again(tmp_path):
    drawn = draw_pictures.draw(tmp_path)
    assert {file.relative_to(tmp_path) for file in drawn} == {
        Path(name) / file.name for name in NAMES for file in (SAMPLES / name).iterdir() if file.suffix != ".jsonld"
    }
    for file in drawn:
        with Image.open(file) as again, Image.open(SAMPLES / file.relative_to(tmp_path)) as kept:
            # Another Pillow may smooth an edge otherwise; the picture is the same.
            one, other = (image.convert("RGB").resize((24, 15)) for image in (again, kept))
            pairs = zip(one.tobytes(), other.tobytes(), strict=True)
            assert max(abs(a - b) for a, b in pairs) < 24, file.name
