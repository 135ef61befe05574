"""The three pages as whoever watches gets them: over HTTP, on this machine."""

import asyncio
import logging
import socket
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest

from bots import health, logs
from bots.health import server as serving
from bots.health.signs import AccountSigns, Signs
from core.courier.readings import CourierReading, GateReading, LaneReading
from core.errors import StoreTrouble
from core.model import Mode, Platform
from core.store import Store, accounts

GIVE_UP = 20.0
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def now():
    return datetime.now(UTC)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def port():
    return free_port()


@asynccontextmanager
async def served(store, port, host="127.0.0.1"):
    safe = logs.Redactor([TOKEN])
    async with health.watched((host, port), store, clock=now, safe=safe) as watch, aiohttp.ClientSession() as asks:
        watch._every = 0.01

        async def ask(path, method="GET"):
            shown = f"[{host}]" if ":" in host else host
            async with asks.request(method, f"http://{shown}:{port}{path}") as answer:
                return answer.status, await answer.text(), answer.headers

        async with asyncio.timeout(GIVE_UP):
            while True:
                try:
                    await ask("/livez")
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.02)
        yield watch, ask


async def until(so):
    async with asyncio.timeout(GIVE_UP):
        while not await so():  # noqa: ASYNC110 -- it is seen from outside, where no event is
            await asyncio.sleep(0.02)


def enrol(store):
    return store.write_now(accounts.enrol_lanes, [("berlin", Platform.TELEGRAM)], now())


def house(*held, trouble=""):
    courier = CourierReading(
        gates=(GateReading("berlin", Platform.TELEGRAM, 27.0),), lanes=tuple(LaneReading(one, 3) for one in held)
    )
    return Signs((AccountSigns("berlin", Platform.TELEGRAM, trouble),), courier)


async def test_whoever_carries_is_alive_and_ready(store, port):
    enrol(store)
    async with served(store, port) as (watch, ask):
        watch.house = lambda: house("berlin")

        async def ready():
            return (await ask("/readyz"))[0] == 200

        await until(ready)
        assert (await ask("/livez"))[:2] == (200, "alive\n")
        status, text, headers = await ask("/readyz")
        assert (status, text) == (200, "ready: carrying for berlin\n")
        assert (headers["Cache-Control"], headers["Server"]) == ("no-store", "livedesk")
        status, text, headers = await ask("/metrics")
        assert status == 200
        assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert 'livedesk_lane_held{account="berlin"} 1.0\n' in text
        assert "livedesk_ready 1.0\n" in text


async def test_a_standby_that_waits_for_an_account_nobody_holds_says_so(store, port):
    enrol(store)
    async with served(store, port) as (_, ask):

        async def told():
            status, text, _ = await ask("/readyz")
            return (status, text) == (503, "not ready\nnothing is held here, and nobody holds berlin yet\n")

        await until(told)
        assert (await ask("/livez"))[0] == 200


async def test_a_lane_without_an_owner_turns_red_after_half_a_minute(store, port):
    enrol(store)
    async with served(store, port) as (watch, ask):

        async def seen():
            return bool(watch._ownerless)

        await until(seen)
        watch._ownerless["berlin"] -= 30.0

        async def red():
            return "nobody has carried for berlin for 3" in (await ask("/readyz"))[1]

        await until(red)


async def test_a_store_that_is_gone_is_a_reason_and_its_return_none(store, port, monkeypatch):
    enrol(store)
    async with served(store, port) as (watch, ask):
        watch.house = lambda: house("berlin")
        gone = True
        read = Store.read

        async def refuses(self, *arguments, **more):
            if gone:
                raise StoreTrouble("It does not answer: start it.")
            return await read(self, *arguments, **more)

        monkeypatch.setattr(Store, "read", refuses)

        async def red():
            return await ask_for(ask) == (503, "not ready\nthe store is in trouble: It does not answer: start it.\n")

        await until(red)
        gone = False

        async def ready():
            return (await ask("/readyz"))[0] == 200

        await until(ready)


async def ask_for(ask):
    return (await ask("/readyz"))[:2]


async def test_a_store_that_hangs_keeps_nobody_waiting(store, port, monkeypatch):
    enrol(store)
    hangs = asyncio.Event()

    async def never(self, *arguments, **more):
        await hangs.wait()

    monkeypatch.setattr(Store, "read", never)
    async with served(store, port) as (watch, ask):
        watch._asked_at -= 60.0
        status, text, _ = await ask("/readyz")
        assert status == 503
        assert "the store has not answered for 60 s" in text
        assert (await ask("/livez"))[0] == 200
        assert "livedesk_store_trouble 1.0" in (await ask("/metrics"))[1]


