"""A text written once for everybody arrives as it would if each had been written alone."""

import json
from urllib.parse import parse_qs

from hypothesis import given
from hypothesis import strategies as st
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bots.telegram import written
from bots.telegram.render import Entity

LOOKS = (Entity("bold", 0, 4), Entity("text_link", 5, 3, "https://news.example/?a=1&b=ü"))


def read(form):
    return {
        name: value for name, (value,) in parse_qs(form.decode(), keep_blank_values=True, strict_parsing=True).items()
    }


def test_the_form_says_everything_and_leaves_out_what_there_is_not():
    target = {
        "chat_id": -100123,
        "message_thread_id": None,
        "disable_notification": False,
        "reply_parameters": {"message_id": 7, "allow_sending_without_reply": True},
    }
    said = read(written.place(target) + written.words("Rain & hail + snow = 100 %\n😀", LOOKS))
    assert said.pop("text") == "Rain & hail + snow = 100 %\n😀"
    assert {name: json.loads(value) for name, value in said.items()} == {
        "chat_id": -100123,
        "disable_notification": False,
        "reply_parameters": {"message_id": 7, "allow_sending_without_reply": True},
        "entities": [
            {"type": "bold", "offset": 0, "length": 4},
            {"type": "text_link", "offset": 5, "length": 3, "url": "https://news.example/?a=1&b=ü"},
        ],
        "link_preview_options": {"is_disabled": True},
    }


def test_words_without_looks_name_none():
    assert "entities" not in read(b"a=1" + written.words("Rain", ()))


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), st.integers(-(10**13), 10**13), st.booleans())
def test_it_is_what_ptb_would_have_sent(text, chat, silent):
    ours = written.place({"chat_id": chat, "disable_notification": silent}) + written.words(text, LOOKS)
    given = {
        "chat_id": chat,
        "disable_notification": silent,
        "text": text,
        "entities": written.entities(LOOKS),
        "link_preview_options": {"is_disabled": True},
    }
    theirs = RequestData([RequestParameter.from_input(name, value) for name, value in given.items()])
    assert normal(read(ours)) == normal(read(theirs.url_encoded_parameters().encode()))


def normal(form):
    return {name: value if name == "text" else json.loads(value) for name, value in form.items()}
