"""LiveBlogPosting as other newsrooms write it. Shapes are theirs, words are ours."""

import json
from datetime import UTC, datetime

import pytest

from core import blocks, formats
from core.formats import page as pages
from core.model import (
    Contributor,
    ContributorKind,
    Correction,
    CoverageStatus,
    EntryStatus,
    Importance,
    Kind,
)

PAGE = "https://amber.example/live/storm"


def update(n: int, **fields) -> dict:
    return {
        "@type": "BlogPosting",
        "@id": f"{PAGE}#post-{n}",
        "headline": f"Number {n}",
        "articleBody": f"Body {n}.",
        "datePublished": f"2024-03-03T18:{n:02}:00+00:00",
        **fields,
    }


def blog(*updates: dict, **fields) -> dict:
    return {
        "@context": "http://schema.org",
        "@type": "LiveBlogPosting",
        "@id": f"{PAGE}#liveblog",
        "url": PAGE,
        "headline": "Storm at Port Amber",
        "inLanguage": "en-GB",
        "liveBlogUpdate": list(updates),
        **fields,
    }


def read(document, **kw) -> formats.Read:
    return formats.read(json.dumps(document).encode(), name="page.jsonld", **kw)


def only(document, **kw) -> formats.PageEntry:
    (entry,) = read(document, **kw).page.entries
    return entry


def said(result: formats.Read, field: str) -> list[str]:
    return [loss.what for loss in result.losses if loss.field == field]


# The Guardian: the page's dates, headline and pictures on every entry, bodies cut at 1,000 characters.


def guardian(count: int = 4) -> dict:
    shared = {
        "publisher": {"@type": "Organization", "@id": "https://amber.example#publisher", "name": "The Amber"},
        "image": ["https://amber.example/one.jpg", "https://amber.example/two.jpg"],
        "author": [{"@type": "Person", "name": "Odile Marsh", "sameAs": "https://amber.example/odile"}],
        "datePublished": "2024-03-03T17:58:01.000Z",
        "dateModified": "2024-03-03T21:11:59.000Z",
        "headline": "Storm at Port Amber – as it happened",
        "mainEntityOfPage": PAGE,
        "isAccessibleForFree": True,
    }
    updates = [
        {"@type": "BlogPosting", "@id": f"block-{n}", **shared, "articleBody": f"Body {n}."}
        for n in range(count, 0, -1)
    ]
    times = {"coverageStartTime": "2024-03-03T17:58:01+0000", "coverageEndTime": "2024-03-03T21:11:59+0000"}
    return {
        "@context": "http://schema.org",
        "@type": "LiveBlogPosting",
        "@id": PAGE,
        **shared,
        **times,
        "liveBlogUpdate": updates,
    }


def test_clocks_that_all_entries_share_are_not_believed():
    result = read(guardian())
    assert [entry.timed for entry in result.page.entries] == [False] * 4
    assert [entry.source.identity for entry in result.page.entries] == ["block-1", "block-2", "block-3", "block-4"]
    assert "not to be trusted" in said(result, "datePublished")[0]


def test_a_headline_that_all_entries_share_is_the_pages():
    result = read(guardian())
    assert result.page.title == "Storm at Port Amber – as it happened"
    assert {entry.content.headline for entry in result.page.entries} == {""}
    assert said(result, "headline") == ["4 entries repeat the page's headline: they have none of their own"]


def test_a_picture_that_all_entries_share_is_the_pages():
    result = read(guardian())
    assert all(len(entry.content.blocks) == 1 for entry in result.page.entries)
    assert len(said(result, "image")) == 1


def test_a_body_of_exactly_a_thousand_characters_is_reported_as_cut():
    document = guardian()
    document["liveBlogUpdate"][0]["articleBody"] = ("Rain. " * 200)[:1000]
    assert "exactly 1,000 characters" in said(read(document), "body")[0]


def test_a_coverage_is_never_closed_because_a_page_gives_an_end():
    result = read(guardian())
    assert (result.page.status, result.page.ends_at) == (CoverageStatus.LIVE, None)
    assert "left open" in said(result, "coverageEndTime")[0]


