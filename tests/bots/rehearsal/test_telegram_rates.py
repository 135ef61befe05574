"""How fast a bot may talk on the stage's Telegram, and what it is told when it is too fast."""

import pytest
import telegram
from telegram.error import RetryAfter

from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.groups import Group


@pytest.fixture
def group(stage: Stage, bot: BotAccount) -> Group:
    bob = stage.telegram.add_person("Bob")
    group = stage.telegram.add_group("Village hall", admins=[bob])
    group.add_bot(bot, by=bob)
    return group


async def test_the_thirty_first_message_within_a_second_is_refused(
    stage: Stage, client: telegram.Bot, bot: BotAccount, clock
) -> None:
    readers = [stage.telegram.add_person(f"Reader {number}") for number in range(31)]
    for reader in readers:
        await reader.starts(bot)
    for reader in readers[:30]:
        await client.send_message(reader.id, "Storm")
    with pytest.raises(RetryAfter, match="0:00:01"):
        await client.send_message(readers[30].id, "Storm")
    assert "more than 30 messages in 1 s" in stage.violations[0].what
    clock.seconds += 1.01
    await client.send_message(readers[30].id, "Storm")


async def test_a_group_takes_twenty_messages_a_minute_edits_and_pictures_of_albums_included(
    stage: Stage, client: telegram.Bot, group: Group, clock, draw
) -> None:
    picture = draw()
    await client.send_media_group(group.id, [telegram.InputMediaPhoto(picture)] * 10)
    for number in range(9):
        clock.seconds += 2
        said = await client.send_message(group.id, f"Entry {number}")
    clock.seconds += 2
    await said.edit_text("Corrected")
    clock.seconds += 2
    with pytest.raises(RetryAfter, match="0:00:38"):
        await client.send_message(group.id, "One too many")
    assert "20 messages in 60 s" in stage.violations[0].what
    clock.seconds += 10
    with pytest.raises(RetryAfter, match="0:00:28"):
        await client.send_message(group.id, "Impatient")
    assert "inside retry_after" in stage.violations[1].what


async def test_a_private_chat_tolerates_a_short_burst_only(
    stage: Stage, client: telegram.Bot, bot: BotAccount, clock, draw
) -> None:
    ann = stage.telegram.add_person("Ann")
    await ann.starts(bot)
    await client.send_media_group(ann.id, [telegram.InputMediaPhoto(draw())] * 3)
    said = await client.send_message(ann.id, "2")
    await client.send_message(ann.id, "3")
    for number in range(5):
        await said.edit_text(f"Counting {number}")
    with pytest.raises(RetryAfter, match="0:00:03"):
        await client.send_message(ann.id, "4")
    clock.seconds += 3.01
    await client.send_message(ann.id, "4")


async def test_calls_that_were_already_on_their_way_are_refused_but_not_blamed(
    stage: Stage, client: telegram.Bot, bot: BotAccount, clock
) -> None:
    ann = stage.telegram.add_person("Ann")
    await ann.starts(bot)
    for number in range(3):
        await client.send_message(ann.id, f"{number}")
    for _ in range(4):
        with pytest.raises(RetryAfter):
            await client.send_message(ann.id, "at the same moment")
    assert len(stage.violations) == 1


async def test_rates_can_be_switched_off_for_a_benchmark(stage: Stage, client: telegram.Bot, group: Group) -> None:
    stage.telegram.enforce_rates = False
    for number in range(40):
        await client.send_message(group.id, f"{number}")
    assert stage.violations == []
