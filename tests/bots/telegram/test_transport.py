"""The wire to Telegram: what was never sent, what may have been, and what must never be seen."""

import asyncio
import logging
import socket
import traceback

import pytest
from telegram import InputFile, error

from bots.telegram import outcomes, transport
from bots.telegram.failures import MaybeSentError, NeverSentError, NotOursError
from core.courier.gate import AccountGate
from core.model import Urgency
from core.pacing import TELEGRAM
from core.platform import NotSent, Reach


async def failure_of(call):
    with pytest.raises(error.TelegramError) as caught:
        await call
    return caught.value


def say(bot, chat=1, **more):
    return bot.call("sendMessage", chat_id=chat, text="Hello", **more)


async def test_a_call_comes_back_as_telegram_answered(bot, ann):
    assert (await say(bot, ann.id))["text"] == "Hello"


async def test_ptbs_own_methods_work_over_it(bot, account):
    me = await bot.get_me()
    assert (me.id, me.username) == (account.id, "livedesk_bot")


async def test_it_speaks_to_no_other_address(stage, bot):
    for url in ("https://api.telegram.org/bot42:x/getMe", "http://127.0.0.1:9/bot42:x/getMe", "http://localhost/x"):
        assert isinstance(await failure_of(bot.request.post(url)), NeverSentError)
    assert not stage.journal.calls


async def test_a_redirect_is_not_followed(stage, bot):
    stage.faults.add("server_error", platform="telegram", status=302)
    assert isinstance(await failure_of(say(bot)), NeverSentError)


async def test_nobody_listening_means_never_sent(open_bot):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bot = await open_bot(home=f"http://127.0.0.1:{free.getsockname()[1]}")
    assert isinstance(await failure_of(say(bot)), NeverSentError)


async def test_a_listener_that_never_accepts_means_never_sent(open_bot):
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        bot = await open_bot(hasty=True, home=f"http://127.0.0.1:{deaf.getsockname()[1]}")
        assert isinstance(await failure_of(say(bot)), NeverSentError)


async def test_a_closed_account_sends_nothing(bot):
    await bot.close_connections()
    await bot.close_connections()
    assert isinstance(await failure_of(say(bot)), NeverSentError)


@pytest.mark.parametrize(
    ("fault", "arguments"),
    [
        ("late", {"seconds": 30}),
        ("never", {}),
        ("trickle", {"seconds": 0.2}),
        ("drop_after_effect", {}),
        ("drop_before_effect", {}),
        ("malformed", {}),
        ("malformed", {"body": b'{"ok":true}'}),
        ("malformed", {"body": b'{"ok":false,"error_code":400,"description":"Bad Request"}'}),
        ("malformed", {"body": b"[]"}),
        ("malformed", {"body": b""}),
        ("malformed", {"body": b" " * (transport.LARGEST_ANSWER + 1)}),
        ("html", {}),
        ("server_error", {"status": 500}),
        ("server_error", {"status": 502}),
        ("server_error", {"status": 504}),
    ],
)
async def test_an_unusable_answer_leaves_us_not_knowing(stage, open_bot, ann, fault, arguments):
    bot = await open_bot(hasty=fault in ("late", "never", "trickle"))
    stage.faults.add(fault, platform="telegram", **arguments)
    assert isinstance(await failure_of(say(bot, ann.id)), MaybeSentError)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 503])
async def test_a_web_page_instead_of_an_answer_is_not_telegram_speaking(stage, bot, status):
    stage.faults.add("server_error", platform="telegram", status=status)
    assert isinstance(await failure_of(say(bot)), NeverSentError)


async def test_a_page_that_says_too_large_is_a_refusal(stage, bot):
    stage.faults.add("server_error", platform="telegram", status=413)
    assert isinstance(await failure_of(say(bot)), error.BadRequest)


@pytest.mark.parametrize(
    ("fault", "arguments", "kind"),
    [
        ("forbidden", {}, error.Forbidden),
        ("bad_request", {"description": "chat not found"}, error.BadRequest),
        ("unauthorized", {}, error.InvalidToken),
        ("not_found", {}, error.InvalidToken),
        ("conflict", {}, error.Conflict),
    ],
)
async def test_telegrams_own_refusals_keep_ptbs_names(stage, bot, ann, fault, arguments, kind):
    stage.faults.add(fault, platform="telegram", **arguments)
    assert type(await failure_of(say(bot, ann.id))) is kind


async def test_a_migrated_group_names_its_new_id(stage, bot, ann):
    stage.faults.add("migrate", platform="telegram", to=-100777)
    assert (await failure_of(say(bot, ann.id))).new_chat_id == -100777


