"""What changes, in a few lines for a phone."""

from dataclasses import replace

from core import blocks, locales
from core.blocks import Image, Paragraph, Run
from core.commands import differences
from core.model import Content, Contributor, Importance


def says(*paragraphs: str, headline: str = "Bridge closed", **more: object) -> Content:
    return Content(headline, tuple(Paragraph(blocks.text(one)) for one in paragraphs), **more)


def told(before: Content, after: Content) -> list[str]:
    return [locales.words("en").tell(one) for one in differences.told(before, after)]


def test_a_changed_headline_is_shown_before_and_after() -> None:
    assert told(says("Words."), says("Words.", headline="Bridge open")) == [
        "Before: Bridge closed",
        "After: Bridge open",
    ]


def test_a_long_paragraph_is_shown_around_what_changes() -> None:
    lead = "The bridge over the river has been there for a hundred years and more, and it carries "
    (before, after) = told(says(f"{lead}9,000 cars a day."), says(f"{lead}90,000 cars a day."))
    assert before.startswith("Before: …")
    assert before.endswith("and it carries 9,000 cars a day.")
    assert after.endswith("and it carries 90,000 cars a day.")


def test_a_very_long_change_is_cut() -> None:
    assert all(len(line) < 140 for line in told(says("a" * 900), says("b" * 900)))


def test_new_and_lost_paragraphs_are_named() -> None:
    assert told(says("One."), says("One.", "Two.")) == ["New: Two."]
    assert told(says("One.", "Two."), says("One.")) == ["Gone: Two."]


def test_only_the_first_three_changes_are_shown() -> None:
    before, after = says(*"abcdefgh"), says(*"acegi", headline="Other")
    lines = told(before, after)
    assert sum(line.startswith(("Before", "New", "Gone")) for line in lines) == 3
    assert lines[-1].endswith("more changes")


def test_a_link_that_leads_elsewhere_is_seen() -> None:
    def linked(url: str) -> Content:
        return Content("See", (Paragraph((Run("the map", url=url), Run(" of today"))),))

    lines = told(linked("https://a.example/"), linked("https://b.example/"))
    assert "https://a.example/" in lines[0]
    assert "https://b.example/" in lines[1]


def test_what_is_not_words_is_named() -> None:
    before = says("Words.")
    after = replace(
        before,
        blocks=(*before.blocks, Image(alt="Waves")),
        contributors=(Contributor("Ann"),),
        importance=Importance.KEY,
    )
    assert told(before, after) == [
        "Its pictures or videos change.",
        "Who it is by changes.",
        "How important it is changes.",
    ]


def test_something_is_always_said() -> None:
    assert told(says("Words."), says("Words.", tags=("storm",))) == ["Only details such as tags or links change."]
