"""What a bot says, edits and takes away on the stage's Telegram, through the real client."""

import asyncio
import json

import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.error import BadRequest, Forbidden

from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.chats import PrivateChat
from bots.rehearsal.telegram_world.people import Person


@pytest.fixture
async def ann(stage: Stage, bot: BotAccount) -> Person:
    stage.telegram.enforce_rates = False
    ann = stage.telegram.add_person("Ann", username="ann", language="de")
    await ann.starts(bot)
    return ann


@pytest.fixture
def chat(ann: Person, bot: BotAccount) -> PrivateChat:
    return ann.private_chat(bot)


async def test_a_reader_sees_what_the_bot_says_with_its_formatting_and_without_a_sound(
    client: telegram.Bot, chat: PrivateChat
) -> None:
    answer = await client.send_message(
        chat.id, "🌊 Storm Eunice", entities=[MessageEntity("bold", 3, 5)], disable_notification=True
    )
    seen = chat.messages[-1]
    assert (seen.text, seen.sender, seen.silent) == ("🌊 Storm Eunice", "Livedesk", True)
    assert seen.entities[0].cut_from(seen.text) == "Storm"
    assert (answer.message_id, answer.chat.id, answer.from_user.id) == (seen.id, chat.id, client.id)
    assert answer.parse_entities() == {answer.entities[0]: "Storm"}


async def test_blank_ends_are_cut_and_formatting_moves_along(client: telegram.Bot, chat: PrivateChat) -> None:
    answer = await client.send_message(chat.id, " \n Storm now \n", entities=[MessageEntity("italic", 9, 5)])
    assert answer.text == "Storm now"
    assert [(mark.offset, mark.length) for mark in answer.entities] == [(6, 3)]


async def test_carriage_returns_disappear_and_formatting_stays_on_its_words(
    client: telegram.Bot, chat: PrivateChat
) -> None:
    answer = await client.send_message(chat.id, "one\r\ntwo\x07", entities=[MessageEntity("bold", 5, 3)])
    assert answer.text == "one\ntwo"
    assert answer.parse_entity(answer.entities[0]) == "two"


async def test_telegram_finds_links_mentions_and_commands_by_itself(
    client: telegram.Bot, chat: PrivateChat, stage: Stage
) -> None:
    answer = await client.send_message(chat.id, "😀 /live at https://example.org/a, says @annie #storm")
    found = {mark.type: answer.parse_entity(mark) for mark in answer.entities}
    assert found == {
        "bot_command": "/live",
        "url": "https://example.org/a",
        "mention": "@annie",
        "hashtag": "#storm",
    }
    assert stage.violations == []


@pytest.mark.parametrize("letter", ["a", "😀"])
async def test_a_text_is_counted_in_code_points(client: telegram.Bot, chat: PrivateChat, letter: str) -> None:
    assert len((await client.send_message(chat.id, letter * 4096)).text) == 4096
    with pytest.raises(BadRequest, match="Message is too long"):
        await client.send_message(chat.id, letter * 4097)


