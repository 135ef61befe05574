"""Every trap of the grammar of a saved live page, in words of our own."""

from datetime import UTC, datetime

import pytest

from core import blocks, formats
from core.formats import page
from core.model import Contributor, ContributorKind, Importance, Kind

LONG = "The harbour master said the last of the trawlers was tied up before the tide turned."
TAIL = "published at 18:05 Greenwich Mean Time 3 March 2024"


def read(text: str, **kw) -> formats.Read:
    return formats.read(text.encode(), name="port-amber.txt", **kw)


def entry(*lines: str, head: str = f"  1. Boats are in{TAIL}") -> formats.Read:
    return read("\n".join([head, "", *(f"    {line}" if line else "" for line in lines)]))


def content(*lines: str, head: str = f"  1. Boats are in{TAIL}"):
    return entry(*lines, head=head).page.entries[0].content


def said(result: formats.Read, field: str) -> list[str]:
    return [loss.what for loss in result.losses if loss.field == field]


def paragraph(words: str) -> blocks.Paragraph:
    return blocks.Paragraph(blocks.text(words))


def test_a_headline_is_freed_from_the_clock_it_is_glued_to():
    found = entry(LONG).page.entries[0]
    assert found.content.headline == "Boats are in"
    assert found.display_at == datetime(2024, 3, 3, 18, 5, tzinfo=UTC)


def test_a_headline_that_says_published_at_keeps_those_words():
    head = f"  1. Report published at 09:00 says docks unsafe{TAIL}"
    assert content(LONG, head=head).headline == "Report published at 09:00 says docks unsafe"


def test_a_kicker_stands_above_its_headline_and_is_not_one():
    made = content("", f"Why the quay gave way{TAIL}", "", LONG, LONG, head="  1. Analysis")
    assert (made.kicker, made.headline, made.kind) == ("Analysis", "Why the quay gave way", Kind.ANALYSIS)


@pytest.mark.parametrize(
    ("kicker", "kind"), [("Explainer", Kind.EXPLAINER), ("Recap", Kind.RECAP), ("Watch", Kind.VIDEO)]
)
def test_a_kicker_that_names_a_kind_gives_it(kicker, kind):
    assert content("", f"What a spring tide is{TAIL}", "", LONG, LONG, head=f"  1. {kicker}").kind is kind


def test_an_unknown_kicker_stays_as_a_label_and_is_reported():
    result = entry("", f"Lights back on{TAIL}", "", LONG, LONG, head="  1. In the harbour")
    assert (result.page.entries[0].content.kicker, result.page.entries[0].content.kind) == (
        "In the harbour",
        Kind.UPDATE,
    )
    assert "“In the harbour”" in said(result, "kind")[0]


def test_the_label_breaking_makes_an_entry_breaking():
    made = content("", f"Quay collapses{TAIL}", "", LONG, LONG, head="  1. Breaking")
    assert made.importance is Importance.BREAKING


def test_a_sentence_that_begins_with_a_number_is_no_entry():
    result = read(f"  2. Second{TAIL}\n\n    {LONG}\n\n    3. This is a sentence.\n\n  3. First{TAIL}\n\n    {LONG}\n")
    assert [each.content.headline for each in result.page.entries] == ["First", "Second"]
    assert result.page.entries[1].content.blocks[1] == paragraph("3. This is a sentence.")


def test_entries_with_two_digits_and_no_blank_line_between_them_are_parted():
    text = "".join(
        f"  {n}. Number {n}published at 18:{59 - n:02} GMT 3 March 2024\n\n    {LONG}\n" for n in range(1, 13)
    )
    assert [each.source.position for each in read(text).page.entries] == list(range(12, 0, -1))


def test_an_entry_taken_out_of_the_page_does_not_swallow_its_neighbours():
    text = "".join(
        f"  {n}. Number {n}published at 18:{59 - n:02} GMT 3 March 2024\n\n    {LONG}\n" for n in (1, 2, 4, 5)
    )
    assert [each.source.position for each in read(text).page.entries] == [5, 4, 2, 1]