def test_same_as_is_an_authors_address():
    assert read(guardian()).page.entries[0].content.contributors == (
        Contributor("Odile Marsh", url="https://amber.example/odile"),
    )


# Automattic's plugin: a headline of the first words, white space collapsed, an end only when archived.


def test_a_headline_cut_from_the_body_is_none():
    body = "The harbour master said that the last of the trawlers was tied up. All are safe."
    entry = only(blog(update(1, headline="The harbour master said that the last of the trawlers…", articleBody=body)))
    assert entry.content.headline == ""
    assert blocks.plain(entry.content.blocks[0].text) == body


def test_a_headline_the_body_repeats_in_full_stays():
    assert (
        only(blog(update(1, headline="Quay shut", articleBody="Quay shut, says the port."))).content.headline
        == "Quay shut"
    )


def test_a_headline_that_merely_trails_off_stays():
    assert (
        only(blog(update(1, headline="And then the lights went out…"))).content.headline
        == "And then the lights went out…"
    )


def test_a_body_without_paragraphs_is_kept_as_one_and_reported():
    result = read(blog(update(1, articleBody="The wind is rising. " * 60)))
    assert len(result.page.entries[0].content.blocks) == 1
    assert "no paragraphs" in said(result, "body")[0]


# The BBC: the publisher as default author, a NewsArticle and a WebPage beside it.


def test_the_publisher_as_author_means_nobody():
    house = {"@type": "NewsMediaOrganization", "name": "Amber News", "url": "https://amber.example"}
    named = {"@type": "Person", "name": "Odile Marsh", "url": "https://amber.example/odile"}
    page = read(blog(update(2, author=named), update(1, author=house), publisher=house, author=house)).page
    assert [entry.content.contributors for entry in page.entries] == [
        (),
        (Contributor("Odile Marsh", url="https://amber.example/odile"),),
    ]
    assert page.publisher == "Amber News"


def test_another_organisation_as_author_is_a_contributor():
    entry = only(
        blog(update(1, author={"@type": "Organization", "name": "Port Radio"}), publisher={"name": "Amber News"})
    )
    assert entry.content.contributors == (Contributor("Port Radio", ContributorKind.ORGANISATION),)


def test_an_address_as_a_picture_is_a_picture_without_words():
    entry = only(blog(update(1, image="https://amber.example/quay.jpg")))
    assert entry.content.blocks[0] == blocks.Image(url="https://amber.example/quay.jpg")


def test_an_entry_that_was_changed_says_when():
    entry = only(blog(update(1, dateModified="2024-03-03T19:00:00Z")))
    assert entry.updated_at == datetime(2024, 3, 3, 19, tzinfo=UTC)


# Sourcefabric: no headlines, no ids, the entry's name in the query of its address.


def test_an_entry_named_in_a_query_is_known_by_it():
    url = "https://amber.example/storm?liveblog._id=urn:newsml:localhost:2024-03-03T18:05:00:abc"
    bare = {"@type": "BlogPosting", "articleBody": "Rain.", "datePublished": "2024-03-03T18:05:00+00:00", "url": url}
    entry = only(blog(bare))
    assert entry.source.identity == "urn:newsml:localhost:2024-03-03T18:05:00:abc"
    assert entry.content.headline == ""


@pytest.mark.parametrize(
    ("fields", "identity"),
    [
        ({"@id": "urn:a", "identifier": "b", "url": f"{PAGE}#c"}, "urn:a"),
        ({"@id": "_:b0", "identifier": "b"}, "b"),
        ({"@id": None, "identifier": 17}, "17"),
        ({"@id": None, "identifier": {"@type": "PropertyValue", "value": "b"}}, "b"),
        ({"@id": None, "url": f"{PAGE}#entry-3"}, "entry-3"),
        ({"@id": None, "url": f"{PAGE}/entry/3"}, f"{PAGE}/entry/3"),
    ],
)
def test_an_entry_is_known_by_its_best_name(fields, identity):
    assert only(blog(update(1, **fields))).source.identity == identity