async def test_a_secret_in_a_trouble_stays_here(store, port):
    enrol(store)
    async with served(store, port) as (watch, ask):
        watch.house = lambda: house("berlin", trouble=f"https://api.telegram.org/bot{TOKEN}/getMe says no")
        status, text, _ = await ask("/readyz")
        assert status == 503
        assert f"berlin: https://api.telegram.org/bot{logs.HIDDEN}/getMe says no" in text
        assert TOKEN not in text + (await ask("/metrics"))[1]


async def test_a_foreign_copy_turns_it_red_while_the_lane_is_held(store, port):
    enrol(store)
    async with served(store, port) as (watch, ask):
        watch.house = lambda: house("berlin", trouble="Another program polls Telegram with the token. Stop it.")
        status, text, _ = await ask("/readyz")
        assert (status, "berlin: Another program polls" in text) == (503, True)


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/", "GET", 404), ("/livez", "POST", 405), ("/readyz/", "GET", 404)]
)
async def test_there_is_nothing_else_to_ask(store, port, path, method, status):
    async with served(store, port) as (_, ask):
        assert (await ask(path, method))[0] == status


async def test_a_taken_port_is_one_line_and_ends_nothing(store, port, caplog, monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        async with health.watched(("127.0.0.1", port), store, clock=now, safe=str) as watch:

            async def told():
                return "health answers nobody" in caplog.text

            await until(told)
            assert not watch.view().trouble
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert line == (
        f"health answers nobody: another program has 127.0.0.1:{port}: name another address in [health] listen, "
        "or leave it empty. Everything else goes on."
    )


async def test_a_port_that_comes_free_is_taken_after_all(store, port, caplog):
    caplog.set_level(logging.INFO)
    watch = health.Watch(store, now)
    other = socket.socket()
    other.bind(("127.0.0.1", port))
    other.listen()
    server = serving.Server(watch, "127.0.0.1", port, safe=str, retry=0.02)
    running = asyncio.create_task(server.run())

    async def told():
        return "health answers nobody" in caplog.text

    await until(told)
    assert server.address == ""
    other.close()

    async def answers():
        return server.address == f"http://127.0.0.1:{port}"

    await until(answers)
    running.cancel()
    await asyncio.wait([running])
    assert caplog.text.count("health answers nobody") == 1


async def test_an_address_that_is_not_ours_is_one_line(store, port, caplog):
    server = serving.Server(health.Watch(store, now), "192.0.2.1", port, safe=str)
    running = asyncio.create_task(server.run())

    async def told():
        return f"192.0.2.1:{port} cannot be had (" in caplog.text

    await until(told)
    running.cancel()
    await asyncio.wait([running])


async def test_it_is_answered_on_ipv6_too(store, port):
    try:
        async with served(store, port, "::1") as (_, ask):
            assert (await ask("/livez"))[0] == 200
    except TimeoutError:
        pytest.skip("this machine has no ::1")


async def test_nobody_is_answered_where_nobody_shall_be(store):
    async with health.watched(None, store, clock=now, safe=str) as watch:
        assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("health")] == []
        assert watch.view().asked is False


async def test_a_mistake_of_ours_ends_health_alone_and_is_told(store, port, monkeypatch, caplog):
    async def broken(self, *arguments, **more):
        raise RuntimeError("a mistake")

    monkeypatch.setattr(Store, "read", broken)
    async with served(store, port) as (watch, ask):
        watch._asked_at = asyncio.get_running_loop().time() - 60.0
        assert (await ask("/readyz"))[0] == 503

        async def told():
            return "health has ended" in caplog.text

        await until(told)


async def test_a_loop_that_is_held_up_is_noticed(store):
    watch = health.Watch(store, now)
    running = asyncio.create_task(watch.run())
    await asyncio.sleep(0.05)
    time.sleep(0.6)  # noqa: ASYNC251 -- that is the point

    async def noticed():
        return watch.view().lag > 0.2

    await until(noticed)
    running.cancel()
    await asyncio.wait([running])


async def test_a_rehearsals_store_is_watched_like_any_other(store_url, port):
    store = Store.open(store_url, mode=Mode.REHEARSAL)
    enrol(store)
    async with served(store, port) as (watch, _):

        async def seen():
            return bool(watch.view().standing.lanes)

        await until(seen)
    store.close()
