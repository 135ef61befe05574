"""The LiveBlogPosting is found wherever newsrooms put it, and what is broken is said with its place."""

import json

import pytest

from core import formats

ENTRY = {"@type": "BlogPosting", "@id": "#1", "headline": "Quay shut", "datePublished": "2024-03-03T18:05:00Z"}
BLOG = {"@type": "LiveBlogPosting", "headline": "Storm", "inLanguage": "en", "liveBlogUpdate": [ENTRY]}


def html(*scripts: str, kind: str = "application/ld+json") -> bytes:
    body = "".join(f'<script type="{kind}">{script}</script>' for script in scripts)
    return f"<!DOCTYPE html><html><head>{body}</head><body><p>Hello</p></body></html>".encode()


def as_bytes(document) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "document",
    [
        BLOG,
        [{"@type": "WebSite"}, BLOG],
        {"@context": "https://schema.org", "@graph": [{"@type": "Organization"}, BLOG]},
        {"@type": "NewsArticle", "mainEntity": BLOG},
        {"@type": "NewsArticle", "hasPart": [{"@type": "WebPageElement"}, BLOG]},
        {**BLOG, "@type": ["NewsArticle", "LiveBlogPosting"]},
        {**BLOG, "@type": "https://schema.org/LiveBlogPosting"},
        {**BLOG, "@type": "schema:LiveBlogPosting"},
        {"@graph": [{**BLOG, "liveBlogUpdate": [{"@id": "#1"}]}, ENTRY]},
        {**BLOG, "liveBlogUpdate": {"@list": [ENTRY]}},
    ],
    ids=["bare", "array", "graph", "nested", "deeper", "two types", "url type", "prefixed", "pointers", "list object"],
)
def test_a_live_page_is_found_where_it_stands(document):
    for data in (as_bytes(document), html(json.dumps(document))):
        page = formats.read(data, name="page").page
        assert (page.title, page.entries[0].content.headline) == ("Storm", "Quay shut")


@pytest.mark.parametrize("kind", ["application/ld+json", "Application/LD+JSON", "application/ld+json; charset=utf-8"])
@pytest.mark.parametrize("wrapped", ["{}", "<!-- {} -->", "//<![CDATA[\n{}\n//]]>", "\n {} ;\n"])
def test_it_is_found_among_other_scripts_however_wrapped(kind, wrapped):
    data = html('{"@type": "BreadcrumbList"}', wrapped.replace("{}", json.dumps(BLOG)), kind=kind)
    assert formats.read(data, name="page.html").page.title == "Storm"


def test_a_broken_script_of_something_else_does_no_harm():
    result = formats.read(html('{"@type": "BreadcrumbList",}', json.dumps(BLOG)), name="page.html")
    assert result.page.title == "Storm"
    assert "JSON-LD script 1: the JSON is broken at line 1" in result.losses[0].what


def test_a_script_in_a_comment_is_not_there():
    old = json.dumps({**BLOG, "headline": "Old", "liveBlogUpdate": [ENTRY, ENTRY]})
    data = html(json.dumps(BLOG)).replace(
        b"<head>", f'<head><!-- <script type="application/ld+json">{old}</script> -->'.encode()
    )
    assert formats.read(data, name="page.html").page.title == "Storm"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("junk", ["<ul><li>", "<!--", "<script ", "<script>x", "<a>"])
def test_a_page_made_to_take_for_ever_is_soon_refused(junk):
    with pytest.raises(formats.NotAPage, match="HTML page without JSON-LD"):
        formats.read(b"<html>" + junk.encode() * 300_000, name="page.html")


def test_of_two_live_pages_the_fuller_one_is_taken_and_said():
    result = formats.read(as_bytes([{**BLOG, "headline": "Empty", "liveBlogUpdate": []}, BLOG]), name="page.json")
    assert result.page.title == "Storm"
    assert "holds 2 live pages" in result.losses[0].what


def test_a_windows_page_with_a_declared_alphabet_reads():
    text = html(json.dumps({**BLOG, "headline": "Stürme"}, ensure_ascii=False)).decode()
    data = text.replace("<head>", '<head><meta charset="windows-1252">').encode("cp1252")
    assert formats.read(data, name="page.html").page.title == "Stürme"


def test_line_ends_inside_strings_are_forgiven():
    data = as_bytes({**BLOG, "description": "One\nTwo"}).replace(b"\\n", b"\n")
    assert formats.read(data, name="page.json").page.standfirst == "One\nTwo"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"@type": "LiveBlogPosting",\n  "headline": }', r"broken at line 2, column 15"),
        (html('{"@type": "LiveBlogPosting",\n\n "a" }'), r"script 1: the JSON is broken at line 3, column 6"),
        (html('{"@type": "Thing",}'), r"no LiveBlogPosting that can be read; .*script 1: the JSON is broken at line 1"),
        (html('{"@type": "WebSite"}', '{"@type":\n "LiveBlogPo'), r"script 2: the JSON is broken at line 2, column 2 "),
        (
            html('\n//<![CDATA[\n{"@type": "LiveBlogPosting" 1}\n//]]>'),
            r"script 1: the JSON is broken at line 3, column 29",
        ),
        (html('<!-- {"@type": "LiveBlogPosting" 1} -->'), r"script 1: the JSON is broken at line 1, column 34"),
        (b'{"@type": "NewsArticle"}', r"holds no LiveBlogPosting.*live page itself"),
        (b"[]", r"holds no LiveBlogPosting"),
        (b"<html><body><h1>News</h1></body></html>", r"HTML page without JSON-LD.*save the live page as text"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", r"without JSON-LD"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", r"without JSON-LD"),
        (b"[" * 200_000, r"nested too deeply"),
        (b'{"a":' * 200_000, r"nested too deeply"),
        (b'{"n": ' + b"9" * 5000 + b"}", r"a number too long"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(data, words):
    with pytest.raises(formats.NotAPage, match=words) as refusal:
        formats.read(data, name="page.html")
    assert "\n" not in str(refusal.value)
