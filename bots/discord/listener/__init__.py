"""What comes in from Discord: commands, buttons, forms, and news of the places we are in. The desk decides."""

from bots.discord.listener.listener import Listener, Rooms

__all__ = ["Listener", "Rooms"]
