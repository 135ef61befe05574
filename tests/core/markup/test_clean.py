"""What may enter: every assigned character through the cleaner, and the joiners that real scripts need."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import markup

_EVERY = [chr(code) for code in range(sys.maxunicode + 1)]


def test_no_control_bidi_tag_or_blank_character_survives_alone():
    passed = {sign for sign in _EVERY if sign in markup.clean(f"a{sign}b")}
    for category in ("Cc", "Cs"):
        assert {sign for sign in passed if unicodedata.category(sign) == category} <= {"\n"}
    drawn = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    assert {sign for sign in passed if unicodedata.category(sign) == "Cf"} == set(drawn)
    assert not passed & set("\u3164\u115f\u034f\ufeff\u200b\u200e\u202e\u2066")
    assert not any("\U000e0000" <= sign <= "\U000e0fff" for sign in passed)


def test_letters_digits_marks_and_signs_all_pass():
    for sign in _EVERY:
        if unicodedata.category(sign)[0] in "LNPS" and sign not in "\u115f\u1160\u3164\uffa0":
            assert unicodedata.normalize("NFC", f"a{sign}") == markup.clean(f"a{sign}")


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d🚒 on the roof",
        "❤\ufe0f\u200d🔥",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "می\u200cخواهم",
        "क्\u200dष",
        "“Curly” — naïve … 1 000 €",
        "葛\U000e0100城",
    ],
)
def test_what_real_writing_needs_stays(text):
    assert markup.clean(text) == text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("pay\u200dpal", "paypal"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("a\U000e0041\U000e0042b", "ab"),
        ("🏴\U000e0041\U000e007f", "🏴"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("cafe\u0301", "café"),
        ("a\U000e0100b", "ab"),
    ],
)
def test_what_hides_or_reorders_goes(typed, kept):
    assert markup.clean(typed) == kept


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    once = markup.clean(text)
    assert markup.clean(once) == once
