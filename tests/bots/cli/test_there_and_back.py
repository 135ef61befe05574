"""A coverage that leaves one newsroom's store for another's arrives whole: every field that is promised lossless."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bots import rehearsal
from core import blocks, formats
from core.model import (
    Content,
    Contributor,
    ContributorKind,
    Correction,
    CoverageStatus,
    EntryStatus,
    Importance,
    Kind,
    Source,
)

SAMPLES = Path(rehearsal.__file__).parent / "samples"
SIX = datetime(2024, 7, 3, 18, 0, tzinfo=UTC)

TEXT = """Harbour fire: live

Summary

  • The quay is shut
  • Nobody is known to be hurt

  1. Analysis

    Why the old quay burnspublished at 19:20 British Summer Time 3 July 2024

    Odile Marsh
    Harbour correspondent

    The timber under the old quay was laid ninety years ago, and it was tarred every spring since.
    “It burns from below,” a foreman said, “and nobody sees it.”

  2. Watch: Flames under the quaypublished at 19:05 British Summer Time 3 July 2024

    Media caption,

    Flames under the quay

    A sailor filmed the fire from his boat as he left the harbour on the evening tide.
  3. Quay shut after firepublished at 19:05 British Summer Time 3 July 2024

    Smoke over the quayImage source, Amber/Pool

    Image caption,

    The quay at six

    The harbour master closed the quay and sent every boat to the outer moorings at once.
