"""Parts become calls, and whatever happens becomes an outcome: the real client on the stage."""

import asyncio
import random
from dataclasses import replace

import orjson
import pytest

from bots.telegram import render
from bots.telegram.answers import Answers, Spot
from bots.telegram.sender import TelegramSender
from core import blocks
from core.blocks import Image, Paragraph, Run
from core.commands.reply import Button, Reply
from core.courier.gate import AccountGate
from core.locales import say
from core.model import Address, Content, EntryStatus, Form, Platform
from core.pacing import TELEGRAM
from core.platform import (
    Copy,
    Forbidden,
    Gone,
    Lost,
    Manner,
    Moved,
    NotSent,
    Reach,
    Rejected,
    Sent,
    Unknown,
)
from tests.doubles.admission import admitted

SILENT = Manner(silent=True, nonce="n")
WORDS = render.Words(Form.TEXT, "Hello", (render.Entity("bold", 0, 5),))


def at(chat, thread=0):
    return Address(Platform.TELEGRAM, chat.id, thread)


@pytest.fixture
def sender(bot, shelf):
    return TelegramSender("main", bot, shelf)


@pytest.fixture
def here(ann, account):
    """Ann's private chat."""
    return ann.private_chat(account)


def pictured(shelf, count=1, words="Body."):
    colours = [(at * 20, 30, 30) for at in range(count)]
    images = tuple(Image(caption=f"Picture {at}", asset=shelf.put(colour)) for at, colour in enumerate(colours))
    return Content("Head", (*images, Paragraph(blocks.text(words))))


async def send_all(sender, bulletin, to, manner=SILENT):
    copies = []
    for part in sender.draw(bulletin, "en"):
        outcome = await sender.send(to, part, manner)
        assert isinstance(outcome, Sent), outcome
        copies += outcome.copies
    return copies


async def edit_all(sender, bulletin, to, copies):
    start = 0
    for part in sender.draw(bulletin, "en", tuple(copy.form for copy in copies)):
        outcome = await sender.edit(to, tuple(copies[start : start + part.weight]), part)
        assert isinstance(outcome, Sent), outcome
        start += part.weight


def corrected(bulletin, content):
    return replace(bulletin, entry=replace(bulletin.entry, content=content))


def retracted(bulletin):
    return replace(bulletin, entry=replace(bulletin.entry, status=EntryStatus.RETRACTED))


async def test_an_entry_arrives_silently_with_its_looks_and_no_preview(sender, here, bulletin):
    (copy,) = await send_all(sender, bulletin(), at(here))
    seen = here.find(copy.message_id)
    assert seen.text.startswith("Bridge closed\n\nThe river is rising.")
    assert [(one.type, one.cut_from(seen.text)) for one in seen.entities if one.type == "bold"] == [
        ("bold", "Bridge closed")
    ]
    assert seen.silent
    assert seen.link_preview == {"is_disabled": True}
    assert copy.form is Form.TEXT


async def test_an_alert_rings(sender, here):
    outcome = await sender.send(at(here), WORDS, Manner(silent=False, nonce="n"))
    assert not here.find(outcome.copies[0].message_id).silent


async def test_no_call_names_a_parse_mode(stage, sender, here, bulletin, shelf):
    copies = await send_all(sender, bulletin(pictured(shelf, 3, "Long. " * 300)), at(here))
    await edit_all(sender, retracted(bulletin(pictured(shelf, 3))), at(here), copies)
    assert not [call for call in stage.journal.calls if "parse_mode" in str(call.params)]


async def test_a_part_may_answer_another(sender, here, ann):
    said = await ann.says(here, "Hm")
    outcome = await sender.send(at(here), WORDS, Manner(silent=True, nonce="n", reply_to=said.id))
    assert here.find(outcome.copies[0].message_id).reply_to == said.id


async def test_an_answer_to_what_is_gone_still_arrives(sender, here):
    assert isinstance(await sender.send(at(here), WORDS, Manner(silent=True, nonce="n", reply_to=999)), Sent)


async def test_a_topic_gets_it_in_the_topic_and_general_without_a_thread(stage, account, sender, ann):
    forum = stage.telegram.add_group("Readers", [], [ann], forum=True)
    forum.add_bot(account, by=ann)
    topic = forum.add_topic("Storm")
    outcome = await sender.send(at(forum, topic.id), WORDS, SILENT)
    assert forum.find(outcome.copies[0].message_id).thread == topic.id
    for general in (0, 1):
        outcome = await sender.send(at(forum, general), WORDS, SILENT)
        assert forum.find(outcome.copies[0].message_id).thread is None


