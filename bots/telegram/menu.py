"""The menu of commands in people's Telegram, told only when it changed: everybody's, and each editor's own."""

import logging
from typing import Any

from telegram import error

from bots.telegram.transport import Bot
from core import locales
from core.commands import forms
from core.commands.forms import Speaker

_LOG = logging.getLogger(__name__)
_DEFAULT: dict[str, Any] = {"type": "default"}


class Menu:
    """One account's menus."""

    def __init__(self, bot: Bot) -> None:
        """Nothing is asked yet."""
        self._bot = bot
        self._editors: set[int] = set()

    async def show_readers(self) -> None:
        """The readers' menu in every language we have; English is what all others see."""
        for language in locales.languages():
            code = "" if language == locales.LAST_RESORT else language[:2]
            await self._show(Speaker.ANYONE, _DEFAULT, language, code)

    async def show_editor(self, chat_id: int, language: str) -> None:
        """The whole menu in an editor's own chat; asked about once a run."""
        if chat_id not in self._editors:
            self._editors.add(chat_id)
            await self._show(Speaker.EDITOR, {"type": "chat", "chat_id": chat_id}, language, "")

    async def _show(self, speaker: Speaker, scope: dict[str, Any], language: str, code: str) -> None:
        words = locales.words(language)
        menu = [{"command": word, "description": words.say(key)} for word, key in forms.menu(speaker)]
        place = {"scope": scope, "language_code": code or None}
        try:
            if await self._bot.call("getMyCommands", **place) != menu:
                await self._bot.call("setMyCommands", commands=menu, **place)
        except error.TelegramError as failure:
            # A menu is a convenience: what it lists can be typed all the same.
            _LOG.warning("menu not shown", extra={"why": failure.message})
