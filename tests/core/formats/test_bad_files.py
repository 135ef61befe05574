"""What is no live page is refused in one line that says what to do."""

import pytest

from core import formats
from core.formats import opening


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", r"empty.*save the live page"),
        (b" \n\t ", r"empty.*save the live page"),
        (b"%PDF-1.7 \x00\x01", r"a PDF.*save the live page"),
        (b"PK\x03\x04rest", r"zip archive.*save the live page"),
        (b"\x1f\x8b\x08rest", r"gzip"),
        (b"\x89PNG\r\n\x1a\n", r"a picture"),
        (b"some\x00binary\x01thing", r"binary.*save the live page"),
        (b"\x02\xfe\x81\x07 neither text nor picture", r"binary.*save the live page"),
        ("  1. Café published".encode("latin-1"), r"not UTF-8 text \(byte 8\).*save it again as UTF-8"),
        (b"Dear all,\n\nthe minutes of the meeting follow.\n", r"not a live page.*Save the whole live page"),
        (b"1. milk\n2. eggs\n3. bread\n", r"not a live page"),
        (b"\xff\xfe\x00", r"not UTF-16 text"),
    ],
)
def test_a_file_that_is_no_page_is_refused_in_one_line(data, words):
    with pytest.raises(formats.NotAPage, match=words) as refusal:
        formats.read(data, name="notes.txt")
    assert "\n" not in str(refusal.value)


def test_a_text_that_begins_with_a_bracket_is_no_json():
    text = b"[LIVE] Night at Port Amber\n\n  1. Boats are inpublished at 18:05 GMT 3 March 2024\n\n    All of them.\n"
    assert formats.read(text, name="x.txt").page.title == "[LIVE] Night at Port Amber"


def test_a_huge_file_is_refused_before_it_is_read():
    with pytest.raises(formats.NotAPage, match="21 MB"):
        formats.read(b"x" * (opening.LARGEST + 1_000_000), name="huge.txt")


def test_characters_no_store_takes_are_left_out():
    data = b"  1. Bo\x07ats\x7fpublished at 18:05 GMT 3 March 2024\n\n    All\x0b in.\n"
    found = formats.read(data, name="x.txt").page.entries[0].content
    assert found.headline == "Boats"
    assert found.blocks[0].text[0].text == "All in."


@pytest.mark.parametrize(
    "text",
    ["1.\n" * 300_000, "1. " + "published at 10:00 a " * 30_000, "  1. x\n" + "\n" * 300_000 + "  2. y"],
    ids=["ordinals", "clocks", "blanks"],
)
@pytest.mark.timeout(20)
def test_a_text_made_to_take_for_ever_is_soon_refused(text):
    with pytest.raises(formats.NotAPage, match="not a live page"):
        formats.read(text.encode(), name="hostile.txt")


@pytest.mark.parametrize(
    "line", ["    • x\n", '    "word word\n', "    Image caption,\n"], ids=["bullets", "quotes", "labels"]
)
@pytest.mark.timeout(20)
def test_an_entry_of_very_many_lines_is_soon_read(line):
    text = "  1. Apublished at 18:05 GMT 3 March 2024\n" + line * 100_000
    assert len(formats.read(text.encode(), name="hostile.txt").page.entries) == 1