def test_an_entry_without_a_clock_is_left_out_and_reported_never_glued_to_another():
    result = read(
        f"  1. Upper{TAIL}\n\n    {LONG}\n\n  2. Lost its clock\n\n    {LONG}\n\n    x.\n\n    y.\n\n    z.\n"
    )
    assert [each.content.headline for each in result.page.entries] == ["Upper"]
    assert result.page.entries[0].content.blocks == (paragraph(LONG),)
    assert [str(loss) for loss in result.losses if loss.field == "clock"] == [
        "2. Lost its clock: clock: no clock found: this entry was left out"
    ]


def test_a_clock_that_is_no_time_is_reported():
    result = read(f"  1. Fine{TAIL}\n\n    {LONG}\n\n  2. Notpublished at 25:61 GMT 3 March 2024\n\n    {LONG}\n")
    assert len(result.page.entries) == 1
    assert said(result, "clock") == ["“25:61 GMT 3 March 2024” is no time: this entry was left out"]


def test_a_picture_is_parted_from_its_credit_wherever_it_stands():
    made = content("Cranes at duskImage source, Amber/Pool", "", LONG, "", "A quayImage source, AP")
    assert made.blocks == (
        blocks.Image(alt="Cranes at dusk", credit="Amber/Pool"),
        paragraph(LONG),
        blocks.Image(alt="A quay", credit="AP"),
    )


def test_a_date_in_a_pictures_words_stays_there():
    made = content("A crane at work on 1 March 2024Image source, AP", "", LONG)
    assert made.blocks[0] == blocks.Image(alt="A crane at work on 1 March 2024", credit="AP")


def test_a_caption_label_gives_the_next_line_to_the_picture_above():
    made = content("CranesImage source, AP", "Image caption,", "", "The cranes, seen from the church", "", LONG)
    assert made.blocks == (blocks.Image("Cranes", "The cranes, seen from the church", "AP"), paragraph(LONG))


def test_a_caption_glued_to_a_credit_is_parted_too():
    made = content("CranesImage source, APImage caption, Seen from the church", "", LONG)
    assert made.blocks[0] == blocks.Image("Cranes", "Seen from the church", "AP")


def test_a_caption_label_with_nothing_behind_it_is_reported():
    result = entry(LONG, "", "CranesImage source, AP", "Image caption,")
    assert said(result, "caption") == ["“Image caption,” has no words behind it"]


def test_a_media_caption_makes_a_film():
    head = f"  1. Watch: Waves over the mole{TAIL}"
    result = entry("See it here...", "", "Media caption,", "", "Waves top the outer mole", head=head)
    made = result.page.entries[0].content
    assert (made.kind, made.blocks[1]) == (Kind.VIDEO, blocks.Video(title="Waves top the outer mole"))
    assert len(said(result, "video")) == 1


def test_watch_without_a_film_stays_an_update_and_is_reported():
    result = entry(LONG, head=f"  1. Watch: Waves over the mole{TAIL}")
    assert result.page.entries[0].content.kind is Kind.UPDATE
    assert "no film" in said(result, "kind")[0]


def test_words_that_end_like_no_sentence_are_a_picture_and_a_doubt():
    result = entry("Quay wall seen from above", "", LONG, "", LONG, "", "A map of the outer harbour")
    first, *_, last = result.page.entries[0].content.blocks
    assert first == blocks.Image(alt="Quay wall seen from above")
    assert last == blocks.Image(alt="A map of the outer harbour", graphic=True)
    assert sum("unsure" in what for what in said(result, "image")) == 2


def test_a_question_with_a_graphic_is_a_graphic_only_when_the_words_say_so():
    head = f"  1. Where are the berths?{TAIL}"
    sure = content("Berths in use", "", "This graphic shows every berth in the outer harbour tonight.", head=head)
    unsure = entry("Berths in use", "", LONG, head=head)
    assert sure.kind is Kind.GRAPHIC
    assert unsure.page.entries[0].content.kind is Kind.UPDATE
    assert "may be an explainer" in said(unsure, "kind")[0]


@pytest.mark.parametrize("flash", ["More to follow", "A second breach in the outer wall", "Outer Quay Breached"])
def test_a_short_flash_without_a_full_stop_stays_a_paragraph(flash):
    assert content(flash).blocks == (paragraph(flash),)


