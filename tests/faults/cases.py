"""The values the processes of a siege tell each other."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Places:
    """One town on the stage: its two accounts' tokens, its editor on Telegram, and the chats that may follow."""

    telegram: str
    discord: str
    editor: int
    chats: list[int] = field(default_factory=list)
    channels: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Copy:
    """One message of ours as it stood on the stage: what it said at first, and what it says now."""

    chat: int
    id: int
    at: float
    first: str
    now: str
    deleted: bool
    reply_to: int | None