async def test_a_picture_is_uploaded_once_and_then_sent_by_its_id(stage, account, sender, ann, here, bulletin, shelf):
    bo = stage.telegram.add_person("Bo")
    await bo.starts(account)
    one = bulletin(pictured(shelf))
    await send_all(sender, one, at(here))
    await send_all(sender, one, at(bo.private_chat(account)))
    first, second = stage.journal.of("telegram", "sendPhoto")
    assert (bool(first.files), bool(second.files)) == (True, False)
    assert len(shelf.taken) == 1


async def test_a_rush_for_one_picture_uploads_it_once(stage, account, sender, bulletin, shelf):
    people = [stage.telegram.add_person(f"P{at}") for at in range(8)]
    for person in people:
        await person.starts(account)
    (part,) = sender.draw(bulletin(pictured(shelf)), "en")
    outcomes = await asyncio.gather(*(sender.send(at(one.private_chat(account)), part, SILENT) for one in people))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(shelf.taken) == 1


async def test_whoever_waited_for_a_slow_upload_waits_for_a_turn_again(stage, account, open_bot, bulletin, shelf):
    class Watched(AccountGate):
        turns = 0

        async def slot(self, urgency, weight=1):
            Watched.turns += 1
            await super().slot(urgency, weight)

    sender = TelegramSender("main", await open_bot(gate=Watched(TELEGRAM)), shelf)
    people = [stage.telegram.add_person(f"P{at}") for at in range(3)]
    for person in people:
        await person.starts(account)
    (part,) = sender.draw(bulletin(pictured(shelf)), "en")
    stage.faults.add("late", platform="telegram", method="sendPhoto", seconds=1)

    async def carried(person):
        with admitted(asyncio.get_running_loop().time()):
            return await sender.send(at(person.private_chat(account)), part, SILENT)

    await asyncio.gather(*(carried(person) for person in people))
    assert Watched.turns == 2


async def test_a_stale_file_id_is_uploaded_again(sender, here, bulletin, shelf):
    content = pictured(shelf)
    shelf.remotes[content.blocks[0].asset] = "AgACstale"
    (copy,) = await send_all(sender, bulletin(content), at(here))
    assert here.find(copy.message_id).photo.content == shelf.pictures[content.blocks[0].asset]
    assert shelf.remotes[content.blocks[0].asset] != "AgACstale"


async def test_an_album_is_one_message_of_many(sender, here, bulletin, shelf):
    copies = await send_all(sender, bulletin(pictured(shelf, 3)), at(here))
    seen = [here.find(copy.message_id) for copy in copies]
    assert [copy.form for copy in copies] == [Form.ALBUM] * 3
    assert len({one.album for one in seen}) == 1
    assert [bool(one.caption) for one in seen] == [True, False, False]
    again = await send_all(sender, bulletin(pictured(shelf, 3)), at(here))
    assert len(again) == 3
    assert len(shelf.taken) == 3


async def test_a_picture_nobody_can_read_leaves_its_words(stage, sender, here, bulletin, shelf):
    content = Content("Head", (Image("alt", "A road", asset=shelf.put_bytes(b"not a picture")),))
    (copy,) = await send_all(sender, bulletin(content), at(here))
    assert copy.form is Form.TEXT
    assert here.find(copy.message_id).text.startswith("Head\n\nA road")


async def test_a_picture_the_store_lost_leaves_its_words(sender, here, bulletin):
    (copy,) = await send_all(sender, bulletin(Content("Head", (Image(asset="0" * 64),))), at(here))
    assert copy.form is Form.TEXT


async def test_a_wordless_picture_that_is_lost_is_refused(sender, here):
    assert isinstance(await sender.send(at(here), render.Photo(Form.PHOTO, "0" * 64), SILENT), Rejected)


async def test_a_group_that_takes_no_photos_gets_the_words(stage, sender, here, bulletin, shelf):
    stage.faults.add(
        "bad_request",
        platform="telegram",
        method="sendPhoto",
        description="not enough rights to send photos to the chat",
    )
    (copy,) = await send_all(sender, bulletin(pictured(shelf)), at(here))
    assert copy.form is Form.TEXT


