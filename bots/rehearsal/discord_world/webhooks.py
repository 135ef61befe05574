"""A webhook: an address that posts into one channel, for whoever knows its token."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.rehearsal.discord_world.accounts import Account, App
    from bots.rehearsal.discord_world.channels import Channel


@dataclass(eq=False)
class Webhook:
    """One webhook. `app` is the bot that made it, `maker` the account."""

    id: int
    token: str = field(repr=False)
    name: str
    channel: "Channel" = field(repr=False)
    maker: "Account" = field(repr=False)
    app: "App | None" = field(default=None, repr=False)
