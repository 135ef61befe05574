"""Enrolling somebody from the machine's own terminal."""

import asyncio
import re
from datetime import UTC, datetime

from core.model import Mode, Platform
from core.newsroom.enrolment import Enrolment
from core.store import Store


async def redeemed(livedesk, code, now):
    """Enrol a Telegram account by a code, as the bot does."""
    store = Store.open(f"sqlite:///{livedesk.store}", mode=Mode.LIVE)
    try:
        return await Enrolment(store, clock=lambda: now).redeem(code, Platform.TELEGRAM, 42)
    finally:
        store.close()


def test_an_invitation_is_a_code_for_both_platforms(livedesk):
    said = livedesk("person", "invite", "Ada Reporter")
    assert said.code == 0
    (code,) = set(re.findall(r"(?:/join |code:|start=join_)(\S+)", said.out))
    assert len(code) >= 22
    assert "Ada Reporter (editor)" in said.out


def test_a_code_is_not_kept_in_the_store(livedesk):
    said = livedesk("person", "invite", "Ada")
    code = re.search(r"/join (\S+)", said.out)[1].encode()
    for file in livedesk.store.parent.iterdir():
        assert code not in file.read_bytes()


def test_nobody_is_enrolled_until_somebody_is(livedesk):
    livedesk("db", "upgrade")
    assert livedesk("person", "list").out == "nobody is enrolled yet: livedesk person invite NAME\n"


def test_who_redeemed_the_code_is_listed_and_can_be_removed(livedesk):
    code = re.search(r"/join (\S+)", livedesk("person", "invite", "Ada", "--role", "owner").out)[1]
    person = asyncio.run(redeemed(livedesk, code, datetime.now(UTC)))
    assert livedesk("person", "list").out == f"{person.key}  owner   Ada\n"
    assert livedesk("person", "remove", person.key).out == f"removed: {person.key}\n"
    assert "nobody" in livedesk("person", "list").out
    assert livedesk("person", "remove", person.key).code == 1


def test_a_person_needs_a_name(livedesk):
    assert livedesk("person", "invite", "  ").line == "livedesk: Whom? Give a name: livedesk person invite NAME"
    assert livedesk("person", "invite").code == 2