async def test_refused_looks_are_left_out_and_the_words_arrive(stage, sender, here, bulletin, shelf):
    stage.faults.add("bad_request", platform="telegram", description="can't parse entities: what", times=1)
    (copy,) = await send_all(sender, bulletin(), at(here))
    assert not [one for one in here.find(copy.message_id).entities if one.type == "bold"]
    stage.faults.add("bad_request", platform="telegram", description="ENTITY_BOUNDS_INVALID", times=1)
    (copy,) = await send_all(sender, bulletin(pictured(shelf)), at(here))
    assert not here.find(copy.message_id).entities


async def test_a_correction_changes_the_text_in_place(sender, here, bulletin):
    copies = await send_all(sender, bulletin(), at(here))
    await edit_all(sender, corrected(bulletin(), Content("Bridge open")), at(here), copies)
    assert here.find(copies[0].message_id).text == "Bridge open\n\n14:05 GMT · storm#17"
    assert here.find(copies[0].message_id).link_preview == {"is_disabled": True}


async def test_an_edit_that_changes_nothing_counts_as_sent(sender, here, bulletin, shelf):
    for one in (bulletin(), bulletin(pictured(shelf)), bulletin(pictured(shelf, 2))):
        copies = await send_all(sender, one, at(here))
        await edit_all(sender, one, at(here), copies)


async def test_a_correction_changes_picture_and_caption(sender, here, bulletin, shelf):
    copies = await send_all(sender, bulletin(pictured(shelf)), at(here))
    new = Content("Other head", (Image(asset=shelf.put((1, 2, 3))),))
    await edit_all(sender, corrected(bulletin(), new), at(here), copies)
    seen = here.find(copies[0].message_id)
    assert seen.caption.startswith("Other head")
    assert seen.photo.content == shelf.pictures[new.blocks[0].asset]


async def test_a_caption_is_corrected_even_when_the_picture_cannot_be_had(sender, here, bulletin, shelf):
    copies = await send_all(sender, bulletin(pictured(shelf)), at(here))
    await edit_all(sender, corrected(bulletin(), Content("Other head", (Image(asset="0" * 64),))), at(here), copies)
    assert here.find(copies[0].message_id).caption.startswith("Other head")


@pytest.mark.parametrize(("pictures", "length"), [(0, 1), (1, 1), (1, 400), (3, 1), (2, 400)])
async def test_every_copy_of_a_retracted_entry_says_so_and_shows_no_picture(
    sender, here, bulletin, shelf, pictures, length
):
    one = bulletin(pictured(shelf, pictures, "Wrong words. " * length))
    copies = await send_all(sender, one, at(here))
    await edit_all(sender, retracted(one), at(here), copies)
    seen = [here.find(copy.message_id) for copy in copies]
    assert "was withdrawn" in seen[0].shown
    assert not any("Wrong" in one.shown for one in seen)
    originals = set(shelf.pictures.values())
    assert not any(one.photo and one.photo.content in originals for one in seen)


async def test_a_copy_can_be_removed(sender, here):
    outcome = await sender.send(at(here), WORDS, SILENT)
    assert await sender.remove(at(here), outcome.copies[0]) == Sent(())
    assert here.find(outcome.copies[0].message_id) is None
    assert isinstance(await sender.remove(at(here), outcome.copies[0]), Lost)
    assert isinstance(await sender.edit(at(here), outcome.copies, WORDS), Lost)


async def test_a_reader_who_blocked_us_is_gone(sender, here, ann, account):
    await ann.blocks(account)
    assert await sender.send(at(here), WORDS, SILENT) == Gone("blocked")


