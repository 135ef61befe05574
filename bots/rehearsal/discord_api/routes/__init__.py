"""Every route this half of the stage plays; anything else is 404 with code 0."""

from bots.rehearsal.discord_api.call import Route
from bots.rehearsal.discord_api.routes import (
    channels,
    commands,
    crossposts,
    guilds,
    identity,
    interactions,
    messages,
    pins,
    threads,
    webhooks,
)

ALL: tuple[Route, ...] = (
    *identity.ROUTES,
    *commands.ROUTES,
    *interactions.ROUTES,
    *pins.ROUTES,
    *crossposts.ROUTES,
    *messages.ROUTES,
    *threads.ROUTES,
    *channels.ROUTES,
    *guilds.ROUTES,
    *webhooks.ROUTES,
)
"""The first that fits answers: `messages/pins` stands before `messages/{message_id}`."""
