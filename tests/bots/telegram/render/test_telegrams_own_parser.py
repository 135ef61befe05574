"""What we draw, turned into HTML and read by Telegram's own parser (TDLib), is what we drew."""

import html
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.telegram import render
from core import blocks, locales
from core.blocks import Bullets, Embed, Image, Link, Paragraph, Quote, Run, Subheading, Video
from core.model import BulletinKind, Content, Contributor, Correction, EntryStatus, Form, Importance

WORDS = locales.words("en")
_TAGS = {"bold": "b", "italic": "i", "blockquote": "blockquote", "text_link": "a"}
_TDLIB = {"Bold": "bold", "Italic": "italic", "BlockQuote": "blockquote", "TextUrl": "text_link"}


@pytest.fixture(scope="module", name="telegram")
def _telegram():
    """Telegram's parser, offline and synchronous; no client is ever created."""
    import tdjson

    def ask(question):
        return json.loads(tdjson.td_execute(json.dumps(question).encode()))

    ask({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})

    def parse(text):
        answer = ask({"@type": "parseTextEntities", "text": text, "parse_mode": {"@type": "textParseModeHTML"}})
        assert answer["@type"] == "formattedText", answer
        return answer["text"], [
            render.Entity(
                _TDLIB[entity["type"]["@type"].removeprefix("textEntityType")],
                entity["offset"],
                entity["length"],
                entity["type"].get("url"),
            )
            for entity in answer["entities"]
        ]

    return parse


def as_html(part):
    """The part as the HTML somebody would write for it: tags closed and opened again where looks cross."""
    written, opened = [], ()
    at = 0
    for sign in part.text:
        here = tuple(entity for entity in part.entities if entity.offset <= at < entity.offset + entity.length)
        here = tuple(sorted(here, key=lambda entity: (entity.type != "blockquote", entity.offset, -entity.length)))
        same = 0
        while same < min(len(opened), len(here)) and opened[same] == here[same]:
            same += 1
        written += [f"</{_TAGS[entity.type]}>" for entity in reversed(opened[same:])]
        written += [_opening(entity) for entity in here[same:]]
        opened = here
        written.append(html.escape(sign, quote=False))
        at += 1 + (sign > "\uffff")
    return "".join([*written, *(f"</{_TAGS[entity.type]}>" for entity in reversed(opened))])


def _opening(entity):
    return f'<a href="{html.escape(entity.url)}">' if entity.type == "text_link" else f"<{_TAGS[entity.type]}>"


def painted(text, entities):
    """The looks of each UTF-16 unit: the same however a parser cuts stretches that cross."""
    units = [set() for _ in range(len(text.encode("utf-16-le")) // 2)]
    for entity in entities:
        for at in range(entity.offset, entity.offset + entity.length):
            units[at].add((entity.type, entity.url))
    raw = text.encode("utf-16-le")
    # Looks of white space cannot be seen, and TDLib trims them in its own way.
    return [
        look for at, look in enumerate(units) if not raw[2 * at : 2 * at + 2].decode("utf-16-le", "replace").isspace()
    ]


_any = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), max_size=40)
_plain = st.one_of(_any, st.text(alphabet=st.sampled_from("ab .<>&\"'*_[]()#@/\n😀é👩\u200d🏽"), max_size=60))
_urls = st.sampled_from([None, "https://example.org/a?b=1&c=2", "https://evil.example/x", "javascript:alert(1)"])
_runs = st.builds(
    Run, _plain, bold=st.booleans(), italic=st.booleans(), url=st.sampled_from([None, "https://a.example/"])
)
_texts = st.lists(_runs, max_size=4).map(tuple)
_long = st.integers(1, 700).map(lambda count: blocks.text("A sentence of words 😀. " * count))
_assets = st.sampled_from([None, None, "a" * 64, "b" * 64])
_blocks = st.one_of(
    st.builds(Paragraph, st.one_of(_texts, _long)),
    st.builds(Subheading, _texts),
    st.builds(Bullets, st.lists(_texts, max_size=4).map(tuple), ordered=st.booleans()),
    st.builds(Quote, _texts, st.one_of(st.none(), _plain), st.one_of(st.none(), _plain)),
    st.builds(Image, _plain, _plain, _plain, _assets),
    st.builds(Video, _plain, _plain, _plain, _urls),
    st.builds(Embed, _urls.map(str), _plain, _plain),
    st.builds(Link, _plain, _urls),
)
_contents = st.builds(
    Content,
    st.one_of(_plain, _plain, _any.map(lambda text: text * 60)),
    st.lists(_blocks, max_size=6).map(tuple),
    kicker=_plain,
    importance=st.sampled_from(Importance),
    contributors=st.lists(st.builds(Contributor, _plain, role=_plain), max_size=2).map(tuple),
    reason=_plain,
)
_kept = st.one_of(
    st.just(()),
    st.builds(
        lambda pictures, texts: pictures + texts,
        st.sampled_from(
            [(), (Form.PHOTO,), (Form.ALBUM,) * 2, (Form.ALBUM,) * 10 + (Form.PHOTO,), (Form.TEXT, Form.PHOTO)]
        ),
        st.integers(0, 3).map(lambda count: (Form.TEXT,) * count),
    ),
)
_drawings = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def _drawn(bulletin, content, kind, kept, *, corrected, retracted):
    one = bulletin(content, kind=kind, status=EntryStatus.RETRACTED if retracted else EntryStatus.PUBLISHED)
    if corrected:
        note = Correction(content.kicker, one.entry.display_at + timedelta(hours=1))
        one = replace(one, entry=replace(one.entry, content=replace(content, corrections=(note,))))
    return render.draw(one, WORDS, kept)


