"""How a bulletin looks on Discord."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.discord.render import Picture, draw, merge
from core import locales
from core.blocks import Bullets, Embed, Image, Link, Quote, Run, Subheading, Video, text
from core.model import BulletinKind, Content, Contributor, Correction, EntryStatus, Form, Importance
from tests.bots.discord.client_markdown import read
from tests.doubles.bulletins import AT, bulletin, summary, told

ENGLISH = locales.words("en")
DIGEST = "a" * 64
LONG = "It rained all day long over the hills. " * 40


def test_an_entry_reads_from_its_headline_to_its_mark() -> None:
    drawn = draw(
        bulletin(told("The river is rising.", contributors=(Contributor("Ann Lee", role="Reporter"),))), ENGLISH
    )
    assert [part.content for part in drawn] == [
        "**Bridge closed**\n-# By Ann Lee, Reporter\n\nThe river is rising.\n\n-# 14:05 GMT · storm#17"
    ]
    assert drawn[0].form is Form.TEXT


def test_the_mark_leads_to_the_entry_when_it_has_a_page() -> None:
    drawn = draw(bulletin(told("Rain.", url="https://news.example/storm/17")), ENGLISH)
    assert read(drawn[0].content).links == [("storm#17", "https://news.example/storm/17")]


def test_every_kind_of_block_is_told() -> None:
    body = (
        Subheading(text("Roads")),
        Bullets((text("A1 shut"), text("A2 open"))),
        Bullets((text("First"), text("Then")), ordered=True),
        Quote(text("We wait."), speaker="Bo", role="Mayor"),
        Image(alt="A bridge", caption="The old bridge", credit="Reuters"),
        Video(title="Watch the flood", url="https://video.example/1", credit="PA"),
        Embed("https://social.example/1", "Chatter", "Stay home"),
        Link("Read more", "https://news.example/more"),
    )
    seen = read(draw(bulletin(told(*body)), ENGLISH)[0].content)
    assert seen.bold == ["Bridge closed", "Roads"]
    assert seen.points == ["A1 shut", "A2 open", "First", "Then"]
    assert seen.quotes == ["We wait.\n— Bo, Mayor\n"]
    assert "Image: A bridge – The old bridge (Reuters)" in seen.text
    assert "Video: Watch the flood (PA)" in seen.text
    assert "Chatter: Stay home" in seen.text
    assert [url for _, url in seen.links][:3] == [
        "https://video.example/1",
        "https://social.example/1",
        "https://news.example/more",
    ]


def test_a_picture_is_attached_with_its_alt_text_and_its_words_stand_above_it() -> None:
    shown = Image(alt="A bridge", caption="The old bridge", credit="Reuters", asset=DIGEST)
    part = draw(bulletin(told("Rain.", shown)), ENGLISH)[0]
    assert part.form is Form.PHOTO
    assert part.pictures == (Picture(DIGEST, "A bridge"),)
    assert part.content.endswith("\n\n-# The old bridge (Reuters)\n-# 14:05 GMT · storm#17")
    assert "Image: A bridge" in part.bare


def test_the_eleventh_picture_is_told_in_words() -> None:
    many = [Image(alt=f"View {at}", asset=f"{at:064}") for at in range(11)]
    part = draw(bulletin(told(*many)), ENGLISH)[0]
    assert len(part.pictures) == 10
    assert "Image: View 10" in part.content


def test_an_alert_says_it_is_breaking() -> None:
    part = draw(bulletin(told("Rain."), BulletinKind.ALERT), ENGLISH)[0]
    assert read(part.content).text.startswith("Breaking: Bridge closed\n")
    bare = draw(bulletin(told("Rain.", headline="", importance=Importance.BREAKING)), ENGLISH)[0]
    assert read(bare.content).text.startswith("Breaking:\n\nRain.")


def test_breaking_news_of_a_source_that_says_so_too_says_it_once() -> None:
    part = draw(bulletin(told("Rain.", kicker="Breaking", importance=Importance.BREAKING)), ENGLISH)[0]
    assert part.content.startswith("**Breaking: Bridge closed**\n\nRain.")


def test_a_correction_is_dated_and_stands_above_the_mark() -> None:
    fixed = told("Rain.", corrections=(Correction("The bridge is in Ely.", AT), Correction("It is open.", AT)))
    content = draw(bulletin(fixed), ENGLISH)[0].content
    assert content.endswith(
        "\n\n-# Corrected 14:05 GMT: The bridge is in Ely."
        "\n-# Corrected 14:05 GMT: It is open."
        "\n-# 14:05 GMT · storm#17"
    )


def test_a_retraction_leaves_no_word_picture_or_card_of_what_was_said() -> None:
    withdrawn = told("Rain.", Image(asset=DIGEST), Video(title="See", url="https://v.example/1"), reason="Not so.")
    drawn = draw(bulletin(withdrawn, status=EntryStatus.RETRACTED), ENGLISH, kept=(Form.PHOTO, Form.TEXT, Form.TEXT))
    assert [part.content for part in drawn] == [
        "**This entry was withdrawn (14:05 GMT).**\n\nNot so.\n\n-# 14:05 GMT · storm#17",
        "-# This was part of storm#17, which has been withdrawn.",
        "-# This was part of storm#17, which has been withdrawn.",
    ]
    assert all(part.form is Form.TEXT and not part.pictures and not part.cards for part in drawn)


def test_a_card_repeats_what_the_words_say_of_another_site() -> None:
    part = draw(bulletin(told(Video(title="Watch *live*", url="https://video.example/1"))), ENGLISH)[0]
    assert [(card.title, card.url, card.source) for card in part.cards] == [
        ("Watch \\*live\\*", "https://video.example/1", "video.example")
    ]
    assert "Watch *live*" in read(part.content).text


def test_cards_stay_within_what_one_message_takes() -> None:
    many = [Video(title="*" * 400, url=f"https://video.example/{at}") for at in range(40)]
    drawn = draw(bulletin(told(*many)), ENGLISH)
    assert [bool(part.cards) for part in drawn] == [*[False] * (len(drawn) - 1), True]
    assert len(drawn[-1].cards) <= 10
    assert sum(card.length for card in drawn[-1].cards) <= 6000
    assert all(len(card.title) <= 256 for card in drawn[-1].cards)


def test_a_long_entry_goes_into_several_messages_and_keeps_its_pictures_with_the_first() -> None:
    drawn = draw(bulletin(told(LONG, LONG, LONG, Image(alt="Hills", caption="The hills", asset=DIGEST))), ENGLISH)
    assert [part.form for part in drawn] == [Form.PHOTO, Form.TEXT, Form.TEXT]
    assert "The hills" in drawn[0].content
    assert drawn[-1].content.endswith("-# 14:05 GMT · storm#17")


def test_the_standing_summary_is_a_list_under_the_coverages_title() -> None:
    assert draw(summary("Rain", "Wind"), ENGLISH)[0].content == (
        "**Storm Ada**\n-# What we know\n\n- Rain\n- Wind\n\n-# As of 14:05 GMT · [storm](<https://news.example/storm>)"
    )


def test_a_misleading_link_names_the_real_host() -> None:
    masked = Link("bank.example", "https://evil.example/x")
    assert "bank.example (evil.example)" in read(draw(bulletin(told(masked)), ENGLISH)[0].content).text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=3000) | st.just("*" * 2500) | st.just(LONG), min_size=1, max_size=4),
    st.text(),
)
def test_no_text_is_too_long_for_discord_and_none_is_lost(paragraphs: list[str], headline: str) -> None:
    content = Content(headline, told(*paragraphs).blocks)
    drawn = draw(bulletin(content), ENGLISH)
    assert all(0 < len(part.content) <= 2000 and len(part.bare) <= 2000 for part in drawn)
    for paragraph in paragraphs:
        assert sum(part.content.count("*") for part in drawn) >= paragraph.count("*")


@pytest.mark.parametrize("mention", ["@everyone", "@here", "<@1>", "<@&1>", "<#1>"])
def test_a_mention_is_dead_wherever_it_stands(mention: str) -> None:
    everywhere = Content(
        mention,
        (
            Subheading(text(mention)),
            Bullets(((Run(mention, bold=True),),)),
            Quote(text(mention), speaker=mention, role=mention),
            Image(alt=mention, caption=mention, credit=mention),
            Video(title=mention, url="https://v.example/1"),
            Link(mention, "https://v.example/2"),
        ),
        kicker=mention,
        contributors=(Contributor(mention),),
        corrections=(Correction(mention, AT),),
    )
    for part in draw(bulletin(everywhere), ENGLISH):
        assert read(part.content).alive == []
        assert all(read(card.title).alive == [] for card in part.cards)


def test_merged_entries_are_one_message_of_nothing_but_words() -> None:
    page = told("Rain.", url="https://news.example/17", corrections=(Correction("It was the A2", AT),))
    withdrawn = told("Wrong.", reason="The bridge is open.")
    film = told(Video(title="Flood", url="https://v.example/1"), importance=Importance.KEY)
    part = merge(
        (
            bulletin(page),
            bulletin(withdrawn, number=18, status=EntryStatus.RETRACTED),
            bulletin(film, number=19),
        ),
        ENGLISH,
    )
    assert part.content == (
        "-# Catching up on Storm Ada: 3 entries\n\n"
        "**Bridge closed**\n-# Corrected 14:05 GMT: It was the A2\n"
        "-# 14:05 GMT · [storm#17](<https://news.example/17>)\n\n"
        "**This entry was withdrawn (14:05 GMT).**\nThe bridge is open.\n-# 14:05 GMT · storm#18\n\n"
        "**Key point: Bridge closed**\n-# 14:05 GMT · storm#19"
    )
    assert (part.form, part.weight, part.bare) == (Form.MERGED, 1, part.content)
    assert (part.pictures, part.cards) == ((), ())


_hostile = st.text(max_size=300) | st.sampled_from(["*" * 2500, LONG, "@everyone <@1> :tada: [a](b)", "> # - 1. `", ""])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Content,
            _hostile,
            _hostile.map(lambda words: told(words).blocks),
            url=st.none() | st.integers(0, 1900).map(lambda length: f"https://news.example/{'x' * length}"),
            corrections=_hostile.map(lambda note: (Correction(note, AT),)) | st.just(()),
            reason=_hostile,
            importance=st.sampled_from(Importance),
        ),
        min_size=1,
        max_size=10,
    ),
    st.sampled_from(EntryStatus),
)
def test_merged_entries_always_fit_one_message_and_ping_nobody(contents: list[Content], last: EntryStatus) -> None:
    bulletins = [bulletin(content, number=at) for at, content in enumerate(contents)]
    bulletins[-1] = bulletin(contents[-1], number=len(contents) - 1, status=last)
    part = merge(bulletins, ENGLISH)
    assert 0 < len(part.content) <= 2000
    seen = read(part.content)
    assert seen.alive == []
    assert all(f"#{at}" in seen.text for at in range(len(contents)))