def test_an_entry_without_a_name_is_known_by_its_minute_and_headline():
    nameless = update(1, **{"@id": None, "url": PAGE})
    entry = only(blog(nameless))
    assert entry.source.identity == f"urn:livedesk:fingerprint:{entry.source.fingerprint}"
    assert only(blog({**nameless, "articleBody": "Other."})).source.identity == entry.source.identity
    assert entry.source.fingerprint == pages.fingerprint(entry.display_at, "Number 1")


def test_entries_that_share_a_name_are_told_apart():
    page = read(blog(update(2, **{"@id": PAGE}), update(1, **{"@id": PAGE}))).page
    assert len({entry.source.identity for entry in page.entries}) == 2


@pytest.mark.parametrize("newest_first", [True, False])
def test_an_entry_given_twice_is_taken_once_and_newest(newest_first):
    old, new = update(1), update(1, articleBody="Corrected.", dateModified="2024-03-03T19:00:00Z")
    result = read(blog(new, old) if newest_first else blog(old, new))
    assert [blocks.plain(entry.content.blocks[0].text) for entry in result.page.entries] == ["Corrected."]
    assert "stand there twice" in said(result, "liveBlogUpdate")[0]


# Times.


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("2024-03-03T18:05:00Z", "+00:00"),
        ("2024-03-03T18:05:00+00:00", "+00:00"),
        ("2024-03-03T18:05:00+0000", "+00:00"),
        ("2024-03-03T18:05:00.000Z", "+00:00"),
        ("2024-03-03T18:05Z", "+00:00"),
        ("2024-03-03T19:05:00+01:00", "+01:00"),
        ("2024-03-03 13:05:00-05:00", "-05:00"),
        ("Sun, 03 Mar 2024 18:05:00 GMT", "+00:00"),
        ({"@type": "http://schema.org/DateTime", "@value": "2024-03-03T18:05:00Z"}, "+00:00"),
        (["2024-03-03T18:05:00Z"], "+00:00"),
    ],
)
def test_an_instant_is_read_however_it_is_written(written, label):
    entry = only(blog(update(1, datePublished=written)))
    assert entry.display_at == datetime(2024, 3, 3, 18, 5, tzinfo=UTC)
    assert entry.source.label == label


def test_a_clock_without_a_zone_is_the_coverages_and_is_reported():
    result = read(blog(update(1, datePublished="2024-07-03T18:05:00")), zone="Europe/London")
    assert result.page.entries[0].display_at == datetime(2024, 7, 3, 17, 5, tzinfo=UTC)
    assert "a clock without a zone" in said(result, "datePublished")[0]


def test_a_clock_without_a_zone_asks_for_one():
    with pytest.raises(formats.UnknownZone, match="--zone"):
        read(blog(update(1, datePublished="2024-07-03T18:05:00")))


def test_a_day_without_a_clock_is_reported():
    result = read(blog(update(1, datePublished="2024-03-03")), zone="UTC")
    assert result.page.entries[0].display_at == datetime(2024, 3, 3, tzinfo=UTC)
    assert "a day without a clock" in said(result, "datePublished")[0]


def test_seconds_since_1970_are_taken_and_reported():
    result = read(blog(update(2, datePublished=1709489100), update(1, datePublished=1709489040000)))
    assert [entry.display_at.minute for entry in result.page.entries] == [4, 5]
    assert len(said(result, "datePublished")) == 2


@pytest.mark.parametrize("wrong", [None, "", "soon", True, [], {}, "9999-99-99", "0001-01-01T00:00:00+14:00", 1e300])
def test_an_entry_without_any_time_is_left_out_and_reported(wrong):
    result = read(blog(update(2), update(1, datePublished=wrong)), zone="UTC")
    assert [entry.content.headline for entry in result.page.entries] == ["Number 2"]
    assert "no time: this entry was left out" in said(result, "datePublished")


def test_the_last_change_stands_in_for_a_missing_time():
    entry = only(blog(update(1, datePublished=None, dateModified="2024-03-03T18:05:00Z")))
    assert entry.display_at.minute == 5


