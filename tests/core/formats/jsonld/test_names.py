"""What an export calls a page and its entries: names that lead there, hold for good and are told apart."""

import json
from datetime import UTC, datetime

import pytest

from core import formats
from core.model import Content, Source

SIX = datetime(2024, 7, 3, 18, 0, tzinfo=UTC)
OURS = "urn:livedesk:coverage:storm:20240703T180000000000Z"


def named(*identities: str, of_page: str = OURS, url: str | None = None) -> dict:
    entries = tuple(
        formats.PageEntry(
            Content(headline=f"Number {number}"), SIX, Source("livedesk", identity, "mark"), number=number
        )
        for number, identity in enumerate(identities, start=1)
    )
    page = formats.Page("Storm", Source("livedesk", of_page, "mark"), entries, url=url)
    return json.loads(formats.write_jsonld(page, now=SIX))


def names(*identities: str, **more) -> list[str]:
    return [update["@id"] for update in reversed(named(*identities, **more)["liveBlogUpdate"])]


def test_where_there_is_an_address_names_lead_there():
    document = named(f"{OURS}:entry:1", url="https://a.example/live?x=1#top")
    assert document["@id"] == "https://a.example/live?x=1#liveblog"
    assert document["liveBlogUpdate"][0]["@id"] == "https://a.example/live?x=1#entry-1"


def test_without_an_address_names_are_our_own():
    document = named(f"{OURS}:entry:1")
    assert (document["@id"], document["liveBlogUpdate"][0]["@id"]) == (OURS, f"{OURS}:entry:1")


def test_names_that_other_pages_gave_are_kept_as_they_are():
    given = "https://b.example/live#block-7"
    document = named(given, of_page="https://b.example/live#blog", url="https://a.example/live")
    assert (document["@id"], document["liveBlogUpdate"][0]["@id"]) == ("https://b.example/live#blog", given)


def test_a_name_is_never_given_twice():
    foreign = "https://a.example/live#entry-2"
    assert names(foreign, f"{OURS}:entry:2", url="https://a.example/live") == [foreign, f"{OURS}:entry:2"]


@pytest.mark.parametrize("bare", ["7", "block 7", "#7", "a/b"])
def test_a_bare_word_becomes_a_name_that_means_the_same_everywhere(bare):
    (name,) = names(bare, of_page="page 1")
    assert name.startswith("urn:livedesk:page:page%201:")
    assert " " not in name


@pytest.mark.parametrize("url", [None, "https://a.example/live"])
def test_whatever_the_name_what_is_read_again_has_its_identity(url):
    identities = ["7", "block 8", "urn:x:9", "https://b.example/live#10", f"{OURS}:entry:5"]
    document = named(*identities, of_page="page 1", url=url)
    page = formats.read(json.dumps(document).encode(), name="x").page
    assert [entry.source.identity for entry in page.entries] == identities
    assert page.source.identity == "page 1"
