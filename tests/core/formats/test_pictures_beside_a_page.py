"""Which pictures a page may have read from beside it, and how their bytes get into its entries."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import blocks, formats
from core.formats import beside
from core.model import Asset, Content, Source

AT = datetime(2024, 3, 3, 18, 5, tzinfo=UTC)
ASSET = Asset("a" * 64, "image/png", 10, 640, 480)


def page(*images: blocks.Image) -> formats.Page:
    entry = formats.PageEntry(
        Content(blocks=(blocks.Paragraph(blocks.text("Rain.")), *images)), AT, Source("x", "urn:1", "f")
    )
    return formats.Page("Storm", Source("x", "urn:p", "f"), entries=(entry,))


def images(given: formats.Page) -> list[blocks.Image]:
    return [block for block in given.entries[0].content.blocks if isinstance(block, blocks.Image)]


def test_names_beside_the_page_come_once_and_in_order():
    given = page(
        blocks.Image(url="pictures/b.png"),
        blocks.Image(url="a.png"),
        blocks.Image(url="pictures/b.png"),
        blocks.Image(url="https://amber.example/c.png"),
        blocks.Image(alt="No address"),
    )
    assert formats.pictures(given) == ("pictures/b.png", "a.png")


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../a.png",
        "a/../../b.png",
        "a//b.png",
        "./a.png",
        "",
        " a.png",
        "C:a.png",
        "a\\b.png",
        "a.png?x",
        "#a",
        "~/\x00",
    ],
)
def test_a_name_that_could_leave_the_folder_is_none(name):
    assert not beside.inside(name)
    assert formats.pictures(page(blocks.Image(url=name))) == ()


def test_a_name_that_leaves_the_folder_is_left_out_when_reading():
    update = {
        "@type": "BlogPosting",
        "datePublished": "2024-03-03T18:05:00Z",
        "image": {"contentUrl": "../../secret.png", "caption": "x"},
    }
    data = json.dumps({"@type": "LiveBlogPosting", "headline": "Storm", "liveBlogUpdate": [update]}).encode()
    result = formats.read(data, name="page.jsonld")
    assert images(result.page) == [blocks.Image(caption="x")]
    assert any("nor a file beside the page" in loss.what for loss in result.losses)


def test_stored_pictures_get_into_the_entries_with_their_size():
    given = page(blocks.Image(alt="Quay", url="a.png"), blocks.Image(alt="Mole", url="b.png"))
    settled = formats.with_assets(given, {"a.png": ASSET})
    assert images(settled) == [
        blocks.Image(alt="Quay", url="a.png", asset=ASSET.digest, width=640, height=480),
        blocks.Image(alt="Mole", url="b.png"),
    ]
    assert formats.with_assets(settled, {"a.png": ASSET}) == settled


def test_a_digest_nobody_holds_is_dropped_so_that_readers_get_the_words():
    given = page(blocks.Image(alt="Quay", asset="b" * 64), blocks.Image(alt="Mole", asset="c" * 64))
    assert formats.digests(given) == ("b" * 64, "c" * 64)
    settled = formats.with_assets(given, {}, held={"c" * 64})
    assert [image.asset for image in images(settled)] == [None, "c" * 64]


def test_nothing_but_pictures_changes():
    given = page(blocks.Image(alt="Quay"))
    assert formats.with_assets(given, {"a.png": ASSET}) == given
    assert formats.with_assets(replace(given, entries=()), {"a.png": ASSET}).entries == ()