@pytest.mark.parametrize("order", [(3, 2, 1), (1, 2, 3), (2, 3, 1)])
def test_entries_come_out_oldest_first_whatever_the_order(order):
    page = read(blog(*(update(n) for n in order))).page
    assert [entry.content.headline for entry in page.entries] == ["Number 1", "Number 2", "Number 3"]


def test_entries_of_one_minute_keep_the_order_in_which_the_page_grew():
    same = {"datePublished": "2024-03-03T18:05:00Z"}
    page = read(
        blog(update(4), update(3, **same), update(2, **same), update(1, datePublished="2024-03-03T18:00:00Z"))
    ).page
    assert [entry.content.headline for entry in page.entries] == ["Number 1", "Number 4", "Number 2", "Number 3"]


def test_offsets_make_a_likely_zone_and_a_report():
    result = read(blog(update(1, datePublished="2024-03-03T18:05:00+02:00")))
    assert result.page.zone == "Etc/GMT-2"
    assert "--zone says another" in said(result, "zone")[0]


# What entries say.


def test_html_in_a_body_becomes_blocks_and_is_reported():
    body = (
        "<p>Wind at <strong>90 mph</strong>, says the <a href='https://met.example/w'>met office</a>.</p>"
        "<h3>Roads</h3><ul><li>A1 shut</li><li>A2 <em>open</em></li></ul>"
        "<blockquote><p>Stay in.</p></blockquote>"
        "<figure><img src='https://amber.example/q.jpg' alt='The quay'></figure>"
        "<script>alert(1)</script>One.<br/><br/>Two.<br>Three."
    )
    result = read(blog(update(1, articleBody=body)))
    run = blocks.Run
    assert result.page.entries[0].content.blocks == (
        blocks.Paragraph(
            (
                run("Wind at "),
                run("90 mph", bold=True),
                run(", says the "),
                run("met office", url="https://met.example/w"),
                run("."),
            )
        ),
        blocks.Subheading((run("Roads"),)),
        blocks.Bullets(((run("A1 shut"),), (run("A2 "), run("open", italic=True)))),
        blocks.Quote((run("Stay in."),)),
        blocks.Image(alt="The quay", url="https://amber.example/q.jpg"),
        blocks.Paragraph((run("One."),)),
        blocks.Paragraph((run("Two.\nThree."),)),
    )
    assert "HTML in a plain text field" in said(result, "body")[0]


def test_a_lone_angle_bracket_is_no_html():
    entry = only(blog(update(1, articleBody="Visibility < 50 m, gusts > 40 kn & rising")))
    assert blocks.plain(entry.content.blocks[0].text) == "Visibility < 50 m, gusts > 40 kn & rising"


def test_html_entities_in_plain_text_are_undone():
    entry = only(blog(update(1, headline="Port&#8217;s caf&eacute; &amp; bar shut", articleBody="R&D stays.")))
    assert entry.content.headline == "Port’s café & bar shut"
    assert blocks.plain(entry.content.blocks[0].text) == "R&D stays."


@pytest.mark.parametrize(
    ("author", "who"),
    [
        ("Odile Marsh", [Contributor("Odile Marsh", ContributorKind.UNKNOWN)]),
        ({"name": "Odile Marsh"}, [Contributor("Odile Marsh", ContributorKind.UNKNOWN)]),
        ({"@type": "Person", "name": "O", "link": "https://o.example"}, [Contributor("O", url="https://o.example")]),
        ({"@type": "Person", "name": "O", "url": "javascript:x"}, [Contributor("O")]),
        (
            [{"@type": "Person", "name": "O", "jobTitle": "Editor"}, "Port Radio"],
            [Contributor("O", role="Editor"), Contributor("Port Radio", ContributorKind.UNKNOWN)],
        ),
        (
            {
                "@type": "Person",
                "name": "O",
                "worksFor": {"@type": "Organization", "name": "Amber Arabic"},
                "workLocation": {"@type": "Place", "name": "Cairo"},
            },
            [Contributor("O", desk="Amber Arabic", place="Cairo")],
        ),
        ({"@id": "#odile"}, [Contributor("Odile Marsh", role="Editor")]),
        ({"@type": "Person"}, []),
    ],
)
def test_an_author_may_be_a_string_an_object_a_list_or_a_pointer(author, who):
    odile = {"@type": "Person", "@id": "#odile", "name": "Odile Marsh", "jobTitle": "Editor"}
    entry = only({"@graph": [odile, blog(update(1, author=author))]})
    assert list(entry.content.contributors) == who


