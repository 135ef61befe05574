"""Telegram as people live in it: persons, bots, chats, topics, messages, and what each of them may do."""
