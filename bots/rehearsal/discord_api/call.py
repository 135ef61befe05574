"""One call to the REST API as its handlers see it, and what they return."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bots.rehearsal.discord_api import refusals
from bots.rehearsal.discord_world.accounts import App
from bots.rehearsal.discord_world.world import PLATFORM, DiscordWorld

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart body: `files[number]`."""

    number: int
    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call that passed the door. `caller` is the bot whose token it carries, if it carries one."""

    world: DiscordWorld
    verb: str
    route: str
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: tuple[Upload, ...]
    caller: App | None

    @property
    def app(self) -> App:
        """The bot that calls; 401 where no token came."""
        if self.caller is None:
            raise refusals.unauthorized()
        return self.caller

    @property
    def table(self) -> Json:
        """The body where it must be an object; none at all is an empty one."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise refusals.Refusal(50035, message="Invalid Form Body")
        return self.body

    def id(self, name: str) -> int:
        """Return a snowflake of the route; refuse what is none."""
        return refusals.snowflake(self.ids[name], name)

    def asked_id(self, name: str) -> int | None:
        """Return a snowflake of the query, if it is there."""
        return refusals.snowflake(self.query[name], name) if name in self.query else None

    def limit(self, default: int, most: int) -> int:
        """Return `limit` of the query, which must be between 1 and `most`."""
        value = self.query.get("limit", str(default))
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= most:
            wrong = {"code": "NUMBER_TYPE_MAX", "message": f"int value should be between 1 and {most}."}
            raise refusals.form({"limit": {"_errors": [wrong]}})
        return int(value)

    def asks(self, name: str) -> bool:
        """Return a truth value of the query."""
        return self.query.get(name, "").lower() in ("1", "true")

    def note(self, what: str) -> None:
        """Remember what no real bot should have done."""
        self.world.backstage.note(PLATFORM, f"{self.verb} {self.route}", what)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call returns; without a body it is 204."""

    body: Any = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls of one kind in so many seconds, per channel, server or webhook it names."""

    name: str
    limit: int
    seconds: float


OTHERS = Rate("others", 50, 10.0)


@dataclass(frozen=True, slots=True)
class Route:
    """One route: verb, path with `{names}`, who handles it, its rate, and whether it needs a bot's token."""

    verb: str
    path: str
    handler: Callable[[Call], Reply]
    rate: Rate = OTHERS
    token: bool = True
    globally: bool = True
    """Whether it counts to the 50 a second of all calls (interactions do not)."""
