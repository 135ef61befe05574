"""Discord's ban is near: nothing more is sent to it, a restart does not forget that, and Telegram goes on."""

import pytest

from core.store import accounts
from tests.journeys.morning import DISCORD, Morning, content, now, until

pytestmark = pytest.mark.journey


async def test_a_house_that_was_refused_too_often_stays_silent_on_discord_through_a_restart(
    followed: Morning, expected: set[str]
) -> None:
    expected.update({"nothing more is sent to it", "held"})
    for _ in range(followed.house._invalid.limit):
        followed.house._invalid.note(403)
    before = len(followed.stage.journal.of("discord", "POST"))
    await followed.newsroom.publish(followed.erin, followed.coverage, content("Bridge closed"), token="one")
    await until(lambda: followed.readings("Bridge closed")[:2] == [1, 1])

    async def held() -> bool:
        lanes = {lane.account: lane for lane in await followed.store.read(accounts.enabled)}
        until_then = lanes[DISCORD].paused_until
        return until_then is not None and (until_then - now()).total_seconds() > 60

    await until(held)
    await followed.restarts()
    assert followed.house._invalid.count == 0
    await followed.newsroom.publish(followed.erin, followed.coverage, content("Ferry stopped"), token="two")
    await until(lambda: followed.readings("Ferry stopped")[:2] == [1, 1])
    assert await held()
    assert len(followed.stage.journal.of("discord", "POST")) == before
