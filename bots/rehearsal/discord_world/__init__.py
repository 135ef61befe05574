"""Discord as people see it on the stage: servers, channels, people, messages, buttons.

Start with `world.DiscordWorld`.
"""
