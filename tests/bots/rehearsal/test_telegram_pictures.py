"""Pictures on the stage's Telegram: uploads, file ids, albums, and what Telegram refuses to show."""

import pytest
import telegram
from telegram import InputMediaPhoto
from telegram.error import BadRequest

from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world import pictures
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.chats import PrivateChat


@pytest.fixture
async def chat(stage: Stage, bot: BotAccount) -> PrivateChat:
    stage.telegram.enforce_rates = False
    ann = stage.telegram.add_person("Ann")
    await ann.starts(bot)
    return ann.private_chat(bot)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_pictures_size_is_read_from_its_first_bytes(draw, kind: str) -> None:
    read = pictures.read(draw(321, 123, kind))
    assert (read.width, read.height) == (321, 123)


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a\x00\x00\x00\x00"]
)
def test_bytes_that_are_no_picture_are_none(content: bytes) -> None:
    with pytest.raises(pictures.NotAPictureError):
        pictures.read(content)


async def test_a_photo_is_uploaded_once_and_then_sent_by_its_name(
    client: telegram.Bot, chat: PrivateChat, draw, stage: Stage
) -> None:
    first = await client.send_photo(chat.id, draw(800, 600), caption="The pier")
    assert [(size.width, size.height) for size in first.photo] == [(90, 68), (320, 240), (800, 600)]
    second = await client.send_photo(chat.id, first.photo[-1].file_id)
    assert second.photo[-1].file_unique_id == first.photo[-1].file_unique_id
    seen = chat.messages[-2]
    assert seen.photo is not None
    assert (seen.caption, seen.text, seen.photo.content) == ("The pier", "", draw(800, 600))
    assert [call.files for call in stage.journal.of("telegram", "sendPhoto")] == [["photo"], []]


async def test_a_file_id_belongs_to_one_bot(stage: Stage, client: telegram.Bot, chat: PrivateChat, draw, wire) -> None:
    stage.telegram.add_bot("43:other", "other_bot", "Other")
    await stage.telegram.person(chat.id).starts(stage.telegram.bots[43])
    said = await client.send_photo(chat.id, draw())
    status, body = await wire("sendPhoto", token="43:other", chat_id=chat.id, photo=said.photo[-1].file_id)
    assert (status, body["description"]) == (400, "Bad Request: wrong file identifier/HTTP URL specified")
    assert stage.violations[0].what == "a file_id of another bot"


async def test_pictures_telegram_cannot_show_are_refused(client: telegram.Bot, chat: PrivateChat, draw) -> None:
    with pytest.raises(BadRequest, match=r"(?i)IMAGE_PROCESS_FAILED"):
        await client.send_photo(chat.id, b"these are words")
    with pytest.raises(BadRequest, match=r"(?i)PHOTO_INVALID_DIMENSIONS"):
        await client.send_photo(chat.id, draw(2100, 100))
    with pytest.raises(BadRequest, match=r"(?i)PHOTO_INVALID_DIMENSIONS"):
        await client.send_photo(chat.id, draw(6000, 4001))
    with pytest.raises(BadRequest, match="too big for a photo"):
        await client.send_photo(chat.id, draw() + bytes(10 * 1024 * 1024))
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await client.send_photo(chat.id, b"")
    with pytest.raises(BadRequest, match="Failed to get http url content"):
        await client.send_photo(chat.id, "https://example.org/pier.jpg")


async def test_a_caption_has_its_own_limit(client: telegram.Bot, chat: PrivateChat, draw) -> None:
    await client.send_photo(chat.id, draw(), caption="😀" * 1024)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await client.send_photo(chat.id, draw(), caption="a" * 1025)


async def test_an_album_is_several_messages_of_one_group(client: telegram.Bot, chat: PrivateChat, draw) -> None:
    media = [InputMediaPhoto(draw(100), caption="Two views"), InputMediaPhoto(draw(110))]
    answers = await client.send_media_group(chat.id, media)
    assert answers[0].media_group_id == answers[1].media_group_id is not None
    assert (answers[0].caption, answers[1].caption) == ("Two views", None)
    assert [message.photo.width for message in chat.messages if message.photo] == [100, 110]


@pytest.mark.parametrize("count", [1, 11])
async def test_an_album_has_two_to_ten_pictures(
    wire, client: telegram.Bot, chat: PrivateChat, draw, count: int
) -> None:
    known = (await client.send_photo(chat.id, draw())).photo[-1].file_id
    media = [{"type": "photo", "media": known}] * count
    assert (await wire("sendMediaGroup", chat_id=chat.id, media=media))[0] == 400


async def test_a_picture_and_its_caption_are_edited_by_the_method_that_fits(
    client: telegram.Bot, chat: PrivateChat, draw
) -> None:
    shown = await client.send_photo(chat.id, draw(100), caption="Before")
    assert (await shown.edit_caption("After")).caption == "After"
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await shown.edit_text("Words")
    changed = await shown.edit_media(InputMediaPhoto(draw(120), caption="Another"))
    assert (changed.photo[-1].width, changed.caption) == (120, "Another")
    said = await client.send_message(chat.id, "Words")
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await said.edit_caption("A caption")


async def test_an_attachment_that_is_named_but_not_there_is_refused(wire, chat: PrivateChat) -> None:
    media = [{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": "attach://b"}]
    status, body = await wire("sendMediaGroup", chat_id=chat.id, media=media)
    assert (status, body["description"]) == (400, "Bad Request: there is no photo in the request")


async def test_a_download_needs_a_known_file(client: telegram.Bot, wire) -> None:
    status, body = await wire("getFile", file_id="nonsense")
    assert (status, body["description"]) == (
        400,
        "Bad Request: wrong file_id or the file is temporarily unavailable",
    )