_given = given(
    _contents, st.sampled_from([BulletinKind.ENTRY, BulletinKind.ALERT]), _kept, st.booleans(), st.booleans()
)


@_drawings
@_given
def test_telegram_reads_the_same_text_and_looks(telegram, bulletin, content, kind, kept, corrected, retracted):
    for part in _drawn(bulletin, content, kind, kept, corrected=corrected, retracted=retracted):
        if not part.text:
            continue
        text, entities = telegram(as_html(part))
        assert text.strip() == part.text.strip()
        assert painted(text, entities) == painted(part.text, part.entities)


@_drawings
@_given
def test_every_part_keeps_telegrams_limits(bulletin, content, kind, kept, corrected, retracted):
    parts = _drawn(bulletin, content, kind, kept, corrected=corrected, retracted=retracted)
    assert parts
    for part in parts:
        assert len(part.text) <= (4096 if part.form is Form.TEXT else 1024)
        assert part.form is not Form.TEXT or part.text.strip()
        assert len(part.text.encode()) <= 32_768
        assert len(part.entities) <= 100
        assert part.weight == (2 <= len(part.assets) <= 10 and len(part.assets) if part.form is Form.ALBUM else 1)
        raw = part.text.encode("utf-16-le")
        for entity in part.entities:
            piece = raw[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")
            assert piece.strip() == piece != ""


@_drawings
@_given
def test_no_word_is_lost_and_the_same_bulletin_is_drawn_the_same(bulletin, content, kind, kept, corrected, retracted):
    parts = _drawn(bulletin, content, kind, kept, corrected=corrected, retracted=retracted)
    again = _drawn(bulletin, content, kind, kept, corrected=corrected, retracted=retracted)
    assert parts == again
    if retracted:
        return
    drawn = "".join("".join(part.text for part in parts).split())
    for block in content.blocks:
        if isinstance(block, Paragraph | Subheading):
            assert all("".join(run.text.split()) in drawn for run in block.text)


_many = st.lists(st.tuples(_contents, st.booleans(), st.booleans()), min_size=1, max_size=10)


def _merged(bulletin, contents):
    made = []
    for number, (content, corrected, retracted) in enumerate(contents):
        one = bulletin(content, number=number, status=EntryStatus.RETRACTED if retracted else EntryStatus.PUBLISHED)
        notes = (Correction(content.kicker, one.entry.display_at + timedelta(hours=1)),) if corrected else ()
        url = f"https://example.org/{'x' * (200 * number)}" if number % 2 else None
        told = replace(content, corrections=notes, url=url)
        made.append(replace(one, entry=replace(one.entry, content=told)))
    return render.merge(tuple(made), WORDS)


@_drawings
@given(_many)
def test_telegram_reads_merged_entries_as_they_were_drawn_and_they_fit_its_limits(telegram, bulletin, contents):
    part = _merged(bulletin, contents)
    text, entities = telegram(as_html(part))
    assert text.strip() == part.text.strip()
    assert painted(text, entities) == painted(part.text, part.entities)
    assert len(part.text.encode("utf-16-le")) // 2 <= 4096
    assert len(part.text.encode()) <= 32_768
    assert len(part.entities) <= 100
    assert all(f"#{number}" in part.text for number in range(len(contents)))
    assert part == _merged(bulletin, contents)


def test_surplus_looks_are_dropped_from_the_least_and_the_text_stays(bulletin):
    runs = [
        run for at in range(120) for run in (Run(f"{at}", italic=True), Run(" "), Run(f"b{at}", bold=True), Run(" "))
    ]
    (part,) = render.draw(bulletin(Content("Head", (Paragraph(tuple(runs)),), url="https://a.example")), WORDS)
    kinds = [entity.type for entity in part.entities]
    assert (len(kinds), kinds.count("text_link"), kinds.count("bold")) == (100, 1, 99)
    assert "b119" in part.text