@pytest.mark.parametrize(("text", "words"), [("", "Message text is empty"), (" \n ", "Text must be non-empty")])
async def test_an_empty_text_is_refused(client: telegram.Bot, chat: PrivateChat, text: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        await client.send_message(chat.id, text)


@pytest.mark.parametrize(
    ("offset", "length", "words"),
    [
        (1, 2, "begins in a middle"),
        (0, 1, "ends in a middle"),
        (2, 9, "ends after the end"),
        (40, 1, "begins after the end"),
        (-1, 1, "incorrect offset"),
    ],
)
async def test_formatting_outside_the_text_or_inside_a_letter_is_refused(
    client: telegram.Bot, chat: PrivateChat, offset: int, length: int, words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        await client.send_message(chat.id, "😀 sun", entities=[MessageEntity("bold", offset, length)])


async def test_unknown_formatting_is_refused_and_a_strange_link_is_dropped_and_noted(
    wire, chat: PrivateChat, stage: Stage
) -> None:
    status, body = await wire(
        "sendMessage", chat_id=chat.id, text="x", entities=[{"type": "huge", "offset": 0, "length": 1}]
    )
    assert (status, body["description"]) == (
        400,
        "Bad Request: can't parse MessageEntity: Unsupported type specified",
    )
    link = {"type": "text_link", "offset": 0, "length": 1, "url": "javascript:alert(1)"}
    status, body = await wire("sendMessage", chat_id=chat.id, text="x", entities=[link])
    assert status == 200
    assert "entities" not in body["result"]
    assert "text_link" in stage.violations[0].what


async def test_the_hundred_first_entity_is_not_shown_and_overlaps_are_noted(
    client: telegram.Bot, chat: PrivateChat, stage: Stage
) -> None:
    marks = [MessageEntity("bold", 2 * at, 1) for at in range(101)]
    answer = await client.send_message(chat.id, "ab" * 200, entities=marks)
    assert len(answer.entities) == 100
    await client.send_message(chat.id, "abcdef", entities=[MessageEntity("bold", 0, 3), MessageEntity("italic", 2, 3)])
    assert ["101 entities" in stage.violations[0].what, "overlap" in stage.violations[1].what] == [True, True]


async def test_markup_in_a_parse_mode_is_refused_because_our_bots_send_entities(
    client: telegram.Bot, chat: PrivateChat, stage: Stage
) -> None:
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await client.send_message(chat.id, "<b>bold</b>", parse_mode="HTML")
    assert "parse_mode" in stage.violations[0].what


async def test_a_pressed_button_reaches_the_bot_and_its_toast_comes_back(
    client: telegram.Bot, chat: PrivateChat, ann: Person
) -> None:
    rows = [[InlineKeyboardButton("Publish", callback_data="p:17"), InlineKeyboardButton("Page", url="https://e.org")]]
    await client.send_message(chat.id, "Preview", reply_markup=InlineKeyboardMarkup(rows))
    seen = chat.messages[-1]
    assert seen.labels == ["Publish", "Page"]
    pressed = asyncio.create_task(ann.presses(seen, "Publish"))
    updates = await client.get_updates(offset=-1, timeout=5)
    query = updates[-1].callback_query
    assert (query.data, query.from_user.id, query.message.message_id) == ("p:17", ann.id, seen.id)
    await query.answer("Queued #17", show_alert=True)
    toast = await pressed
    assert (toast.text, toast.alert) == ("Queued #17", True)
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer("again")


async def test_an_answer_after_fifteen_seconds_is_too_late(
    client: telegram.Bot, chat: PrivateChat, ann: Person, clock
) -> None:
    button = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="g")]])
    await client.send_message(chat.id, "Ready", reply_markup=button)
    with pytest.raises(TimeoutError, match="no answer to 'Go'"):
        await ann.presses(chat.messages[-1], "Go", give_up=0.01)
    query = (await client.get_updates(offset=-1, timeout=5))[-1].callback_query
    clock.seconds += 16
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()


async def test_nobody_can_press_a_button_that_is_not_there(
    client: telegram.Bot, chat: PrivateChat, ann: Person
) -> None:
    said = await client.send_message(chat.id, "Plain")
    with pytest.raises(LookupError, match="no button 'Go'"):
        await ann.presses(chat.messages[-1], "Go")
    seen = chat.messages[-1]
    await said.delete()
    with pytest.raises(LookupError, match="no longer"):
        await ann.presses(seen, "Go")


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "x", "callback_data": "ü" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "  ", "callback_data": "a"}, "must be non-empty"),
        ({"text": "x"}, "Text buttons are unallowed"),
        ({"text": "x", "url": "javascript:1"}, "is invalid"),
    ],
)
async def test_a_button_telegram_would_refuse_is_refused(wire, chat: PrivateChat, button: dict, words: str) -> None:
    status, body = await wire("sendMessage", chat_id=chat.id, text="x", reply_markup={"inline_keyboard": [[button]]})
    assert status == 400
    assert words in body["description"]


async def test_a_hundred_buttons_are_shown_and_one_more_is_refused(wire, chat: PrivateChat) -> None:
    rows = [[{"text": "x", "callback_data": "x"}] for _ in range(100)]
    assert (await wire("sendMessage", chat_id=chat.id, text="x", reply_markup={"inline_keyboard": rows}))[0] == 200
    status, body = await wire(
        "sendMessage", chat_id=chat.id, text="x", reply_markup={"inline_keyboard": rows + rows[:1]}
    )
    assert (status, body["description"]) == (400, "Bad Request: reply markup is too long")


async def test_an_edit_changes_what_the_reader_sees_and_repeating_it_is_refused(
    client: telegram.Bot, chat: PrivateChat
) -> None:
    said = await client.send_message(chat.id, "Four dead")
    edited = await said.edit_text("Three dead")
    seen = chat.find(said.message_id)
    assert seen is not None
    assert (seen.text, seen.edited, edited.edit_date is not None) == ("Three dead", True, True)
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await said.edit_text("Three dead")


async def test_buttons_can_be_changed_alone_and_disappear_when_an_edit_names_none(
    client: telegram.Bot, chat: PrivateChat
) -> None:
    first = InlineKeyboardMarkup([[InlineKeyboardButton("Publish", callback_data="p")]])
    said = await client.send_message(chat.id, "Preview", reply_markup=first)
    await said.edit_reply_markup(InlineKeyboardMarkup([[InlineKeyboardButton("Undo", callback_data="u")]]))
    assert chat.messages[-1].labels == ["Undo"]
    await said.edit_text("Published")
    assert chat.messages[-1].labels == []


