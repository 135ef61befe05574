"""Who has an account: what people and bots have in common, and the bot with its application."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bots.rehearsal.discord_world.commands import CommandBook
from bots.rehearsal.gateway.session import Session

if TYPE_CHECKING:
    from bots.rehearsal.discord_world.guilds import Guild
    from bots.rehearsal.discord_world.world import DiscordWorld

IDENTIFIES_A_DAY = 1000
"""Discord docs, gateway: IDENTIFY calls in 24 hours; the next one costs the bot its token."""


@dataclass(eq=False)
class Account:
    """Anybody with a name on Discord. `name` is the handle, `display_name` what people see."""

    world: "DiscordWorld" = field(repr=False)
    id: int
    name: str
    display_name: str

    @property
    def is_bot(self) -> bool:
        """Whether Discord marks it as an app."""
        return isinstance(self, App)

    @property
    def mention(self) -> str:
        """Return the text that mentions it."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class App(Account):
    """A bot and its application, which share one id. `granted` are the privileged intents its owner switched on."""

    token: str = field(default="", repr=False)
    granted: int = 0
    commands: CommandBook = field(default_factory=CommandBook, repr=False)
    sessions: list[Session] = field(default_factory=list, repr=False)
    identified: list[float] = field(default_factory=list, repr=False)
    welcomed_at: float = 0.0
    token_revoked: bool = False
    heartbeats_answered: bool = True
    """Switched off, its clients find their connection dead after a while (a "zombie")."""

    @property
    def connected(self) -> bool:
        """Whether at least one client of it listens on the gateway."""
        return any(session.connected for session in self.sessions)

    @property
    def identifies_left(self) -> int:
        """Return how many IDENTIFYs the last 24 hours leave it."""
        since = self.world.now() - 86_400
        return max(0, IDENTIFIES_A_DAY - sum(1 for at in self.identified if at > since))

    def listens_for(self, event: str, guild: "Guild | None") -> bool:
        """Tell whether any of its clients would hear of this."""
        return any(session.wants(event, guild.id if guild else None) for session in self.sessions)

    def hear(self, event: str, data: Any, guild_id: int | None) -> None:
        """Tell every session that is meant to know."""
        for session in self.sessions:
            if session.covers(guild_id) and session.wants(event, guild_id):
                session.dispatch(event, data)

    def disconnect(self, code: int = 1001) -> None:
        """Close its gateway connections with a code; the sessions may still be resumed."""
        for session in list(self.sessions):
            if session.close is not None:
                session.close(code)

    def ask_to_reconnect(self) -> None:
        """Send opcode 7, as before each maintenance of the real gateway."""
        for session in self.sessions:
            if session.hear is not None:
                session.hear('{"op":7,"d":null,"s":null,"t":null}')

    def invalidate_sessions(self) -> None:
        """Forget its sessions and say so (opcode 9, not resumable)."""
        for session in list(self.sessions):
            if session.hear is not None:
                session.hear('{"op":9,"d":false,"s":null,"t":null}')
        self.sessions.clear()

    def revoke_token(self) -> None:
        """Make its token worthless, as the owner's press on "Reset Token" does, and end its connections."""
        self.token_revoked = True
        self.disconnect(4004)
        self.sessions.clear()