def test_more_to_follow_is_never_a_picture():
    assert content(LONG, "", "More to follow").blocks[1] == paragraph("More to follow")


def test_a_recap_has_sub_headings_and_says_what_it_is():
    head = f"  1. A long evening - what's been happening?{TAIL}"
    result = entry(LONG, "", "At the quay", "", LONG, "", "What comes next?", "", LONG, head=head)
    made = result.page.entries[0].content
    assert made.kind is Kind.RECAP
    assert [type(block) for block in made.blocks[1::2]] == [blocks.Subheading, blocks.Subheading]
    assert "“At the quay”, “What comes next?”" in said(result, "subheading")[0]


def test_one_short_line_alone_is_no_sub_heading():
    made = content(LONG, "", "At the quay", "", LONG)
    assert made.blocks[1] == paragraph("At the quay")


def test_a_short_line_inside_a_quotation_is_no_sub_heading():
    made = content('"We waited', "", '"And then it went', "", f"{LONG}", "", "At the quay", "", LONG)
    assert [type(block) for block in made.blocks] == [blocks.Paragraph] * 5


@pytest.mark.parametrize(
    ("lines", "who"),
    [
        (["Amber Monitoring"], Contributor("Amber Monitoring", ContributorKind.ORGANISATION)),
        (["PA"], Contributor("PA", ContributorKind.ORGANISATION)),
        (["Odile Marsh", "Maritime correspondent"], Contributor("Odile Marsh", role="Maritime correspondent")),
        (
            ["Odile Marsh", "Amber Radio, Port Amber"],
            Contributor("Odile Marsh", desk="Amber Radio", place="Port Amber"),
        ),
        (["Odile Marsh", "Editor, Amber Radio"], Contributor("Odile Marsh", role="Editor, Amber Radio")),
    ],
)
def test_contributors_come_in_three_shapes(lines, who):
    made = content(*lines, "", LONG)
    assert made.contributors == (who,)
    assert made.blocks == (paragraph(LONG),)


def test_a_lone_name_may_be_a_person_or_a_house_and_is_reported():
    result = entry("Odile Marsh", "", LONG)
    assert result.page.entries[0].content.contributors == (Contributor("Odile Marsh", ContributorKind.UNKNOWN),)
    assert "“Odile Marsh”" in said(result, "contributors")[0]


def test_a_byline_before_a_picture_is_still_a_byline():
    made = content("Odile Marsh", "Maritime correspondent", "", "CranesImage source, AP", "", LONG)
    assert made.contributors[0].role == "Maritime correspondent"
    assert made.blocks[0] == blocks.Image(alt="Cranes", credit="AP")


@pytest.mark.parametrize("line", ["The wall has gone.", "“Get Out Now”", "Breach At The Outer Quay:"])
def test_a_sentence_or_a_quotation_is_no_byline(line):
    assert content(line, "", LONG).contributors == ()


def test_a_quotation_over_several_paragraphs_keeps_every_mark():
    lines = ['"We saw it coming.', "", '"Nobody [at the port] listened...so here we are."', "", LONG]
    assert content(*lines).blocks == (paragraph(lines[0]), paragraph(lines[2]), paragraph(LONG))


def test_quotes_typos_and_dashes_are_left_as_they_are():
    words = 'She said: “Its’ over” - and "left" teh quay … at 7.30pm.'
    assert content(words).blocks == (paragraph(words),)


def test_a_list_inside_an_entry_is_a_list():
    made = content("Still closed:", "", "• North quay", "", "• South quay", "", LONG)
    assert made.blocks[1] == blocks.Bullets((blocks.text("North quay"), blocks.text("South quay")))


def test_a_link_that_lost_its_address_is_reported_and_its_words_stay():
    words = "Could it happen again? Read our guide."
    result = entry(LONG, "", words)
    assert result.page.entries[0].content.blocks[1] == paragraph(words)
    assert "“Read our guide”" in said(result, "link")[0]


def test_a_line_at_the_margin_is_kept_and_reported():
    result = read(f"  1. Boats are in{TAIL}\n\n    {LONG}\n\nHarbour radio is off the air.\n")
    assert result.page.entries[0].content.blocks[1] == paragraph("Harbour radio is off the air.")
    assert "hangs at the margin" in said(result, "body")[0]


