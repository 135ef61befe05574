"""Whose a token is, asked of the stage."""

import pytest

from bots.discord import identity
from bots.discord.transport import Way
from bots.rehearsal.stage import Stage
from core.platform import Identity, Stranger, Unreachable

TOKEN = "c3RhZ2U.only.a-token-for-this-test-and-nothing-else"


@pytest.fixture
async def stage():
    async with Stage() as stage:
        yield stage


def way(stage):
    return Way(f"{stage.url}/api/v10", stage.url, sealed=True)


async def test_a_good_token_names_its_bot(stage):
    app = stage.discord.add_bot(TOKEN, "gazette-live")
    assert await identity.identify(TOKEN, way(stage)) == Identity(app.id, "gazette-live")


async def test_a_revoked_token_is_a_strangers(stage):
    assert await identity.identify(TOKEN, way(stage)) == Stranger()


async def test_a_platform_that_cannot_be_reached_is_told_without_the_token():
    answer = await identity.identify(TOKEN, Way("http://127.0.0.1:9/api/v10", "http://127.0.0.1:9", sealed=True))
    assert isinstance(answer, Unreachable)
    assert TOKEN not in answer.why
