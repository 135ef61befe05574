"""Whose a Telegram token is: one question, outside any account's life."""

from telegram import error

from bots.telegram.transport import Bot
from core import pacing
from core.courier.gate import AccountGate
from core.platform import Identity, Stranger, Unreachable

HOME = "https://api.telegram.org"


async def identify(token: str, home: str = HOME) -> Identity | Stranger | Unreachable:
    """Ask Telegram, or the stage at `home`. Never raises for what Telegram or a network can do."""
    if not token.partition(":")[0].isdigit():
        return Stranger()
    bot = Bot(token, home, AccountGate(pacing.TELEGRAM))
    await bot.open()
    try:
        told = await bot.call("getMe")
    except error.InvalidToken:
        return Stranger()
    except error.TelegramError as trouble:
        return Unreachable(trouble.message)
    finally:
        await bot.close_connections()
    if not isinstance(told, dict) or not isinstance(told.get("id"), int):
        return Unreachable("its answer makes no sense")
    return Identity(told["id"], f"@{told.get('username', '')}")