def test_a_summary_may_be_bullets_or_one_paragraph():
    body = f"  1. Boats are in{TAIL}\n\n    {LONG}\n"
    bullets = read(f"Summary\n\n  • Quay shut\n\n  • Ferries stopped\n\n{body}").page.summary
    assert bullets == ("Quay shut", "Ferries stopped")
    assert read(f"Summary\n\n  The quay is shut\n\n{body}").page.summary == ("The quay is shut",)
    assert read(body).page.summary == ()


def test_a_title_and_an_address_above_the_summary_are_taken():
    front = "Night at Port Amber\nhttps://amber.example/live/1\n\nLive reporting\n\nSummary\n\n  • Quay shut\n\n"
    result = read(f"{front}  1. In{TAIL}\n\n    {LONG}\n")
    assert (result.page.title, result.page.url) == ("Night at Port Amber", "https://amber.example/live/1")
    assert result.page.source.identity == "https://amber.example/live/1"
    assert said(result, "page") == ["“Live reporting” before the first entry has no place: left out"]
    assert said(result, "title") == []


def test_entries_of_one_minute_keep_the_order_in_which_the_page_grew():
    text = "".join(f"  {n}. Number {n}{TAIL}\n\n    {LONG}\n" for n in (1, 2, 3))
    assert [each.content.headline for each in read(text).page.entries] == ["Number 3", "Number 2", "Number 1"]


def test_two_entries_with_one_minute_and_one_headline_have_two_identities_that_stay():
    two = f"  1. Twin{TAIL}\n\n    Younger.\n\n  2. Twin{TAIL}\n\n    Elder.\n"
    below = two.replace("  2.", "  3.").replace("  1.", "  2.")
    three = f"  1. Newestpublished at 18:09 GMT 3 March 2024\n\n    Up.\n\n{below}"
    before, after = read(two).page.entries, read(three).page.entries[:2]
    assert [each.source.identity for each in before] == [each.source.identity for each in after]
    assert before[0].source.identity != before[1].source.identity


def test_a_new_entry_on_top_changes_no_identity():
    old = f"  1. Boats are in{TAIL}\n\n    {LONG}\n"
    new = f"  1. Ferry is offpublished at 18:20 GMT 3 March 2024\n\n    {LONG}\n\n{old.replace('  1.', '  2.')}"
    assert read(new).page.entries[0].source.identity == read(old).page.entries[0].source.identity
    assert read(new).page.source.identity == read(old).page.source.identity


def test_a_rewritten_body_keeps_its_identity_and_a_rewritten_headline_does_not():
    first = entry(LONG).page.entries[0].source
    assert entry("Other words.").page.entries[0].source == first
    assert entry(LONG, head=f"  1. Boats are out{TAIL}").page.entries[0].source.identity != first.identity


def test_only_the_style_of_quotes_in_a_headline_does_not_make_it_new():
    straight = entry(LONG, head=f"  1. 'Boats' are  in{TAIL}").page.entries[0].source
    assert entry(LONG, head=f"  1. ‘Boats’ are in{TAIL}").page.entries[0].source == straight


def test_a_page_saved_on_windows_reads_the_same():
    text = f"Summary\r\n\r\n  • Quay shut\r\n\r\n  1. Boats are in{TAIL}\r\n\r\n    {LONG}\r\n"
    plain = read(text.replace("\r\n", "\n"))
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert formats.read(text.encode(encoding), name="port-amber.txt") == plain


def test_a_text_of_another_language_can_be_told_so():
    result = read(f"  1. Boats are in{TAIL}\n\n    {LONG}\n", language="cy")
    assert result.page.language == "cy"
    assert said(result, "language") == []


def test_a_fingerprint_is_the_minute_and_the_headline():
    at = datetime(2024, 3, 3, 18, 5, 30, tzinfo=UTC)
    assert page.fingerprint(at, "Boats") == page.fingerprint(at.replace(second=0), "boats ")
    assert page.fingerprint(at, "Boats") != page.fingerprint(at.replace(minute=6), "Boats")
    assert page.fingerprint(at, "", "One body") != page.fingerprint(at, "", "Another body")
