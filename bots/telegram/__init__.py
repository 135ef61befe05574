"""Telegram: the account's life, what it hears, how a bulletin looks there, and how it is sent."""
