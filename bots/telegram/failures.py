"""What a failed call to Telegram was: the errors of the wire, and what an answer that is none says."""

from http import HTTPStatus
from typing import Any

import orjson
from telegram import error


class NeverSentError(error.NetworkError):
    """The request did not leave, or what answered was certainly not Telegram: nobody can have seen it."""


class NotOursError(NeverSentError):
    """Another process owns the account now, so nothing was sent. Nobody need be told: that one goes on."""

    def __init__(self) -> None:
        """It always says the same."""
        super().__init__("another process owns this account")


class MaybeSentError(error.NetworkError):
    """The request left and no usable answer came: it may have been done."""


class FloodError(error.TelegramError):
    """Telegram asks us to wait `seconds`. `account`: all of us, not only the chat."""

    def __init__(self, seconds: float, *, account: bool) -> None:
        """Tell how long."""
        super().__init__(f"Telegram asks to wait {seconds:g} s")
        self.seconds = seconds
        self.account = account


def read(body: bytes) -> dict[str, Any]:
    """The answer as an object; anything else is an empty one."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def parameter(answer: dict[str, Any], name: str) -> int:
    """A number among the refusal's parameters (Bot API, ResponseParameters); 0 when there is none."""
    parameters = answer.get("parameters")
    value = parameters.get(name) if isinstance(parameters, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def refusal(status: int, answer: dict[str, Any]) -> error.TelegramError:
    """What a refusal means. Without Telegram's own JSON it was somebody on the way, whatever the status says."""
    words = answer.get("description")
    if not isinstance(words, str):
        return _wordless(status)
    if moved := parameter(answer, "migrate_to_chat_id"):
        return error.ChatMigrated(moved)
    match status:
        case HTTPStatus.BAD_REQUEST | HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return error.BadRequest(words)
        case HTTPStatus.FORBIDDEN:
            return error.Forbidden(words)
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
            return error.InvalidToken(words)
        case HTTPStatus.CONFLICT:
            return error.Conflict(words)
    return MaybeSentError(f"Telegram answered {status}")


def _wordless(status: int) -> error.TelegramError:
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return error.BadRequest("Request Entity Too Large")
    # Redirects and a proxy's own refusals never reached Telegram, and 503 means that nobody took the request.
    if 300 <= status < 500 or status == HTTPStatus.SERVICE_UNAVAILABLE:
        return NeverSentError(f"not Telegram, but something on the way answered {status}")
    return MaybeSentError(f"an unusable answer with status {status}")
