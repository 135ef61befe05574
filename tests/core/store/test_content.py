import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import blocks
from core.model import Content, Contributor, ContributorKind, Correction, Importance, Kind
from core.store import Store, coverages, entries
from core.store.content import digest, from_json, to_json
from core.store.types import to_text
from tests.doubles.clock import Clock
from tests.doubles.desk import Desk

# Everything a chat, a page or a broken client may hand in: NUL and lone surrogates included.
WORDS = st.text(st.characters(), max_size=30)
MAYBE = st.none() | WORDS.filter(bool)
RUNS = st.builds(blocks.Run, text=WORDS, bold=st.booleans(), italic=st.booleans(), url=MAYBE)
TEXT = st.lists(RUNS, max_size=3).map(tuple)
SIZES = st.none() | st.integers(1, 10_000)
BLOCKS = st.one_of(
    st.builds(blocks.Paragraph, TEXT),
    st.builds(blocks.Subheading, TEXT),
    st.builds(blocks.Bullets, st.lists(TEXT, max_size=3).map(tuple), st.booleans()),
    st.builds(blocks.Quote, TEXT, MAYBE, MAYBE),
    st.builds(blocks.Image, WORDS, WORDS, WORDS, MAYBE, MAYBE, st.booleans(), SIZES, SIZES),
    st.builds(blocks.Video, WORDS, WORDS, WORDS, MAYBE, MAYBE, st.booleans()),
    st.builds(blocks.Embed, WORDS, WORDS, WORDS),
    st.builds(blocks.Link, WORDS, MAYBE),
)
CONTRIBUTORS = st.builds(
    Contributor, WORDS, st.sampled_from(ContributorKind), role=WORDS, desk=WORDS, place=WORDS, url=MAYBE
)
INSTANTS = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
CONTENT = st.builds(
    Content,
    headline=WORDS,
    blocks=st.lists(BLOCKS, max_size=4).map(tuple),
    kind=st.sampled_from(Kind),
    kicker=WORDS,
    importance=st.sampled_from(Importance),
    contributors=st.lists(CONTRIBUTORS, max_size=2).map(tuple),
    tags=st.lists(WORDS, max_size=3).map(tuple),
    language=WORDS,
    pinned=st.booleans(),
    url=MAYBE,
    corrections=st.lists(st.builds(Correction, WORDS, INSTANTS), max_size=2).map(tuple),
    reason=WORDS,
)


def through_text(value: Any) -> Any:
    return json.loads(to_text(value).encode().decode())


@given(CONTENT)
def test_any_content_survives_its_json_form(content: Content) -> None:
    assert from_json(through_text(to_json(content))) == content


@given(CONTENT, CONTENT)
def test_contents_have_one_fingerprint_exactly_when_they_are_equal(one: Content, other: Content) -> None:
    assert (digest(to_json(one)) == digest(to_json(other))) is (one == other)


def test_what_is_not_said_is_not_written() -> None:
    assert to_json(Content()) == {}
    assert from_json({}) == Content()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=CONTENT)
def test_any_content_survives_both_databases(store: Store, content: Content) -> None:
    desk = store.read_now(coverages.by_slug, "storm")
    place = desk or Desk(store, Clock()).coverage
    entry = store.write_now(
        entries.publish,
        coverage_id=place.id,
        content=content,
        actor="a",
        token=digest(to_json(content)),
        now=Clock()(),
    ).entry
    assert store.read_now(entries.get, entry.id).content == content
