"""What we write we read again: everything with our terms, and every lossless field of plain schema.org without them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import blocks, formats
from core.formats import opening
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

NOW = datetime(2024, 3, 3, 22, 0, tzinfo=UTC)
ENDED = (CoverageStatus.CLOSED, CoverageStatus.ARCHIVED)

characters = st.characters(exclude_categories=["Cs"]).filter(lambda mark: opening.clean(mark) == mark)
words = st.text(characters, max_size=30) | st.sampled_from(
    ["</script><b>&amp;", "“quoted”", "<p>x</p>", "a\n\nb", "…", "•  x"]
)
some = words.filter(bool)
visible = words.filter(str.strip)
EARLY, LATE = datetime(1980, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis wants its bounds naive
moments = st.datetimes(EARLY, LATE, timezones=st.just(UTC))
links = st.sampled_from(["https://amber.example/a?b=1&c=2#d", "http://quay.example", "https://амбер.example/ü"])
beside = st.sampled_from(["map.png", "pictures/quay wall.jpg", "a/b/c.webp"])
numbers = st.integers(1, 2**31 - 1)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)


def maybe(strategy):
    return st.none() | strategy


runs = st.builds(blocks.Run, words, st.booleans(), st.booleans(), maybe(links))
texts = st.lists(runs, max_size=3).map(tuple)
images = st.builds(
    blocks.Image,
    alt=words,
    caption=words,
    credit=words,
    asset=maybe(digests),
    url=maybe(links | beside),
    graphic=st.booleans(),
    width=maybe(numbers),
    height=maybe(numbers),
)
videos = st.builds(blocks.Video, words, words, words, maybe(links), maybe(some), st.booleans())
embeds = st.builds(blocks.Embed, links, words, words)
any_block = st.one_of(
    st.builds(blocks.Paragraph, texts),
    st.builds(blocks.Subheading, texts),
    st.builds(blocks.Bullets, st.lists(texts, max_size=3).map(tuple), st.booleans()),
    st.builds(blocks.Quote, texts, maybe(some), maybe(some)),
    images,
    videos,
    embeds,
    st.builds(blocks.Link, words, maybe(links)),
)
contributors = st.builds(Contributor, some, st.sampled_from(ContributorKind), words, words, words, maybe(links))
contents = st.builds(
    Content,
    headline=words,
    blocks=st.lists(any_block, max_size=5).map(tuple),
    kind=st.sampled_from(Kind),
    kicker=words,
    importance=st.sampled_from(Importance),
    contributors=st.lists(contributors, max_size=3, unique=True).map(tuple),
    tags=st.lists(visible, max_size=3, unique=True).map(tuple),
    language=words,
    pinned=st.booleans(),
    url=maybe(links),
    corrections=st.lists(st.builds(Correction, some, moments), max_size=2).map(tuple),
    reason=words,
)
sources = st.builds(
    Source,
    system=some,
    identity=some.map("urn:test:{}".format),
    fingerprint=some,
    position=maybe(numbers),
    label=words,
)


def as_a_page_can_say(entry: formats.PageEntry) -> formats.PageEntry:
    """A retracted entry has no body, and one that changed when it was shown did not change."""
    changed = None if entry.updated_at == entry.display_at else entry.updated_at
    kept = () if entry.status == "retracted" else entry.content.blocks
    return replace(entry, updated_at=changed, content=replace(entry.content, blocks=kept))


entries = st.builds(
    formats.PageEntry,
    content=contents,
    display_at=moments,
    source=sources,
    updated_at=maybe(moments),
    first_published=maybe(moments),
    number=maybe(numbers),
    revision=numbers,
    status=st.sampled_from([EntryStatus.PUBLISHED, EntryStatus.RETRACTED]),
    timed=st.booleans(),
).map(as_a_page_can_say)


@st.composite
def pages(draw, of=entries):
    status = draw(st.sampled_from(CoverageStatus))
    given_entries = draw(st.lists(of, max_size=4, unique_by=lambda entry: entry.source.identity))
    return formats.Page(
        title=draw(some),
        source=draw(sources),
        entries=tuple(sorted(given_entries, key=lambda entry: entry.display_at)),
        standfirst=draw(words),
        language=draw(words),
        zone=draw(st.sampled_from(["Europe/London", "UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"])),
        starts_at=draw(maybe(moments)),
        ends_at=draw(maybe(moments)) if status in ENDED else None,
        status=status,
        url=draw(maybe(st.just("https://amber.example/live"))),
        publisher=draw(words),
        summary=tuple(draw(st.lists(some, max_size=3))),
        summary_as_of=draw(maybe(moments)),
    )


def written_and_read(page: formats.Page) -> formats.Read:
    return formats.read(formats.write_jsonld(page, now=NOW), name="page.jsonld")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages())
def test_what_we_export_we_import_unchanged_and_without_a_loss(page):
    assert written_and_read(page) == formats.Read(page)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages())
def test_the_same_page_inside_html_reads_the_same(page):
    html = (
        b"<!doctype html><html><head><title>x</title>" + formats.write_script(page, now=NOW) + b"</head><body>x</body>"
    )
    assert formats.read(html, name="page.html").page == page


def without_our_terms(value):
    if isinstance(value, dict):
        return {key: without_our_terms(inner) for key, inner in value.items() if not key.startswith("ext:")}
    return [without_our_terms(inner) for inner in value] if isinstance(value, list) else value


paragraphs = (
    visible.map(str.strip).filter(lambda text: "\n\n" not in text).map(lambda text: blocks.Paragraph(blocks.text(text)))
)
plain_images = images.map(lambda image: replace(image, graphic=False)).filter(
    lambda image: any((image.alt, image.caption, image.credit, image.asset, image.url))
)
plain_films = videos.filter(lambda film: film.title or film.caption or film.url)


@st.composite
def plain_bodies(draw):
    """A body whose order plain schema.org can carry: pictures, paragraphs, films, clips, other sites."""
    films = sorted(draw(st.lists(plain_films, max_size=2)), key=lambda film: film.sound_only)
    return (
        *draw(st.lists(plain_images, max_size=2)),
        *draw(st.lists(paragraphs, max_size=3)),
        *films,
        *draw(st.lists(embeds, max_size=1)),
    )


@st.composite
def plain_entries(draw):
    entry = draw(entries)
    body = draw(plain_bodies()) if entry.status == "published" else ()
    return replace(entry, content=replace(entry.content, blocks=body))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages(of=plain_entries()))
def test_every_lossless_field_survives_without_our_terms(page):
    document = without_our_terms(json.loads(formats.write_jsonld(page, now=NOW)))
    found = formats.read(json.dumps(document).encode(), name="page.jsonld", zone=page.zone).page
    expected = replace(
        page,
        summary_as_of=None,
        source=found.source,
        entries=tuple(
            replace(entry, source=there.source, timed=True)
            for entry, there in zip(page.entries, found.entries, strict=True)
        ),
    )
    assert found == expected
    assert [entry.source.identity for entry in found.entries] == [entry.source.identity for entry in page.entries]
    assert found.source.identity == page.source.identity


@settings(max_examples=50, deadline=None)
@given(pages())
def test_what_was_read_is_written_the_same_again(page):
    once = formats.write_jsonld(page, now=NOW)
    assert formats.write_jsonld(formats.read(once, name="x").page, now=NOW) == once
