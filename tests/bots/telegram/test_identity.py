"""Whose a token is, asked of the stage."""

import pytest

from bots.rehearsal.stage import Stage
from bots.telegram import identity
from core.platform import Identity, Stranger, Unreachable

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@pytest.fixture
async def stage():
    async with Stage() as stage:
        yield stage


async def test_a_good_token_names_its_bot(stage):
    stage.telegram.add_bot(TOKEN, "gazette_live_bot", "Gazette")
    assert await identity.identify(TOKEN, stage.url) == Identity(110201543, "@gazette_live_bot")


@pytest.mark.parametrize("token", [TOKEN, "not-a-token", "110201543:"])
async def test_a_revoked_or_mistyped_token_is_a_strangers(stage, token):
    assert await identity.identify(token, stage.url) == Stranger()


async def test_a_platform_that_cannot_be_reached_is_told_without_the_token():
    answer = await identity.identify(TOKEN, "http://127.0.0.1:9")
    assert isinstance(answer, Unreachable)
    assert "AAHdq" not in answer.why