async def test_only_own_messages_that_are_there_can_be_edited(client: telegram.Bot, chat: PrivateChat) -> None:
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await client.edit_message_text("mine now", chat.id, chat.messages[0].id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await client.edit_message_text("nothing", chat.id, 987)
    said = await client.send_message(chat.id, "Words", reply_markup=telegram.ReplyKeyboardMarkup([["Yes"], ["No"]]))
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await said.edit_text("Other words")
    assert chat.messages[-1].keyboard == (("Yes",), ("No",))


async def test_a_deleted_message_is_gone_for_readers_but_remains_in_the_history(
    client: telegram.Bot, chat: PrivateChat
) -> None:
    said = await client.send_message(chat.id, "Wrong")
    await said.delete()
    assert "Wrong" not in [message.text for message in chat.messages]
    assert chat.history[-1].deleted
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await said.delete()


async def test_after_48_hours_nothing_can_be_deleted_but_still_edited(
    client: telegram.Bot, chat: PrivateChat, clock
) -> None:
    said = await client.send_message(chat.id, "Old")
    clock.seconds += 48 * 3600 + 1
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await said.delete()
    assert (await said.edit_text("Old, corrected")).text == "Old, corrected"


async def test_several_messages_are_deleted_at_once_and_missing_ones_are_skipped(
    client: telegram.Bot, chat: PrivateChat
) -> None:
    numbers = [(await client.send_message(chat.id, f"Part {part}")).message_id for part in range(3)]
    assert await client.delete_messages(chat.id, [*numbers, 999])
    assert [message.text for message in chat.messages] == ["/start"]


async def test_a_reply_needs_a_message_to_answer(client: telegram.Bot, chat: PrivateChat) -> None:
    said = await client.send_message(chat.id, "Original")
    await said.reply_text("Correction", do_quote=True)
    assert chat.messages[-1].reply_to == said.message_id
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await client.send_message(chat.id, "Lost", reply_to_message_id=999)
    answer = await client.send_message(
        chat.id, "Alone", reply_parameters=telegram.ReplyParameters(999, allow_sending_without_reply=True)
    )
    assert answer.reply_to_message is None


async def test_a_person_who_never_wrote_is_unknown_and_one_who_was_met_in_a_group_cannot_be_written_to(
    stage: Stage, client: telegram.Bot, bot: BotAccount
) -> None:
    stranger, met = stage.telegram.add_person("Stranger"), stage.telegram.add_person("Met")
    group = stage.telegram.add_group("Village hall", admins=[met])
    group.add_bot(bot, by=met)
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.send_message(stranger.id, "Hello")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await client.send_message(met.id, "Hello")


async def test_a_reader_who_blocked_the_bot_or_left_telegram_cannot_be_written_to(
    client: telegram.Bot, chat: PrivateChat, ann: Person, bot: BotAccount
) -> None:
    await ann.blocks(bot)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await client.send_message(chat.id, "Hello?")
    await ann.unblocks(bot)
    await client.send_message(chat.id, "Hello again")
    await ann.deactivates()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await client.send_message(chat.id, "Anybody?")


async def test_the_menu_of_commands_is_kept_by_scope_and_language(client: telegram.Bot, wire) -> None:
    await client.set_my_commands([("live", "What is live")])
    await client.set_my_commands([("live", "Was gerade läuft")], language_code="de")
    assert (await client.get_my_commands(language_code="de"))[0].description == "Was gerade läuft"
    await client.delete_my_commands(language_code="de")
    assert await client.get_my_commands(language_code="de") == ()
    assert (await client.get_my_commands())[0].command == "live"
    status, body = await wire("setMyCommands", commands=[{"command": "Live!", "description": "x"}])
    assert (status, body["description"]) == (400, "Bad Request: BOT_COMMAND_INVALID")


async def test_descriptions_are_kept_by_language_and_have_their_limits(client: telegram.Bot) -> None:
    await client.set_my_description("Live coverage")
    await client.set_my_short_description("Live")
    assert (await client.get_my_description()).description == "Live coverage"
    assert (await client.get_my_short_description()).short_description == "Live"
    with pytest.raises(BadRequest, match="too long"):
        await client.set_my_short_description("x" * 121)


async def test_a_reaction_and_a_chat_action_are_accepted_and_nonsense_is_not(
    client: telegram.Bot, chat: PrivateChat, wire
) -> None:
    assert await client.send_chat_action(chat.id, "typing")
    assert (await wire("sendChatAction", chat_id=chat.id, action="dancing"))[0] == 400
    await client.set_message_reaction(chat.id, chat.messages[0].id, "👍")
    assert chat.messages[0].reaction == "👍"


async def test_a_link_preview_is_kept_and_an_unknown_field_in_it_is_noted(
    wire, chat: PrivateChat, stage: Stage
) -> None:
    options = {"is_disabled": True, "prefer_tiny_media": True}
    await wire("sendMessage", chat_id=chat.id, text="x", link_preview_options=json.dumps(options))
    assert chat.messages[-1].link_preview == options
    assert "prefer_tiny_media" in stage.violations[0].what