"""


def written() -> bytes:
    """A page with something in every field."""
    whole = Content(
        headline="Quay “shut” – for good?",
        blocks=(
            blocks.Subheading(blocks.text("What we know")),
            blocks.Paragraph(
                (blocks.Run("Bold", bold=True), blocks.Run(" and "), blocks.Run("linked", url="https://a.example/x"))
            ),
            blocks.Bullets((blocks.text("One"), blocks.text("Two")), ordered=True),
            blocks.Quote(blocks.text("Stay in."), speaker="Odile Marsh", role="harbour master"),
            blocks.Image(
                alt="Quay", caption="At six", credit="Amber/Pool", url="https://a.example/q.png", width=640, height=480
            ),
            blocks.Image(alt="Map of the harbour", graphic=True),
            blocks.Video(
                title="Waves", caption="From the boat", credit="Amber", url="https://a.example/w.mp4", duration="PT41S"
            ),
            blocks.Video(title="The siren", sound_only=True),
            blocks.Embed("https://social.example/1", "Social", "“Stay in”, the mayor says"),
            blocks.Link("The full list", "https://a.example/list"),
        ),
        kind=Kind.ANALYSIS,
        kicker="In depth",
        importance=Importance.BREAKING,
        contributors=(
            Contributor("Odile Marsh", role="Correspondent", url="https://a.example/odile"),
            Contributor("Petr Quay", desk="Harbour desk", place="Wexbourne"),
            Contributor("Harbour Watch", ContributorKind.ORGANISATION),
            Contributor("Amber", ContributorKind.UNKNOWN),
        ),
        tags=("fire", "harbour, old"),
        language="cy",
        pinned=True,
        url="https://a.example/live#whole",
        corrections=(Correction("The quay is the old one.", SIX + timedelta(minutes=12)),),
    )

    def one(minute: int, content: Content, name: str, **more) -> formats.PageEntry:
        at = SIX + timedelta(minutes=minute, seconds=7)
        return formats.PageEntry(
            content, at, Source("desk", name, f"mark {name}", minute, "British Summer Time"), **more
        )

    withdrawn = Content("Boats lost", reason="They were found.", contributors=(Contributor("Odile Marsh"),))
    late = SIX + timedelta(minutes=40)
    entries = (
        one(2, whole, "urn:desk:2", number=2, revision=4, updated_at=SIX + timedelta(minutes=12), first_published=SIX),
        one(3, withdrawn, "7", number=5, revision=3, updated_at=late, status=EntryStatus.RETRACTED),
        one(
            3, Content("Same minute"), "https://a.example/live#8", number=6, first_published=SIX + timedelta(minutes=4)
        ),
    )
    page = formats.Page(
        "Harbour fire",
        Source("desk", "urn:desk:harbour", "mark", label="BST"),
        entries,
        standfirst="The old quay burns.",
        language="en-GB",
        zone="Europe/London",
        starts_at=SIX - timedelta(hours=1),
        ends_at=SIX + timedelta(hours=3),
        status=CoverageStatus.CLOSED,
        url="https://a.example/live",
        publisher="The Larkshire Courier",
        summary=("The quay is shut", "Nobody is known to be hurt"),
        summary_as_of=SIX + timedelta(minutes=31),
    )
    return formats.write_jsonld(page, now=SIX)


@pytest.fixture(params=["election-night", "storm", "text", "everything", "seed"])
def given(request, tmp_path) -> Path:
    """A page in a folder of its own, with its pictures if it has any."""
    folder = tmp_path / "page"
    if (SAMPLES / request.param).is_dir():
        shutil.copytree(SAMPLES / request.param, folder)
        return folder / "page.jsonld"
    folder.mkdir()
    if request.param == "seed":
        return Path(shutil.copy(request.getfixturevalue("seed"), folder))
    file = folder / ("page.txt" if request.param == "text" else "page.jsonld")
    file.write_bytes(TEXT.encode() if request.param == "text" else written())
    return file


def read(file: Path) -> formats.Page:
    return formats.read(file.read_bytes(), name=file.name).page


def passed_on(livedesk, databases, page: Path, name: str) -> Path:
    """Import it into a fresh store and export it from there, beside the pictures."""
    livedesk.set("LIVEDESK_STORE__URL", databases.empty())
    assert livedesk("db", "upgrade").code == 0
    said = livedesk("import", page)
    assert (said.code, said.err) == (0, "")
    out = page.with_name(name)
    assert livedesk("export", "--format", "jsonld", "--output", out).code == 0
    return out


def without_bytes(page: formats.Page) -> formats.Page:
    """The page before it met its pictures: their digests and sizes come from the files beside it, not from the page."""
    bare = {"asset": None, "width": None, "height": None}
    entries = [
        replace(
            entry,
            content=replace(
                entry.content,
                blocks=tuple(
                    replace(block, **bare)
                    if isinstance(block, blocks.Image) and block.url in formats.pictures(page)
                    else block
                    for block in entry.content.blocks
                ),
            ),
        )
        for entry in page.entries
    ]
    return replace(page, entries=tuple(entries))


def as_stored(page: formats.Page) -> formats.Page:
    """What a store fills in where a page is silent.

    An entry's number is its place; it was first published when its clock says; a summary was made after the newest
    entry. Everything a page does say must come back as it was.
    """
    entries = tuple(
        replace(entry, number=entry.number or number, first_published=entry.first_published or entry.display_at)
        for number, entry in enumerate(page.entries, start=1)
    )
    as_of = page.summary_as_of or (page.entries[-1].display_at if page.summary else None)
    return replace(page, entries=entries, summary_as_of=as_of)


def test_every_field_survives_two_newsrooms(livedesk, databases, given):
    first = passed_on(livedesk, databases, given, "first.jsonld")
    assert without_bytes(read(first)) == without_bytes(as_stored(read(given)))
    second = passed_on(livedesk, databases, first, "second.jsonld")
    assert read(second) == read(first)
    documents = [json.loads(file.read_text()) for file in (first, second)]
    for document in documents:
        # When each of the two files was written.
        del document["sdDatePublished"]
    assert documents[0] == documents[1]
    named = {one for one in formats.pictures(read(given)) if (given.parent / one).exists()}
    shown = [
        block for entry in read(second).entries for block in entry.content.blocks if isinstance(block, blocks.Image)
    ]
    assert {image.url for image in shown if image.asset} == named


def test_what_comes_back_to_its_own_newsroom_changes_nothing(livedesk, databases, given):
    first = passed_on(livedesk, databases, given, "first.jsonld")
    said = livedesk("import", first).out
    assert f"unchanged: {len(read(first).entries)}" in said
    assert not {"new", "added", "changed", "proposed", "summary"} & {line.split(":")[0] for line in said.splitlines()}


def test_the_seeds_export_says_what_the_page_says(livedesk, seed):
    """By the page's own characters, so that nothing our reader overlooks is overlooked here too."""
    assert livedesk("import", seed).code == 0
    text = seed.read_text()
    exported = json.loads(livedesk("export", "--format", "jsonld").out)
    updates = exported["liveBlogUpdate"]
    assert len(updates) == 20
    clocks = [line.split("published at ")[1][:5] for line in text.splitlines() if "published at " in line]
    assert [update["datePublished"] for update in updates] == [f"2022-02-10T{clock}:00+00:00" for clock in clocks]
    assert [update["dateCreated"] for update in updates] == [update["datePublished"] for update in updates]
    assert not [update for update in updates if "dateModified" in update]
    for update, clock in zip(updates, clocks, strict=True):
        assert f"{update['headline']}published at {clock} Greenwich Mean Time 10 February 2022" in text
    credited = [line.split("Image source, ")[1] for line in text.splitlines() if "Image source, " in line]
    pictures = [image for update in updates for image in update.get("image", [])]
    assert sorted(image["creditText"] for image in pictures if "creditText" in image) == sorted(credited)
    assert all(
        f"{image['description']}Image source, {image['creditText']}" in text
        for image in pictures
        if "creditText" in image
    )
    lines = text.splitlines()
    captions = [lines[at + 2].strip() for at, line in enumerate(lines) if line.strip() == "Image caption,"]
    assert [image["caption"] for image in pictures if "caption" in image] == captions
    people = {
        at: [who["name"] for who in update["author"]] for at, update in enumerate(updates, 1) if "author" in update
    }
    assert sorted(people) == [4, 9, 11, 17]
    assert people[4] == people[9]
    assert [updates[at - 1]["author"][0]["@type"] for at in (4, 9, 11, 17)] == [
        "Organization",
        "Organization",
        "Person",
        "Person",
    ]
    assert [*updates[10]["author"][0]] == ["@type", "name", "jobTitle"]
    assert [*updates[16]["author"][0]] == ["@type", "name", "worksFor", "workLocation"]
    assert all(f"    {name}\n" in text for names in people.values() for name in names)
    assert [update["position"] for update in updates] == list(range(20, 0, -1))
    assert len(exported["hasPart"]["itemListElement"]) == 7
    assert len({update["@id"] for update in updates}) == 20
