"""Discord, or what stands in its place, answers too much, or is asked how it is."""

import aiohttp
import pytest

from bots.discord import transport
from bots.discord.bot import DiscordBot
from core.model import Form
from core.platform import Copy, Manner, NotSent, Reach, Sent, Unknown
from tests.doubles.bulletins import bulletin, told

HUGE = 50 * 1024 * 1024
POST = "POST /channels/*/messages"
PATCH = "PATCH /channels/*/messages/*"


@pytest.fixture
def taken_in(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of everything that is read from any connection."""
    sizes: list[int] = []
    feed = aiohttp.StreamReader.feed_data

    def counted(self, data, *more):
        sizes.append(len(data))
        return feed(self, data, *more)

    monkeypatch.setattr(aiohttp.StreamReader, "feed_data", counted)
    return sizes


async def publish(bot: DiscordBot, town):
    (part,) = bot.sender.draw(bulletin(told("Rain.")), "en")
    return await bot.sender.send(town.here, part, Manner(True, "one"))


async def test_an_answer_of_fifty_megabytes_is_unknown_and_not_taken_in(
    bot: DiscordBot, town, taken_in: list[int]
) -> None:
    body = b" " * HUGE
    town.stage.faults.add("malformed", platform="discord", method=POST, body=body, effect=False)
    outcome = await publish(bot, town)
    assert isinstance(outcome, Unknown)
    assert sum(taken_in) < transport.LARGEST_ANSWER * 1.1
    assert isinstance(await publish(bot, town), Sent), "the next call is as good as ever"


async def test_the_platform_says_that_it_is_well(bot: DiscordBot) -> None:
    assert await bot.sender.ping() == Sent(())


@pytest.mark.parametrize("fault", ["server_error", "html", "drop_before_effect"])
async def test_a_platform_that_fails_says_so_when_it_is_asked(bot: DiscordBot, town, fault: str) -> None:
    town.stage.faults.add(fault, platform="discord", method="GET /users/@me", times=2)
    assert isinstance(await bot.sender.ping(), Unknown)


async def test_a_platform_that_is_not_there_says_so_when_it_is_asked(bot: DiscordBot, town) -> None:
    await town.stage.close()
    outcome = await bot.sender.ping()
    assert isinstance(outcome, NotSent)
    assert outcome.reach is Reach.ACCOUNT


async def test_an_edit_with_a_huge_answer_may_be_made_again(bot: DiscordBot, town) -> None:
    sent = await publish(bot, town)
    assert isinstance(sent, Sent)
    (part,) = bot.sender.draw(bulletin(told("Sun.")), "en", (Form.TEXT,))
    body = b" " * (transport.LARGEST_ANSWER + 1)
    town.stage.faults.add("malformed", platform="discord", method=PATCH, body=body)
    copies: tuple[Copy, ...] = sent.copies
    assert isinstance(await bot.sender.edit(town.here, copies, part), Unknown)
    assert isinstance(await bot.sender.edit(town.here, copies, part), Sent)