@pytest.mark.parametrize(
    ("fault", "arguments", "outcome"),
    [
        ("forbidden", {"description": "user is deactivated"}, Gone("deactivated")),
        ("forbidden", {"description": "bot was kicked from the supergroup chat"}, Gone("kicked")),
        ("forbidden", {"description": "bot is not a member of the channel chat"}, Gone("not a member")),
        ("forbidden", {"description": "the group chat was deleted"}, Gone("deleted")),
        ("forbidden", {"description": "bot can't initiate conversation with a user"}, Gone("never started")),
        ("bad_request", {"description": "chat not found"}, Gone("not found")),
        ("bad_request", {"description": "message thread not found"}, Gone("topic deleted")),
        ("bad_request", {"description": "CHAT_WRITE_FORBIDDEN"}, Forbidden("send messages")),
        ("bad_request", {"description": "TOPIC_CLOSED"}, Forbidden("write in this topic: it is closed")),
        (
            "bad_request",
            {"description": "not enough rights to send text messages to the chat"},
            Forbidden("Not enough rights to send text messages to the chat"),
        ),
        ("bad_request", {"description": "message is too long"}, Rejected("Message is too long")),
        ("migrate", {"to": -100777}, Moved(-100777)),
        ("flood", {"retry_after": 9}, NotSent(9, Reach.DESTINATION, "Telegram asks to wait 9 s")),
        ("drop_after_effect", {}, Unknown("no answer: ServerDisconnectedError")),
        ("html", {}, Unknown("an unusable answer with status 200")),
    ],
)
async def test_what_telegram_says_becomes_an_outcome(stage, sender, here, fault, arguments, outcome):
    stage.faults.add(fault, platform="telegram", **arguments)
    assert await sender.send(at(here), WORDS, SILENT) == outcome


@pytest.mark.parametrize("fault", ["unauthorized", "not_found"])
async def test_a_revoked_token_is_the_accounts_trouble_and_says_so(stage, sender, here, fault):
    stage.faults.add(fault, platform="telegram")
    outcome = await sender.send(at(here), WORDS, SILENT)
    assert outcome.reach is Reach.ACCOUNT
    assert "token" in outcome.why


async def test_no_connection_is_the_accounts_trouble(open_bot, shelf, here):
    sender = TelegramSender("main", await open_bot(home="http://127.0.0.1:9"), shelf)
    outcome = await sender.send(at(here), WORDS, SILENT)
    assert isinstance(outcome, NotSent)
    assert outcome.reach is Reach.ACCOUNT


async def test_half_an_album_that_cannot_be_edited_says_why(stage, sender, here, bulletin, shelf):
    copies = await send_all(sender, bulletin(pictured(shelf, 2)), at(here))
    await sender.remove(at(here), copies[1])
    (part,) = sender.draw(retracted(bulletin(pictured(shelf, 2))), "en", (Form.ALBUM, Form.ALBUM))
    assert isinstance(await sender.edit(at(here), tuple(copies), part), Lost)


def mangled(dice):
    """A send's answer, broken at random: cut, retyped, or not JSON at all."""
    pool = [None, True, -1, 2**70, 1.5, "x", [], {}, [1], {"message_id": "7"}, {"message_id": True}]
    answer = {"ok": dice.choice([True, True, True, *pool[:7]]), "result": dice.choice([*pool, {"message_id": 5}])}
    if dice.random() < 0.2:
        answer = dice.choice(pool)
    if dice.random() < 0.3 and isinstance(answer, dict):
        answer[dice.choice(["description", "parameters", "error_code"])] = dice.choice([*pool, {"retry_after": []}])
    try:
        body = orjson.dumps(answer)
    except TypeError:
        body = b"9" * 50
    return body[: dice.randrange(len(body) + 1)] if dice.random() < 0.2 else body


async def test_no_answer_however_broken_is_an_error_of_ours(stage, sender, here, shelf):
    dice = random.Random(5)
    digest = shelf.put()
    parts = [WORDS, render.Photo(Form.PHOTO, digest, "Hi"), render.Album(Form.ALBUM, (digest, digest), weight=2)]
    for _ in range(600):
        part = dice.choice(parts)
        stage.faults.add("malformed", platform="telegram", body=mangled(dice), effect=False)
        call = (
            sender.send(at(here), part, SILENT)
            if dice.random() < 0.5
            else sender.edit(at(here), tuple(Copy(1, part.form) for _ in range(part.weight)), part)
        )
        assert isinstance(await call, Sent | Unknown | Lost | Rejected)
        stage.faults.clear()