async def test_one_chats_429_holds_that_chat(stage, bot, gate, ann):
    stage.faults.add("flood", platform="telegram", retry_after=7)
    flood = await failure_of(say(bot, ann.id))
    assert (flood.seconds, flood.account) == (7, False)
    now = asyncio.get_running_loop().time()
    assert gate.chat_ready_at(ann.id, Urgency.ALERT) > now + 6
    assert gate.paused_for() == 0


async def test_two_chats_429_at_once_hold_the_account(stage, account, bot, gate, ann):
    bo = stage.telegram.add_person("Bo")
    await bo.starts(account)
    stage.faults.add("flood", platform="telegram", retry_after=7, times=2, scope="chat")
    assert not (await failure_of(say(bot, ann.id))).account
    assert (await failure_of(say(bot, bo.id))).account
    assert gate.paused_for() > 6


async def test_a_429_that_does_not_say_how_long_holds_the_account_longer_each_time(stage, account, open_bot):
    ready = AccountGate(TELEGRAM)
    bot = await open_bot(gate=ready)
    stage.faults.add("flood_html", platform="telegram")
    flood = await failure_of(bot.call("getMe"))
    assert (flood.seconds, flood.account) == (60, True)
    assert ready.paused_for() > 50
    second = bot.request._flood(None, {})
    assert second.seconds == 120
    assert max(bot.request._flood(None, {"parameters": {"retry_after": 0}}).seconds for _ in range(9)) == 900


async def test_every_call_but_a_poll_passes_the_gate(open_bot, ann):
    class Watched(AccountGate):
        def __init__(self):
            super().__init__(TELEGRAM)
            self.entered = []

        async def enter(self, chat=None, weight=1):
            self.entered.append((chat, weight))
            await super().enter(chat, weight)

    watched = Watched()
    bot = await open_bot(gate=watched)
    await bot.get_me()
    await say(bot, ann.id)
    await bot.get_updates(timeout=0)
    assert watched.entered == [(None, 1), (ann.id, 1)]


@pytest.mark.parametrize("looks", [0, 1, 2])
async def test_nothing_leaves_once_the_account_is_not_ours_however_late_that_is_found(
    stage, open_bot, gate, ann, looks
):
    bot = await open_bot()
    left = [looks]

    def ours():
        left[0] -= 1
        return left[0] >= 0

    gate.permit(ours)
    assert isinstance(await failure_of(say(bot, ann.id)), NotOursError)
    left[0] = min(looks, 1)
    assert isinstance(await failure_of(bot.poll(0, 0, ["message"])), NotOursError)
    assert stage.journal.of("telegram") == []
    # The connection that was not used is as good as new.
    gate.permit(lambda: True)
    assert (await say(bot, ann.id))["text"]


async def test_what_comes_of_an_account_that_is_not_ours_is_that_nothing_was_sent(bot, gate, ann):
    gate.permit(lambda: False)
    outcome = outcomes.of(await failure_of(say(bot, ann.id)))
    assert (type(outcome), outcome.retry_after, outcome.reach) == (NotSent, 0.0, Reach.ACCOUNT)


async def test_an_upload_and_a_download_arrive_whole(stage, account, bot, ann, shelf):
    content = shelf.pictures[shelf.put()]
    sent = await bot.call("sendPhoto", chat_id=ann.id, photo=InputFile(content), caption="ü & =")
    assert sent["caption"] == "ü & ="
    assert await bot.download(sent["photo"][-1]["file_id"]) == content


async def test_the_token_is_never_seen(stage, open_bot, token, caplog):
    caplog.set_level(logging.DEBUG)
    bot = await open_bot(hasty=True)
    seen = [repr(bot), str(bot), repr(bot.request)]
    faults = [
        ("never", {}),
        ("drop_before_effect", {}),
        ("malformed", {}),
        ("html", {}),
        ("server_error", {"status": 502}),
        ("unauthorized", {}),
        ("not_found", {}),
        ("flood_html", {}),
        ("server_error", {"status": 404}),
    ]
    gate_free = await open_bot(hasty=True, gate=AccountGate(TELEGRAM))
    for name, arguments in faults:
        stage.faults.add(name, platform="telegram", **arguments)
        failure = await failure_of(gate_free.request.post(f"{stage.url}/bot{token}/getMe"))
        gate_free.request._paced = False
        seen += [repr(failure), "".join(traceback.format_exception(failure))]
    seen += [repr(await failure_of(say(await open_bot(home="http://127.0.0.1:9"))))]
    await bot.call("getMe")
    assert token.partition(":")[2] not in "".join(seen) + caplog.text
