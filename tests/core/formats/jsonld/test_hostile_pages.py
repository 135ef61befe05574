"""Whatever a page holds, reading ends soon, in a page or in one clear line, and nothing dangerous comes out."""

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import blocks, formats
from core.formats import beside
from core.formats.jsonld import html_body
from core.formats.jsonld.reading import web_address
from core.model import Content, Source

NOW = datetime(2024, 3, 3, 22, 0, tzinfo=UTC)
ENTRY = {"@type": "BlogPosting", "@id": "#1", "headline": "Quay shut", "datePublished": "2024-03-03T18:05:00Z"}
PROPERTIES = (
    *("@id", "@type", "abstract", "additionalType", "articleBody", "articleSection", "audio", "author", "citation"),
    *("contributor", "correction", "coverageEndTime", "coverageStartTime", "creativeWorkStatus", "dateCreated"),
    *("dateModified", "datePublished", "description", "ext:blocks", "ext:firstPublished", "ext:source", "genre"),
    *("ext:summaryAsOf", "hasPart", "headline", "identifier", "image", "inLanguage", "itemListElement", "keywords"),
    *("liveBlogUpdate", "mainEntityOfPage", "name", "position", "publisher", "sdPublisher", "sharedContent", "text"),
    *("url", "version", "video"),
)


def ours(**entry) -> bytes:
    """A file that claims to be our own export."""
    blog = {
        "@type": "LiveBlogPosting",
        "headline": "Storm",
        "sdPublisher": {"@type": "Organization", "name": "Livedesk"},
        "ext:format": 1,
        "ext:timeZone": "UTC",
        "liveBlogUpdate": [{**ENTRY, **entry}],
    }
    return json.dumps(blog).encode()


def addresses(value):
    """Every address anywhere in a value made of dataclasses and tuples."""
    if is_dataclass(value):
        for each in fields(value):
            inner = getattr(value, each.name)
            yield from [inner] if each.name == "url" and inner is not None else addresses(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from addresses(inner)


@pytest.mark.parametrize(
    "tampered",
    [
        [{"type": "paragraph", "text": [{"text": "Go", "url": "javascript:alert(1)"}]}],
        [{"type": "paragraph", "text": [{"text": "Go", "url": "data:text/html,x"}]}],
        [{"type": "paragraph", "text": [{"text": 7}]}],
        [{"type": "paragraph", "text": [{"text": "Go", "bold": "yes"}]}],
        [{"type": "paragraph", "text": [{"text": "Go", "size": 3}]}],
        [{"type": "paragraph", "text": "Go"}],
        [{"type": "paragraph"}],
        [{"type": "bullets", "points": [7]}],
        [{"type": "image", "alt": ["x"]}],
        [{"type": "image", "url": "../../etc/passwd"}],
        [{"type": "image", "width": -1}],
        [{"type": "image", "asset": "ff"}],
        [{"type": "video", "url": "file:///etc/passwd"}],
        [{"type": "link", "text": "Go", "url": "ftp://x.example"}],
        [{"type": "embed", "url": ""}],
        [{"type": "quote", "text": [{"text": "Go\u0000"}]}],
        [{"type": "script"}],
        [[]],
        {"type": "paragraph"},
        "Go",
        7,
    ],
)
def test_block_structure_that_is_not_ours_gives_way_to_the_plain_words(tampered):
    result = formats.read(ours(articleBody="Go", **{"ext:blocks": tampered}), name="x.jsonld")
    assert result.page.entries[0].content.blocks == (blocks.Paragraph(blocks.text("Go")),)
    assert [loss.field for loss in result.losses] == ["body"]


def test_a_body_changed_by_another_hand_wins_over_our_structure():
    stale = blocks.to_json([blocks.Subheading(blocks.text("Old words"))])
    result = formats.read(ours(articleBody="New words", **{"ext:blocks": stale}), name="x.jsonld")
    assert result.page.entries[0].content.blocks == (blocks.Paragraph(blocks.text("New words")),)
    assert "contradicts articleBody" in result.losses[0].what


def test_a_file_of_a_newer_livedesk_is_read_by_its_plain_words():
    data = ours(articleBody="Go", **{"ext:blocks": [{"type": "hologram"}]}).replace(
        b'"ext:format": 1', b'"ext:format": 2'
    )
    page = formats.read(data, name="x.jsonld").page
    assert page.entries[0].content.blocks == (blocks.Paragraph(blocks.text("Go")),)


def test_an_origin_that_does_not_fit_the_entry_is_not_believed():
    claimed = {"system": "livedesk", "identity": "somebody else's", "fingerprint": "x"}
    source = formats.read(ours(**{"ext:source": claimed}), name="x.jsonld").page.entries[0].source
    assert (source.system, source.identity) == ("schema.org", "#1")


def test_half_characters_and_controls_are_left_out():
    page = formats.read(ours(headline="A\u0000B\ud800C\u001bD"), name="x.jsonld").page
    assert page.entries[0].content.headline == "ABCD"


def test_names_that_point_in_a_circle_end():
    circle = {"@id": "#a", "@type": "Person", "name": {"@id": "#a"}, "worksFor": {"@id": "#a"}}
    document = {"@graph": [circle, json.loads(ours(author={"@id": "#a"}))]}
    assert formats.read(json.dumps(document).encode(), name="x.jsonld").page.entries[0].content.contributors == ()


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 20_000 + "x",
        "<p>" * 50_000,
        "<ul><li>" * 20_000 + "x",
        "<b>" * 20_000 + "x",
        "<" * 100_000,
        "<p " * 50_000,
    ],
    ids=["divs", "paragraphs", "lists", "bolds", "brackets", "open tags"],
)
def test_html_nested_for_ever_is_soon_read(body):
    data = ours(articleBody=body).replace(b'"name": "Livedesk"', b'"name": "Somebody"')
    assert len(formats.read(data, name="x.jsonld", zone="UTC").page.entries) == 1


