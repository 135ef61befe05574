"""Words made to fit."""

from hypothesis import given
from hypothesis import strategies as st

from core.markup import shortened

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def test_words_that_fit_stay_as_they_are_on_one_row() -> None:
    assert shortened(" Rain\n over  the hills ", 19) == "Rain over the hills"


def test_words_are_cut_between_words() -> None:
    assert shortened("Rain over the hills", 16) == "Rain over the…"


def test_a_word_longer_than_half_the_room_is_cut_between_signs_a_reader_sees() -> None:
    assert shortened("a " + FAMILY * 3, 2 + 2 * len(FAMILY)) == f"a {FAMILY}…"


def test_no_room_is_no_words() -> None:
    assert (shortened("Rain", 0), shortened("Rain", 1)) == ("", "…")


def test_an_address_is_whole_or_not_there() -> None:
    assert shortened("At https://news.example/1 now", 20) == "At…"
    assert shortened("At https://news.example/1 now", 26) == "At https://news.example/1…"


@given(st.text() | st.text("a \U0001f1e6\u0301\u200d:/", max_size=60), st.integers(0, 80))
def test_it_fits_and_more_room_never_gives_less(words: str, most: int) -> None:
    less, more = shortened(words, most), shortened(words, most + 1)
    assert len(less) <= most
    assert len(less) <= len(more)
    assert more.startswith(less.removesuffix("…")) or less == more
