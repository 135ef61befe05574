"""What a bulletin says, whatever platform says it."""

import pytest

from core import blocks, locales, telling
from core.blocks import Embed, Image, Link, Run, Video
from core.markup import Line, Look, whole
from core.model import Bulletin, BulletinKind, Importance
from core.telling import Telling
from tests.doubles.bulletins import COVERAGE, bulletin, summary, told

ENGLISH = locales.words("en")


def tell(one: Bulletin, pictures: int = 10) -> Telling:
    return telling.tell(one, ENGLISH, pictures=pictures)


def said(lines: tuple[Line, ...]) -> list[str]:
    return [line.plain for line in lines]


@pytest.mark.parametrize("kicker", ["Breaking", "BREAKING:", " breaking : ", "Breaking\uff1a"])
def test_a_kicker_that_says_breaking_is_not_said_twice(kicker: str) -> None:
    news = tell(bulletin(told("Rain.", kicker=kicker, importance=Importance.BREAKING)))
    assert (news.breaking, said(news.head)) == ("Breaking:", ["Bridge closed"])
    bare = tell(bulletin(told("Rain.", headline="", kicker=kicker), BulletinKind.ALERT))
    assert (bare.breaking, said(bare.head)) == ("Breaking:", [])


def test_a_kicker_that_says_more_than_breaking_stays() -> None:
    news = tell(bulletin(told("Rain.", kicker="Breaking news"), BulletinKind.ALERT))
    assert said(news.head) == ["Breaking news", "Bridge closed"]


def test_an_entry_that_is_no_breaking_news_keeps_the_kicker_its_source_gave_it() -> None:
    old = tell(bulletin(told("Rain.", kicker="Breaking")))
    assert (old.breaking, said(old.head)) == ("", ["Breaking", "Bridge closed"])


def test_a_picture_is_shown_once_with_the_words_it_was_first_told_with() -> None:
    twice = (Image(caption="The bridge", asset="a" * 64), Image(caption="The bridge again", asset="a" * 64))
    one = tell(bulletin(told("Rain.", *twice)))
    assert (one.images, said(one.captions), said(one.body)) == (twice[:1], ["The bridge"], ["Rain."])


def test_a_picture_that_has_no_place_is_told_in_words() -> None:
    many = [Image(alt=f"View {at}", caption="Hills", asset=f"{at:064}") for at in range(3)]
    one = tell(bulletin(told(*many)), pictures=2)
    assert (len(one.images), said(one.captions), said(one.body)) == (2, ["Hills"] * 2, ["Image: View 2 – Hills"])
    assert telling.shown(bulletin(told(*many))) == tuple(many)


def test_a_picture_told_in_words_never_leads_to_a_link_that_may_be_broken() -> None:
    (line,) = tell(bulletin(told(Image("A road", url="https://example.org/a.jpg")))).body
    assert line.text == (Run("Image:"), Run(" "), Run("A road"))


def test_what_is_elsewhere_is_named_only_where_readers_may_be_sent() -> None:
    film, trap = Video("Flood", url="https://v.example/1"), Embed("javascript:alert(1)", "Social", "It rains")
    one = tell(bulletin(told(film, trap, Link("Our guide"))))
    assert one.elsewhere == (film,)
    assert said(one.body) == ["Video: Flood", "Social: It rains", "Our guide"]


def test_a_summary_is_titles_points_and_a_clock() -> None:
    one = tell(summary("Rain", "Wind"))
    assert [(line.look, line.plain) for line in (*one.head, *one.foot)] == [
        (Look.HEADLINE, "Storm Ada"),
        (Look.SUBTITLE, "What we know"),
        (Look.FOOT, "As of 14:05 GMT · storm"),
    ]
    assert whole(one.body) == "• Rain\n• Wind"


def test_an_answer_is_its_words() -> None:
    answer = Bulletin(72, BulletinKind.ANSWER, 1, COVERAGE, words="You follow Storm Ada.")
    assert tell(answer) == Telling((Line(blocks.text("You follow Storm Ada.")),))