@pytest.mark.timeout(20)
def test_a_page_of_very_many_entries_is_soon_read():
    entries = ",".join(
        f'{{"@id":"#{n}","datePublished":"2024-03-03T18:05:00Z","articleBody":"x"}}' for n in range(30_000)
    )
    data = f'{{"@type":"LiveBlogPosting","headline":"Storm","liveBlogUpdate":[{entries}]}}'.encode()
    assert len(formats.read(data, name="x.jsonld").page.entries) == 30_000


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["#1", "javascript:x", "//x", "../x.png", "x.png", "2024-03-03T18:05:00", "https://a.example/[", "<p>x", "﷽"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*PROPERTIES, "@value", "@list"]), inner, max_size=3)
    ),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(PROPERTIES), values, max_size=6)


def read_or_refused(data: bytes) -> tuple[formats.Page | None, str]:
    try:
        return formats.read(data, name="x.jsonld").page, ""
    except formats.NotAPage as refusal:
        return None, str(refusal)


@settings(max_examples=300, deadline=None)
@given(objects, st.lists(objects, max_size=3), st.booleans())
def test_any_values_in_any_place_give_a_page_or_one_line(of_page, of_entries, claims_ours):
    blog = {**of_page, "@type": "LiveBlogPosting"}
    if claims_ours:
        blog["sdPublisher"] = {"name": "Livedesk"}
    if of_entries:
        blog["liveBlogUpdate"] = [{**ENTRY, "@id": f"#{at}", **entry} for at, entry in enumerate(of_entries)]
    page, refusal = read_or_refused(json.dumps(blog).encode())
    assert "\n" not in refusal
    if page is None:
        return
    assert all(web_address(url) or beside.inside(url) for url in addresses(page.entries))
    again = formats.read(formats.write_jsonld(page, now=NOW), name="x.jsonld")
    assert [entry.content for entry in again.page.entries if entry.status == "published"] == [
        entry.content for entry in page.entries if entry.status == "published"
    ]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("<>/ab pliuohr&;\"'=# \n"), max_size=60))
def test_any_markup_gives_blocks_whose_words_were_there(markup):
    for block in html_body.read(markup):
        assert isinstance(block, blocks.Block)
    assert all(web_address(url) for url in addresses(html_body.read(markup)))


def test_an_export_cannot_close_its_script_element():
    evil = '</script><script>alert("x")</script><!-- & \u2028'
    entry = formats.PageEntry(Content(headline=evil), NOW, Source("x", "urn:x", "x"))
    page = formats.Page(title=evil, source=Source("x", "urn:p", "x"), entries=(entry,))
    script = formats.write_script(page, now=NOW).decode()
    assert script.count("</script>") == 1
    assert not set("<>&\u2028") & set(
        script.removeprefix('<script type="application/ld+json">').removesuffix("</script>\n")
    )
    assert formats.read(script.encode(), name="x.html").page == page
