"""A gateway session: what one client was told, in order, so that it can miss a while and catch up."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_WEBHOOKS = 1 << 5
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
DIRECT_MESSAGES = 1 << 12
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1
REMEMBERED = 2000
"""Events kept for a resume."""

ALWAYS = 0
NEEDS = {
    "CHANNEL_PINS_UPDATE": GUILDS | DIRECT_MESSAGES,
    "WEBHOOKS_UPDATE": GUILD_WEBHOOKS,
    "GUILD_MEMBER_ADD": GUILD_MEMBERS,
    "GUILD_MEMBER_REMOVE": GUILD_MEMBERS,
    "INTERACTION_CREATE": ALWAYS,
    "READY": ALWAYS,
    "RESUMED": ALWAYS,
    # Sent for the bot itself whatever the intents are (Discord docs, gateway events), and only so on this stage.
    "GUILD_MEMBER_UPDATE": ALWAYS,
    "THREAD_MEMBERS_UPDATE": ALWAYS,
}
"""Which intents let an event through; what is not named needs GUILDS, and MESSAGE_* one of the two message intents."""


class Session:
    """One identified client. `hear` hands a frame to the connection while there is one."""

    def __init__(self, session_id: str, intents: int, shard: tuple[int, int]) -> None:
        """Begin with sequence 0."""
        self.id = session_id
        self.intents = intents
        self.shard = shard
        self.sequence = 0
        self.hear: Callable[[str], None] | None = None
        self.close: Callable[[int], None] | None = None
        self.left_at: float | None = None
        self._told: deque[tuple[int, str]] = deque(maxlen=REMEMBERED)

    @property
    def connected(self) -> bool:
        """Whether a client listens right now."""
        return self.hear is not None

    def covers(self, guild_id: int | None) -> bool:
        """Tell whether this shard is the one for a server; private matters go to shard 0."""
        number, count = self.shard
        return (guild_id >> 22) % count == number if guild_id is not None else number == 0

    def wants(self, event: str, guild_id: int | None) -> bool:
        """Tell whether the intents let this event through."""
        if event.startswith("MESSAGE_"):
            return bool(self.intents & (GUILD_MESSAGES if guild_id is not None else DIRECT_MESSAGES))
        needed = NEEDS.get(event, GUILDS)
        return needed == ALWAYS or bool(self.intents & needed)

    def dispatch(self, event: str, data: Any) -> None:
        """Tell the client, now or after it resumes."""
        self.sequence += 1
        frame = json.dumps({"op": 0, "t": event, "s": self.sequence, "d": data})
        self._told.append((self.sequence, frame))
        if self.hear is not None:
            self.hear(frame)

    def missed(self, since: int) -> list[str] | None:
        """Return the frames after a sequence number, or None where it was never given or is forgotten."""
        oldest = self._told[0][0] if self._told else self.sequence + 1
        if since > self.sequence or since < oldest - 1:
            return None
        return [frame for sequence, frame in self._told if sequence > since]
