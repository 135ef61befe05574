"""discord.py's rate-limit buckets as we bend them."""

import asyncio

import pytest

from bots.discord.transport import Bucket, Http, Way
from core.courier import AccountGate
from tests.bots.discord.conftest import QUICK
from tests.doubles.made_up_time import live


class Told:
    """An answer's headers."""

    def __init__(self, remaining: int, reset_after: float, limit: int = 5) -> None:
        self.headers = {
            "X-Ratelimit-Limit": str(limit),
            "X-Ratelimit-Remaining": str(remaining),
            "X-Ratelimit-Reset-After": str(reset_after),
        }


def test_who_takes_the_last_token_returns_at_once_and_who_comes_next_waits() -> None:
    async def story() -> list[float]:
        loop = asyncio.get_running_loop()
        bucket = Bucket(30.0)
        returned: list[float] = []
        for left in (4, 3, 2, 1, 0, 4):
            async with bucket:
                bucket.update(Told(left, 5.0))  # type: ignore[arg-type]  # only its headers are read
            returned.append(loop.time())
        return returned

    returned = live(story())
    assert returned[:5] == pytest.approx([0.0] * 5, abs=0.01)
    assert returned[5] == pytest.approx(5.0, abs=0.1)


def test_everybody_who_waits_is_let_through_when_the_bucket_refills() -> None:
    async def story() -> float:
        bucket = Bucket(30.0)

        async def call(left: int) -> None:
            async with bucket:
                await asyncio.sleep(0.1)
                bucket.update(Told(left, 2.0, limit=2))  # type: ignore[arg-type]  # only its headers are read

        await asyncio.gather(*(call(left) for left in (1, 0, 1, 0, 1)))
        return asyncio.get_running_loop().time()

    assert live(story()) < 10.0


def test_a_first_call_that_was_cut_does_not_keep_the_next_waiting() -> None:
    async def story() -> float:
        bucket = Bucket(30.0)
        with pytest.raises(ConnectionError):
            async with bucket:
                raise ConnectionError
        async with bucket:
            return asyncio.get_running_loop().time()

    assert live(story()) == pytest.approx(0.0, abs=0.01)


def test_ten_thousand_channels_cost_no_scan_each() -> None:
    async def story() -> tuple[int, int]:
        http = Http(AccountGate(QUICK), Way())
        scans = 0
        for number in range(10_000):
            before = len(http._buckets)
            http.get_ratelimit(f"channel {number}")
            scans += len(http._buckets) <= before
        # After a while idle buckets go all the same.
        await asyncio.sleep(400)
        http.get_ratelimit("one more")
        return scans, len(http._buckets)

    assert live(story()) == (0, 1)
