"""The stage: Telegram and Discord played on this machine over real HTTP, so that real clients run without tokens.

Nothing in this room imports anything of ours from outside it, so the stage cannot agree with our bugs.
Start with `bots.rehearsal.stage.Stage`.
"""