async def test_words_with_signs_of_many_scripts_arrive_as_drawn(sender, here, bulletin):
    text = (Run("👩\u200d🚒 "), Run("שלום", bold=True), Run(" می\u200cخواهم "), Run("<b>&amp;", italic=True))
    (copy,) = await send_all(sender, bulletin(Content("Ünï 😀", (Paragraph(text),))), at(here))
    seen = here.find(copy.message_id)
    assert "👩\u200d🚒 שלום می\u200cخواهم <b>&amp;" in seen.text
    assert [one.cut_from(seen.text) for one in seen.entities if one.type in ("bold", "italic")] == [
        "Ünï 😀",
        "שלום",
        "<b>&amp;",
    ]


async def test_at_our_own_pace_the_platform_never_has_to_refuse(stage, account, open_bot, ann, here, bulletin, shelf):
    stage.telegram.enforce_rates = True
    sender = TelegramSender("main", await open_bot(gate=AccountGate(TELEGRAM)), shelf)
    group = stage.telegram.add_group("Neighbours", [], [ann])
    group.add_bot(account, by=ann)
    await send_all(sender, bulletin(), at(here))
    copies = await send_all(sender, bulletin(pictured(shelf, 3)), at(here))
    await send_all(sender, bulletin(pictured(shelf, 3)), at(group))
    assert await sender.edit(at(here), tuple(copies[:1]), render.Photo(Form.PHOTO, None, "Gone")) == Sent((copies[0],))
    assert not [call for call in stage.journal.calls if call.status == 429]


async def test_answers_have_their_buttons_and_never_a_preview(stage, bot, sender, here, office):
    label = say("button.discard")
    rows = ((Button(label, "abc"), Button(label, url="https://example.org")),)
    reply = Reply((say("stop.nothing"),), buttons=rows)
    answers = Answers(bot, sender, office.desk)
    await answers.give(Spot(at(here)), [reply])
    said = here.messages[-1]
    assert [(one.data, one.url) for row in said.buttons for one in row] == [
        ("abc", None),
        (None, "https://example.org"),
    ]
    assert said.link_preview == {"is_disabled": True}
    stage.faults.add("drop_after_effect", platform="telegram", method="editMessageText")
    await answers.give(Spot(at(here), card=said.id), [replace(reply, buttons=(), replaces=True)])
    assert here.messages[-1].id == said.id
    assert here.messages[-1].labels == []


async def test_an_answer_waits_out_a_flood_and_is_dropped_when_it_would_come_too_late(stage, bot, sender, here, office):
    answers = Answers(bot, sender, office.desk)
    before = len(here.messages)
    stage.faults.add("flood", platform="telegram", retry_after=1)
    await answers.give(Spot(at(here)), [Reply((say("stop.nothing"),))])
    assert len(here.messages) == before + 1
    stage.faults.add("flood", platform="telegram", retry_after=3600)
    await answers.give(Spot(at(here)), [Reply((say("stop.nothing"),))])
    assert len(here.messages) == before + 1


async def test_a_card_that_is_gone_is_answered_by_a_new_message(bot, sender, here, office):
    answers = Answers(bot, sender, office.desk)
    await answers.give(Spot(at(here), card=99_999), [Reply((say("stop.nothing"),), replaces=True)])
    assert here.messages[-1].author is here.bot


async def test_what_lagged_arrives_as_one_silent_text_and_is_corrected_where_it_stands(sender, here, bulletin):
    first, second = bulletin(), bulletin(Content("Bridge open"), number=18)
    outcome = await sender.send(at(here), sender.merge((first, second), "en"), SILENT)
    (copy,) = outcome.copies
    assert copy.form is Form.MERGED
    seen = here.find(copy.message_id)
    assert seen.text.startswith("Catching up on Storm Ada: 2 entries\n\nBridge closed\n")
    assert seen.silent
    assert seen.link_preview == {"is_disabled": True}
    merged = sender.merge((first, retracted(second)), "en")
    for _ in range(2):
        assert await sender.edit(at(here), (copy,), merged) == Sent((copy,))
    assert "Bridge open" not in here.find(copy.message_id).text
    assert "This entry was withdrawn" in here.find(copy.message_id).text


async def test_a_merged_text_whose_looks_are_refused_is_still_one(stage, sender, here, bulletin):
    stage.faults.add("bad_request", platform="telegram", method="sendMessage", description="can't parse entities: no")
    outcome = await sender.send(at(here), sender.merge((bulletin(),), "en"), SILENT)
    assert outcome.copies[0].form is Form.MERGED
    assert here.find(outcome.copies[0].message_id).entities in ((), [], None)