def test_a_picture_with_words_keeps_them():
    picture = {
        "@type": "ImageObject",
        "contentUrl": "https://amber.example/q.jpg",
        "width": "1200",
        "height": {"@type": "QuantitativeValue", "value": 800},
        "description": "The quay under water",
        "caption": "The quay at six",
        "creditText": "Amber/Pool",
    }
    assert only(blog(update(1, image=picture))).content.blocks[0] == blocks.Image(
        "The quay under water",
        "The quay at six",
        "Amber/Pool",
        url="https://amber.example/q.jpg",
        width=1200,
        height=800,
    )


def test_films_clips_and_other_sites_are_read():
    film = {
        "@type": "VideoObject",
        "name": "Waves",
        "embedUrl": "https://v.example/1",
        "duration": "PT1M",
        "caption": "At six",
    }
    clip = {"@type": "AudioObject", "name": "The siren", "contentUrl": "https://v.example/2.mp3"}
    other = {"@type": "SocialMediaPosting", "url": "https://s.example/3", "headline": "Ferry off"}
    made = only(blog(update(1, video=film, audio=[clip], sharedContent=other))).content.blocks
    assert made[1:] == (
        blocks.Video("Waves", "At six", url="https://v.example/1", duration="PT1M"),
        blocks.Video("The siren", url="https://v.example/2.mp3", sound_only=True),
        blocks.Embed("https://s.example/3", text="Ferry off"),
    )


@pytest.mark.parametrize(
    ("given", "tags"),
    [
        ("storm, port ,, ferries", ("storm", "port", "ferries")),
        (["storm", "storm", {"name": "port"}], ("storm", "port")),
        (None, ()),
    ],
)
def test_tags_are_a_list_or_a_string_with_commas(given, tags):
    assert only(blog(update(1, keywords=given))).content.tags == tags


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"articleSection": "Analysis"}, Kind.ANALYSIS),
        ({"genre": "explainer"}, Kind.EXPLAINER),
        ({"genre": "explainer", "additionalType": "urn:livedesk:kind:recap"}, Kind.RECAP),
        ({"articleSection": "Weather"}, Kind.UPDATE),
    ],
)
def test_a_kind_is_taken_from_where_it_is_said(fields, kind):
    assert only(blog(update(1, **fields))).content.kind is kind


def test_importance_and_pin_are_taken_from_our_terms_anywhere():
    content = only(blog(update(1, additionalType=["urn:livedesk:importance:breaking", "urn:livedesk:pinned"]))).content
    assert (content.importance, content.pinned) == (Importance.BREAKING, True)


def test_corrections_come_with_their_dates_or_the_entrys():
    dated = {"@type": "CorrectionComment", "text": "The quay is in the north.", "datePublished": "2024-03-03T19:00:00Z"}
    entry = only(blog(update(1, correction=[dated, "The name was misspelt."])))
    assert entry.content.corrections == (
        Correction("The quay is in the north.", datetime(2024, 3, 3, 19, tzinfo=UTC)),
        Correction("The name was misspelt.", entry.display_at),
    )


def test_an_entry_is_retracted_only_when_the_page_says_so():
    page = read(blog(update(2, creativeWorkStatus="Retracted"), update(1))).page
    assert [entry.status for entry in page.entries] == [EntryStatus.PUBLISHED, EntryStatus.RETRACTED]


def test_a_quotation_that_is_not_in_the_body_is_reported():
    inside, outside = ({"@type": "Quotation", "text": text} for text in ("Body 1", "Nobody said this"))
    assert said(read(blog(update(1, citation=[inside, outside]))), "citation") == [
        "“Nobody said this” is not in the body: left out"
    ]


