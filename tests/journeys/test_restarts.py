"""The house leaves and another one comes to the same store: nothing is lost, nothing is said twice."""

import pytest

from bots.rehearsal.telegram_world import drawing
from core.store import inbox
from tests.journeys.morning import GIVE_UP, TELEGRAM, Morning, content, label, now, picture, until

pytestmark = pytest.mark.journey


async def test_what_was_queued_when_the_house_left_arrives_once_and_in_order(followed_on_both: Morning) -> None:
    morning = followed_on_both
    headlines = ["Bridge closed", "Ferry stopped", "Trains stopped", "Schools shut"]
    for at, headline in enumerate(headlines):
        await morning.newsroom.publish(morning.erin, morning.coverage, content(headline), token=f"t{at}")
    await until(lambda: any(morning.readings("Bridge closed")))
    await morning.restarts()
    await morning.is_carried()
    for seat in range(3):
        told = [text.strip("*").partition("\n")[0].strip("*") for text in morning.texts(seat)]
        assert [line for line in told if line in headlines] == headlines


async def test_what_was_said_while_nobody_was_there_is_heard_once(followed_on_both: Morning) -> None:
    morning = followed_on_both
    await morning.closes()
    bot = morning.cast.telegram_bot
    await morning.cast.telegram_editor.says(morning.desk, "/post Bridge closed")
    await morning.opens()
    await morning.everybody_reads("Bridge closed")
    await morning.has_heard()
    assert not bot.updates.pending
    assert len(await morning.newsroom.newest(morning.coverage, 5)) == 1


async def test_what_was_kept_but_not_done_is_done_once_though_telegram_brings_it_again(
    followed_on_both: Morning,
) -> None:
    morning = followed_on_both
    await morning.closes()
    said = await morning.cast.telegram_editor.says(morning.desk, "/post Bridge closed")
    # As after a power cut: in our inbox, and Telegram has not heard yet that it is.
    kept = dict(morning.cast.telegram_bot.updates.pending[-1])
    assert kept["message"] == drawing.message(said, morning.cast.telegram_bot)
    morning.opens_store()
    await morning.store.write(inbox.take, TELEGRAM, [(kept["update_id"], kept)], now())
    morning.store.close()
    await morning.opens()
    await morning.everybody_reads("Bridge closed")
    await morning.has_heard()
    assert len(await morning.newsroom.newest(morning.coverage, 5)) == 1
    assert sum("Queued #1" in seen.text or "is out" in seen.text for seen in morning.desk.messages) == 1


async def test_copies_made_before_are_corrected_and_withdrawn_after(followed_on_both: Morning) -> None:
    morning = followed_on_both
    await morning.publishes("Three people rescued")
    await morning.publishes("Mayor resigns")
    await morning.restarts()
    await morning.tells("/correct 1 Four people rescued")
    await morning.tells("/retract 2 The mayor's office denies it.")
    await morning.is_carried()
    await morning.everybody_reads("Four people rescued")
    await morning.everybody_reads("The mayor's office denies it.")
    assert morning.readings("Three people") == [0, 0, 0]
    assert morning.readings("Mayor resigns") == [0, 0, 0]


async def test_a_card_shown_before_is_published_after(followed: Morning) -> None:
    card = await followed.tells("Bridge closed", key="button.entry")
    await followed.restarts()
    await followed.erin_presses(card, "button.entry")
    await followed.everybody_reads("Bridge closed")


async def test_a_form_opened_before_is_sent_after(followed: Morning) -> None:
    asked = await followed.dee_uses("desk post")
    await followed.restarts()
    await until(lambda: followed.cast.discord_app.connected)
    answer = await followed.cast.discord_editor.submits(asked, {"text": "Bridge closed"}, patience=GIVE_UP)
    assert "Queued #1" in answer.text
    await followed.everybody_reads("Bridge closed")


async def test_a_picture_is_uploaded_to_telegram_once_for_good(followed: Morning) -> None:
    erin, shot = followed.cast.telegram_editor, picture()

    async def posts(words: str) -> None:
        said = await erin.sends_photo(followed.desk, shot, words)
        card = await followed.answer(followed.desk, said, lambda seen: label("button.entry") in seen.labels)
        await followed.erin_presses(card, "button.entry")
        await followed.everybody_reads(words)

    await posts("The harbour at noon")
    await followed.restarts()
    await posts("The same harbour, once more")
    sent = followed.stage.journal.of("telegram", "sendPhoto")
    # A preview, and to both who follow, each time; a desk that was heard late may be shown its preview again.
    assert len(sent) >= 6
    assert [bool(call.files) for call in sent] == [True] + [False] * (len(sent) - 1)


async def test_the_desk_knows_its_people_and_its_coverage_again(followed: Morning) -> None:
    await followed.restarts()
    assert "Queued #1" in (await followed.tells("/post Bridge closed")).text
    assert "storm), live, chosen" in (await followed.tells("/coverage list")).text
    before = len(followed.stage.journal.of("discord", "PUT"))
    await followed.restarts()
    await until(lambda: followed.cast.discord_app.connected)
    assert len(followed.stage.journal.of("discord", "PUT")) == before == 1
