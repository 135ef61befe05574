"""Telegram, or what stands in its place, answers too much, or is asked how it is."""

import aiohttp
import pytest

from bots.telegram import transport
from bots.telegram.render import Words
from bots.telegram.sender import TelegramSender
from core.model import Address, Form, Platform
from core.platform import Manner, NotSent, Reach, Sent, Unknown

HUGE = 50 * 1024 * 1024
WORDS = Words(Form.TEXT, "Rain.", ())


@pytest.fixture
def sender(bot, shelf):
    return TelegramSender("main", bot, shelf)


@pytest.fixture
def here(ann, account):
    """Ann's private chat."""
    return Address(Platform.TELEGRAM, ann.private_chat(account).id)


@pytest.fixture
def taken_in(monkeypatch):
    """The size of everything that is read from any connection."""
    sizes = []
    feed = aiohttp.StreamReader.feed_data

    def counted(self, data, *more):
        sizes.append(len(data))
        return feed(self, data, *more)

    monkeypatch.setattr(aiohttp.StreamReader, "feed_data", counted)
    return sizes


async def test_an_answer_of_fifty_megabytes_is_unknown_and_not_taken_in(stage, sender, here, taken_in):
    stage.faults.add("malformed", platform="telegram", method="sendMessage", body=b" " * HUGE, effect=False)
    outcome = await sender.send(here, WORDS, Manner(True, ""))
    assert isinstance(outcome, Unknown)
    assert sum(taken_in) < transport.LARGEST_ANSWER * 1.1
    assert isinstance(await sender.send(here, WORDS, Manner(True, "")), Sent), "the next call is as good as ever"


async def test_the_platform_says_that_it_is_well(sender):
    assert await sender.ping() == Sent(())


@pytest.mark.parametrize("fault", ["server_error", "html", "drop_before_effect", "malformed"])
async def test_a_platform_that_fails_says_so_when_it_is_asked(stage, sender, fault):
    stage.faults.add(fault, platform="telegram", method="getMe")
    assert isinstance(await sender.ping(), Unknown)


async def test_a_platform_that_is_not_there_says_so_when_it_is_asked(open_bot, shelf):
    outcome = await TelegramSender("main", await open_bot(home="http://127.0.0.1:9"), shelf).ping()
    assert isinstance(outcome, NotSent)
    assert (outcome.retry_after, outcome.reach) == (0, Reach.ACCOUNT)
