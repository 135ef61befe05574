"""How a bulletin looks on Telegram."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.telegram import render
from core import blocks, locales
from core.blocks import Bullets, Embed, Image, Link, Paragraph, Quote, Run, Subheading, Video
from core.model import (
    Bulletin,
    BulletinKind,
    Content,
    Contributor,
    Correction,
    EntryStatus,
    Form,
    Importance,
    Summary,
)
from tests.doubles.bulletins import AT

WORDS = locales.words("en")
LONG = " ".join(f"Sentence number {at} of a long entry ends here." for at in range(60))


def draw(bulletin, kept=()):
    return render.draw(bulletin, WORDS, kept)


def only(parts):
    (part,) = parts
    return part


def looks(part, kind):
    raw = part.text.encode("utf-16-le")
    return [
        raw[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")
        for entity in part.entities
        if entity.type == kind
    ]


def test_the_headline_comes_first_in_bold_and_where_it_is_from_last(bulletin):
    part = only(draw(bulletin()))
    assert part.text == "Bridge closed\n\nThe river is rising.\n\n14:05 GMT · storm#17"
    assert looks(part, "bold") == ["Bridge closed"]
    assert (part.form, part.weight) == (Form.TEXT, 1)


def test_a_whole_entry_reads_in_order(bulletin):
    content = Content(
        "Bridge closed 😀",
        (
            Paragraph((Run("The "), Run("river", italic=True), Run(" is "), Run("rising", bold=True))),
            Subheading(blocks.text("Roads")),
            Bullets((blocks.text("A1"), blocks.text("A2")), ordered=True),
            Bullets((blocks.text("B3"),)),
            Quote(blocks.text("We will rebuild"), "Ann Lee", "mayor"),
            Image("A wet road", "The A1", "PA", url="https://example.org/gone.jpg"),
            Video("The flood", credit="BBC", url="https://example.org/v"),
            Embed("https://social.example/1", "Social", "It rains"),
            Link("Our guide", "https://example.org/guide"),
            Link("A link the source lost"),
        ),
        kicker="Analysis",
        contributors=(Contributor("Bo Ek", role="editor", place="Leeds"), Contributor("Reuters")),
        corrections=(Correction("It was the A1", bulletin().entry.display_at + timedelta(minutes=3)),),
        url="https://news.example/storm/17",
    )
    part = only(draw(bulletin(content)))
    assert part.text == (
        "Analysis\nBridge closed 😀\nBy Bo Ek, editor, Leeds; Reuters\n\nCorrected 14:08 GMT: It was the A1\n\n"
        "The river is rising\n\nRoads\n\n1. A1\n2. A2\n\n• B3\n\nWe will rebuild\n— Ann Lee, mayor\n\n"
        "Image: A wet road – The A1 (PA)\n\nVideo: The flood (BBC)\n\nSocial: It rains\n\nOur guide\n\n"
        "A link the source lost\n\n14:05 GMT · storm#17"
    )
    assert looks(part, "bold") == ["Bridge closed 😀", "rising", "Roads"]
    assert looks(part, "italic") == ["By Bo Ek, editor, Leeds; Reuters", "Corrected 14:08 GMT: It was the A1", "river"]
    assert looks(part, "blockquote") == ["We will rebuild\n— Ann Lee, mayor"]
    assert looks(part, "text_link") == ["The flood", "It rains", "Our guide", "storm#17"]


def test_times_are_told_in_the_coverages_own_zone(bulletin):
    one = bulletin()
    one = replace(one, coverage=replace(one.coverage, zone="America/New_York"))
    assert only(draw(one)).text.endswith("09:05 EST · storm#17")


def test_a_correction_of_another_day_tells_its_date(bulletin):
    one = bulletin()
    late = Correction("It was the A2", one.entry.display_at + timedelta(days=2))
    content = replace(one.entry.content, corrections=(late,))
    assert "Corrected Jan 17, 2026, 14:05 GMT: It was the A2" in only(draw(bulletin(content))).text


@pytest.mark.parametrize(
    ("kind", "importance"),
    [(BulletinKind.ALERT, Importance.NORMAL), (BulletinKind.ENTRY, Importance.BREAKING)],
)
def test_breaking_news_says_so(bulletin, kind, importance):
    part = only(draw(bulletin(Content("Bridge falls", kicker="Kent", importance=importance), kind=kind)))
    assert part.text.startswith("Kent\nBreaking: Bridge falls\n")
    assert looks(part, "bold") == ["Breaking: Bridge falls"]


def test_breaking_news_of_a_source_that_says_so_too_says_it_once(bulletin):
    content = Content("Bridge falls", kicker="Breaking", importance=Importance.BREAKING)
    assert only(draw(bulletin(content))).text.startswith("Breaking: Bridge falls\n")


def test_breaking_news_without_a_headline_says_so_before_its_words(bulletin):
    content = Content("", (Paragraph(blocks.text("The bridge fell.")),))
    part = only(draw(bulletin(content, kind=BulletinKind.ALERT)))
    assert part.text.startswith("Breaking: The bridge fell.")
    assert looks(part, "bold") == ["Breaking:"]


def test_a_masked_link_shows_its_host(bulletin):
    content = Content("Head", (Paragraph((Run("bbc.com", url="https://evil.example/x"),)),))
    assert "bbc.com (evil.example)" in only(draw(bulletin(content))).text


def test_a_picture_without_bytes_is_words_and_never_a_link(bulletin):
    part = only(draw(bulletin(Content("Head", (Image("A road", url="https://example.org/a.jpg"),)))))
    assert "Image: A road" in part.text
    assert not looks(part, "text_link")


def test_a_short_entry_goes_under_its_picture(bulletin):
    content = Content("Head", (Paragraph(blocks.text("Body.")), Image("alt", "A road", "PA", asset="a" * 64)))
    part = only(draw(bulletin(content)))
    assert (part.form, part.asset) == (Form.PHOTO, "a" * 64)
    assert part.text == "Head\n\nA road (PA)\n\nBody.\n\n14:05 GMT · storm#17"


def test_a_long_entry_leaves_its_headline_under_the_picture_and_follows_as_text(bulletin):
    content = Content("Head", (Image("alt", "A road", "PA", asset="a" * 64), Paragraph(blocks.text(LONG))))
    photo, text = draw(bulletin(content))
    assert photo.text == "Head\n\nA road (PA)"
    assert text.text == f"{LONG}\n\n14:05 GMT · storm#17"
    assert len(text.text) > 1024


def test_a_long_entry_without_headline_begins_under_its_picture(bulletin):
    photo, text = draw(bulletin(Content("", (Image(asset="a" * 64), Paragraph(blocks.text(LONG))))))
    assert len(photo.text) <= 1024
    assert f"{photo.text} {text.text}" == f"{LONG}\n\n14:05 GMT · storm#17"


@pytest.mark.parametrize(
    ("count", "shape"),
    [
        (2, [(Form.ALBUM, 2)]),
        (10, [(Form.ALBUM, 10)]),
        (11, [(Form.ALBUM, 10), (Form.PHOTO, 1)]),
        (12, [(Form.ALBUM, 10), (Form.ALBUM, 2)]),
    ],
)
def test_several_pictures_are_albums_with_one_caption(bulletin, count, shape):
    parts = draw(bulletin(Content("Head", tuple(Image(asset=f"{at:064}") for at in range(count)))))
    assert [(part.form, part.weight) for part in parts] == shape
    assert [bool(part.text) for part in parts] == [True] + [False] * (len(parts) - 1)


def test_a_picture_shown_twice_is_sent_once(bulletin):
    part = only(draw(bulletin(Content("Head", (Image("one", asset="a" * 64), Image("two", asset="a" * 64))))))
    assert part.asset == "a" * 64


def test_a_summary_is_its_title_and_points(bulletin):
    one = bulletin()
    summary = Summary(1, 2, ("The bridge is shut", "Two hurt"), one.entry.display_at)
    part = only(draw(Bulletin(71, BulletinKind.SUMMARY, 2, one.coverage, summary=summary)))
    assert part.text == "Storm Ada\n\nWhat we know\n\n• The bridge is shut\n• Two hurt\n\nAs of 14:05 GMT · storm"


def test_an_answer_is_its_words(bulletin):
    part = only(draw(Bulletin(72, BulletinKind.ANSWER, 1, bulletin().coverage, words="You follow Storm Ada.")))
    assert (part.text, part.entities) == ("You follow Storm Ada.", ())


def test_a_correction_goes_into_the_text_that_is_there_although_a_picture_joined(bulletin):
    content = Content("Head", (Image("A road", asset="a" * 64),))
    part = only(draw(bulletin(content), kept=(Form.TEXT,)))
    assert part.form is Form.TEXT
    assert "Image: A road" in part.text


def test_a_photo_whose_picture_was_taken_out_gets_the_plate(bulletin):
    part = only(draw(bulletin(Content("Head")), kept=(Form.PHOTO,)))
    assert (part.form, part.asset, part.text) == (Form.PHOTO, None, "Head\n\n14:05 GMT · storm#17")


def test_a_photo_with_a_text_stays_a_photo_with_a_text(bulletin):
    content = Content("Head", (Image(asset="a" * 64), Paragraph(blocks.text("Short now."))))
    photo, text = draw(bulletin(content), kept=(Form.PHOTO, Form.TEXT))
    assert (photo.text, text.text) == ("Head", "Short now.\n\n14:05 GMT · storm#17")


def test_an_album_keeps_its_size(bulletin):
    content = Content("Head", (Image(asset="a" * 64), Image(asset="b" * 64)))
    album, text = draw(bulletin(content), kept=(Form.ALBUM, Form.ALBUM, Form.ALBUM, Form.TEXT))
    assert (album.assets, album.weight) == (("a" * 64, "b" * 64, None), 3)
    assert text.form is Form.TEXT


def test_text_that_grew_beyond_its_messages_makes_more(bulletin):
    content = Content("Head", (Paragraph(blocks.text(LONG + " " + LONG)),))
    parts = draw(bulletin(content), kept=(Form.TEXT,))
    assert [part.form for part in parts] == [Form.TEXT, Form.TEXT]


def test_a_retracted_entry_says_so_and_why_instead_of_its_words(bulletin):
    content = Content("Bridge closed", (Paragraph(blocks.text("Wrong.")),), reason="The bridge is open.")
    part = only(draw(bulletin(content, status=EntryStatus.RETRACTED), kept=(Form.TEXT,)))
    assert part.text == "This entry was withdrawn (14:05 GMT).\n\nThe bridge is open.\n\n14:05 GMT · storm#17"


def test_every_message_of_a_retracted_entry_says_so(bulletin):
    content = Content("Head", (Image(asset="a" * 64), Paragraph(blocks.text("Wrong."))), reason="It was wrong.")
    kept = (Form.ALBUM, Form.ALBUM, Form.PHOTO, Form.TEXT, Form.TEXT)
    parts = draw(bulletin(content, status=EntryStatus.RETRACTED), kept)
    assert [part.form for part in parts] == [Form.ALBUM, Form.PHOTO, Form.TEXT, Form.TEXT]
    assert (parts[0].assets, parts[1].asset) == ((None, None), None)
    assert parts[0].text.startswith("This entry was withdrawn")
    assert {part.text for part in parts[1:]} == {"This was part of storm#17, which has been withdrawn."}


def test_a_retraction_nobody_had_a_copy_of_is_one_text(bulletin):
    assert only(draw(bulletin(status=EntryStatus.RETRACTED))).form is Form.TEXT


def test_a_long_reason_under_a_picture_goes_on_in_a_text(bulletin):
    parts = draw(bulletin(Content("Head", reason=LONG), status=EntryStatus.RETRACTED), kept=(Form.PHOTO,))
    assert [part.form for part in parts] == [Form.PHOTO, Form.TEXT]
    assert "".join(part.text for part in parts).count("Sentence number") == 60


def test_an_album_that_had_to_go_as_words_keeps_its_place_before_a_photo(bulletin):
    content = Content("Head", (Image(asset="a" * 64), Paragraph(blocks.text("Body."))))
    text, photo = draw(bulletin(content), kept=(Form.TEXT, Form.PHOTO))
    assert text.text == "Head\n\nBody.\n\n14:05 GMT · storm#17"
    assert (photo.form, photo.asset, photo.text) == (Form.PHOTO, "a" * 64, "")


def test_a_text_before_a_picture_stays_a_text(bulletin):
    parts = draw(bulletin(Content("Head")), kept=(Form.TEXT, Form.TEXT, Form.PHOTO))
    assert [part.form for part in parts] == [Form.TEXT, Form.TEXT, Form.PHOTO]
    assert parts[1].text == "14:05 GMT · storm#17"


def test_a_retraction_of_words_before_a_photo_says_why_in_the_words(bulletin):
    content = Content("Head", reason="It was wrong.")
    text, photo = draw(bulletin(content, status=EntryStatus.RETRACTED), kept=(Form.TEXT, Form.PHOTO))
    assert "It was wrong." in text.text
    assert photo.text == "This was part of storm#17, which has been withdrawn."


def test_merged_entries_are_one_text_with_their_looks_and_links(bulletin):
    page = Content("Bridge closed", url="https://news.example/17", corrections=(Correction("It was the A2", AT),))
    withdrawn = Content("Wrong", reason="The bridge is open.")
    part = render.merge((bulletin(page), bulletin(withdrawn, number=18, status=EntryStatus.RETRACTED)), WORDS)
    assert part.text == (
        "Catching up on Storm Ada: 2 entries\n\n"
        "Bridge closed\nCorrected 14:05 GMT: It was the A2\n14:05 GMT · storm#17\n\n"
        "This entry was withdrawn (14:05 GMT).\nThe bridge is open.\n14:05 GMT · storm#18"
    )
    assert (part.form, part.weight) == (Form.MERGED, 1)
    assert looks(part, "bold") == ["Bridge closed", "This entry was withdrawn (14:05 GMT)."]
    assert looks(part, "italic") == ["Corrected 14:05 GMT: It was the A2"]
    assert looks(part, "text_link") == ["storm#17"]


def test_a_correction_of_one_goes_into_a_merged_copy_as_a_text(bulletin):
    assert only(draw(bulletin(), kept=(Form.MERGED,))).form is Form.TEXT
