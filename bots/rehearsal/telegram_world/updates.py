"""A bot's queue of updates, as getUpdates empties it: long polls, confirmation by offset, one poller at a time."""

import asyncio
from collections import deque
from itertools import islice
from typing import Any

UPDATE_KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
    }
)
ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Not sent unless named in allowed_updates (Bot API, getUpdates)."""

LONGEST_POLL = 50
"""Seconds; a longer wish is cut to this (telegram-bot-api, LONG_POLL_MAX_TIMEOUT)."""


class OtherPollerError(Exception):
    """Another getUpdates has begun: this one ends."""


class UpdateQueue:
    """The updates a bot has not confirmed yet, oldest first."""

    def __init__(self, first_id: int) -> None:
        """Number updates from `first_id` on."""
        self.pending: deque[dict[str, Any]] = deque()
        self.wanted = UPDATE_KINDS - ONLY_WHEN_ASKED
        self._next_id = first_id
        self._turn = 0
        self._news = asyncio.Event()

    def choose(self, kinds: list[str]) -> None:
        """Deliver only these kinds from now on; an empty list means the usual ones."""
        self.wanted = frozenset(kinds) & UPDATE_KINDS if kinds else UPDATE_KINDS - ONLY_WHEN_ASKED

    def put(self, kind: str, body: dict[str, Any]) -> None:
        """Queue an update, if the bot wants this kind."""
        if kind in self.wanted:
            self.pending.append({"update_id": self._next_id, kind: body})
            self._next_id += 1
            self.wake()

    def wake(self) -> None:
        """Let a waiting poll look again."""
        self._news.set()

    def forget(self) -> None:
        """Drop everything that is pending."""
        self.pending.clear()

    def confirm(self, offset: int) -> None:
        """Forget every update below `offset`; a negative one keeps only so many at the end."""
        if offset < 0:
            offset = self.pending[max(offset, -len(self.pending))]["update_id"] if self.pending else 0
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()

    def end_poll(self) -> None:
        """Make a waiting poll fail with OtherPollerError."""
        self._turn += 1
        self.wake()

    async def take(self, offset: int, limit: int, seconds: float, closing: asyncio.Event) -> list[dict[str, Any]]:
        """Confirm below `offset`, then return up to `limit` updates, waiting up to `seconds` for the first.

        Raises OtherPollerError when another poll begins meanwhile.
        """
        self.end_poll()
        turn = self._turn
        self.confirm(offset)
        try:
            async with asyncio.timeout(min(seconds, LONGEST_POLL)):
                while not self.pending and not closing.is_set() and seconds > 0:
                    self._news.clear()
                    await self._news.wait()
                    if turn != self._turn:
                        raise OtherPollerError
        except TimeoutError:
            return []
        return list(islice(self.pending, limit))