def test_one_entry_need_not_stand_in_a_list():
    document = blog()
    document["liveBlogUpdate"] = update(1)
    assert only(document).content.headline == "Number 1"


# The coverage.


@pytest.mark.parametrize(
    ("fields", "points"),
    [
        ({"abstract": "• Quay shut\n• Ferries off\n"}, ("Quay shut", "Ferries off")),
        (
            {"hasPart": {"@type": "ItemList", "itemListElement": ["Quay shut", {"@type": "ListItem", "name": "Off"}]}},
            ("Quay shut", "Off"),
        ),
        (
            {
                "hasPart": [
                    {"@type": "WebPageElement"},
                    {"@type": "ItemList", "itemListElement": [{"item": {"name": "Shut"}}]},
                ]
            },
            ("Shut",),
        ),
        ({"hasPart": {"@type": "ItemList", "itemListElement": ["Listed"]}, "abstract": "Abstract"}, ("Listed",)),
        ({}, ()),
    ],
)
def test_a_summary_is_a_list_or_the_lines_of_an_abstract(fields, points):
    assert read(blog(update(1), **fields)).page.summary == points


def test_a_coverage_starts_when_it_says_or_was_published_or_with_its_first_entry():
    start = {"coverageStartTime": "2024-03-03T17:00:00Z", "datePublished": "2024-03-03T17:30:00Z"}
    assert read(blog(update(1), **start)).page.starts_at.minute == 0
    assert read(blog(update(1), datePublished="2024-03-03T17:30:00Z")).page.starts_at.minute == 30
    assert read(blog(update(1))).page.starts_at.minute == 1


def test_an_archived_coverage_of_ours_ends():
    page = read(blog(update(1), creativeWorkStatus="Archived", coverageEndTime="2024-03-03T21:00:00Z")).page
    assert (page.status, page.ends_at) == (CoverageStatus.ARCHIVED, datetime(2024, 3, 3, 21, tzinfo=UTC))


def test_an_unknown_status_is_reported():
    assert said(read(blog(update(1), creativeWorkStatus="Draft")), "creativeWorkStatus") == [
        "“Draft” is no status of ours: taken as live"
    ]


@pytest.mark.parametrize(
    ("fields", "url", "identity"),
    [
        ({}, PAGE, f"{PAGE}#liveblog"),
        ({"@id": "#liveblog"}, PAGE, f"{PAGE}#liveblog"),
        ({"@id": None}, PAGE, PAGE),
        ({"@id": None, "url": None, "mainEntityOfPage": {"@type": "WebPage", "@id": PAGE}}, PAGE, PAGE),
        ({"@id": None, "url": {"url": PAGE}}, PAGE, PAGE),
        ({"@id": None, "url": "javascript:alert(1)"}, None, None),
    ],
)
def test_a_page_is_known_by_its_id_or_its_address(fields, url, identity):
    page = read(blog(update(1), **fields)).page
    assert page.url == url
    assert page.source.identity == (identity or f"urn:livedesk:fingerprint:{page.entries[0].source.fingerprint}:page")


def test_a_page_without_a_title_takes_the_files_name_and_says_so():
    result = read(blog(update(1), headline=None))
    assert result.page.title == "page"
    assert len(said(result, "title")) == 1


def test_what_has_no_place_is_named_once():
    result = read(
        blog(update(2, comment=[{}], isPartOf=PAGE), update(1, comment=[{}]), about="Storm", speakable={"x": 1})
    )
    assert said(result, "properties") == [
        "the page's about, speakable have no place here: left out",
        "the entries' comment, isPartOf have no place here: left out",
    ]


def test_the_language_may_be_an_object_and_the_operator_wins():
    document = blog(update(1), inLanguage={"@type": "Language", "name": "Welsh", "alternateName": "cy"})
    assert read(document).page.language == "cy"
    assert read(document, language="en").page.language == "en"
    assert len(said(read(blog(update(1), inLanguage=None)), "language")) == 1
