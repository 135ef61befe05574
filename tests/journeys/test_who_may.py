"""Who may speak for the newsroom: one's own fresh words under one's own enrolled account, and nothing else (TH3-TH5).

Erin is enrolled and runs the group, so that only what is wrong with each message keeps it from being done.
"""

from collections.abc import Awaitable, Callable

import pytest

from bots.rehearsal.telegram_world.groups import Channel, Group
from bots.rehearsal.telegram_world.messages import SeenMessage
from core.model import Platform, Role
from tests.journeys.morning import GIVE_UP, Morning, label

pytestmark = pytest.mark.journey

EVIL = "/post The mayor has resigned"


@pytest.fixture
async def room(town: Morning) -> Group:
    """A group that Erin runs, with the bot in it as an administrator: it hears every word there."""
    erin, bot = town.cast.telegram_editor, town.cast.telegram_bot
    group = town.stage.telegram.add_group("Desk talk", admins=[erin], members=[town.cast.reader], supergroup=True)
    group.promote_bot(bot, by=erin)
    await group.wait_for(lambda seen: seen.author is bot, GIVE_UP)
    return group


@pytest.fixture
def paper(town: Morning) -> Channel:
    """A channel of Erin's."""
    return town.stage.telegram.add_channel("The Evening Paper", admins=[town.cast.telegram_editor])


async def _forwarded(town: Morning, room: Group, paper: Channel) -> SeenMessage:
    bait = await town.stage.telegram.add_person("Mallory").says(room, EVIL)
    await town.answer(room, bait)
    return await town.cast.telegram_editor.forwards(bait, to=room)


async def _edited(town: Morning, room: Group, paper: Channel) -> SeenMessage:
    said = await town.cast.telegram_editor.says(room, "Good morning")
    return await town.cast.telegram_editor.edits(said, EVIL)


async def _via_bot(town: Morning, room: Group, paper: Channel) -> SeenMessage:
    inline = town.stage.telegram.add_bot("900:an-inline-bot", "inline_bot", "Inline")
    return await town.cast.telegram_editor.says(room, EVIL, via_bot=inline)


async def _anonymous(town: Morning, room: Group, paper: Channel) -> SeenMessage:
    return await town.cast.telegram_editor.says(room, EVIL, as_anonymous_admin=True)


async def _as_channel(town: Morning, room: Group, paper: Channel) -> SeenMessage:
    return await town.cast.telegram_editor.says(room, EVIL, sender_chat=paper)


async def _auto_forwarded(town: Morning, room: Group, paper: Channel) -> SeenMessage:
    paper.link(room)
    return await town.cast.telegram_editor.says(paper, EVIL)


async def _channel_post(town: Morning, room: Group, paper: Channel) -> SeenMessage:
    paper.add_bot(town.cast.telegram_bot, by=town.cast.telegram_editor)
    return await town.cast.telegram_editor.says(paper, EVIL)


async def _a_bot(town: Morning, room: Group, paper: Channel) -> SeenMessage:
    robot = town.stage.telegram.add_person("Robot")
    robot.is_bot = True
    invitation = await town.house.rooms.enrolment.invite("Robot", Role.EDITOR, by="journey")
    await town.house.rooms.enrolment.redeem(invitation.code, Platform.TELEGRAM, robot.id)
    return await robot.says(room, EVIL)


Sneak = Callable[[Morning, Group, Channel], Awaitable[SeenMessage]]
SECOND_HAND = "I do nothing on forwarded or changed words. Send it as a new message of your own."
MASKED = "You speak as a group or a channel, so I cannot see who you are."


@pytest.mark.parametrize(
    ("sneaks", "answer"),
    [
        (_forwarded, SECOND_HAND),
        (_edited, ""),
        (_via_bot, SECOND_HAND),
        (_anonymous, MASKED),
        (_as_channel, MASKED),
        (_auto_forwarded, ""),
        (_channel_post, MASKED),
        (_a_bot, ""),
    ],
    ids=["forwarded", "edited", "via a bot", "anonymous", "as a channel", "auto-forwarded", "channel post", "a bot"],
)
async def test_a_command_that_is_not_an_editors_own_fresh_word_is_never_done(
    town: Morning, room: Group, paper: Channel, sneaks: Sneak, answer: str
) -> None:
    said = await sneaks(town, room, paper)
    await town.has_heard()
    assert await town.newsroom.newest(town.coverage, 5) == ()
    bot = town.cast.telegram_bot
    told = [
        seen.text for chat in (room, paper) for seen in chat.messages if seen.author is bot and seen.date >= said.date
    ]
    told = [text for text in told if text.startswith((SECOND_HAND, MASKED))]
    assert [text.startswith(answer) for text in told] == ([True] if answer else [])


@pytest.mark.parametrize("how", ["forwarded", "edited"])
async def test_in_private_such_words_open_at_most_a_draft_that_a_button_confirms(town: Morning, how: str) -> None:
    erin = town.cast.telegram_editor
    if how == "forwarded":
        mallory = town.stage.telegram.add_person("Mallory")
        bait = await mallory.says(mallory.private_chat(town.cast.telegram_bot), "/post The mayor has resigned")
        said = await erin.forwards(bait, to=town.desk)
    else:
        said = await erin.edits(await erin.says(town.desk, "/help"), "/post The mayor has resigned")
    card = await town.answer(town.desk, said, lambda seen: label("button.entry") in seen.labels)
    await town.has_heard()
    assert await town.newsroom.newest(town.coverage, 5) == ()
    assert (await town.cast.reader.presses(card, label("button.entry"))).text == "That button is for somebody else."
    assert await town.newsroom.newest(town.coverage, 5) == ()
    await town.erin_presses(card, "button.entry")
    assert len(await town.newsroom.newest(town.coverage, 5)) == 1


async def test_forwarded_words_open_no_coverage_and_change_no_summary(town: Morning) -> None:
    erin, mallory = town.cast.telegram_editor, town.stage.telegram.add_person("Mallory")
    for bait in ("/coverage close storm", "/summary All is well"):
        said = await mallory.says(mallory.private_chat(town.cast.telegram_bot), bait)
        refused = await town.answer(town.desk, await erin.forwards(said, to=town.desk))
        assert refused.text == SECOND_HAND
    assert (await town.newsroom.coverage("storm")).status.value == "live"
    assert await town.newsroom.summary(town.coverage) is None


async def test_who_is_not_enrolled_is_told_so_politely_with_their_number(town: Morning) -> None:
    ann = town.cast.reader
    for typed in ("/post News", "/alert Fire", "/correct 1 News", "/retract 1 No", "/summary All"):
        refused = await town.reads(ann, town.ann, typed)
        assert refused.text.startswith("That is for the desk, and you are not enrolled.")
        assert f"Your id is {ann.id}" in refused.text
    assert await town.newsroom.newest(town.coverage, 5) == ()


async def test_an_enrolled_editor_may_post_from_a_group(town: Morning, room: Group) -> None:
    queued = await town.reads(town.cast.telegram_editor, room, "/post Bridge closed")
    assert "Queued #1" in queued.text
