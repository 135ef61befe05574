"""Telegram's refusals as outcomes. The texts are those of tdlib/telegram-bot-api and tdlib/td; there are no codes."""

from telegram import error

from bots.telegram.failures import FloodError, MaybeSentError, NeverSentError
from core.platform import Forbidden, Gone, Lost, Moved, NotSent, Outcome, Reach, Rejected, Unknown

# Each row: a piece of Telegram's words in small letters, and what we call it. The first that fits wins.
_GONE = (
    ("blocked by the user", "blocked"),
    ("user_is_blocked", "blocked"),
    ("deactivated", "deactivated"),
    ("bot was kicked", "kicked"),
    ("not a member", "not a member"),
    ("chat was deleted", "deleted"),
    ("can't initiate conversation", "never started"),
    ("message thread not found", "topic deleted"),
    ("topic_deleted", "topic deleted"),
    ("topic_id_invalid", "topic deleted"),
    ("chat not found", "not found"),
    ("peer_id_invalid", "not found"),
)
_FORBIDDEN = (
    ("topic_closed", "write in this topic: it is closed"),
    ("write_forbidden", "send messages"),
    ("chat_restricted", "send messages"),
    ("not enough rights", ""),
    ("need administrator rights", ""),
    ("have no rights", ""),
    ("_forbidden", ""),
    ("chat_admin_required", "be an administrator"),
)
_LOST = (
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message_id_invalid",
    "message identifier is not specified",
)
_STALE = (
    "wrong file",
    "wrong remote file",
    "file_reference",
    "file reference",
    "media_empty",
    "invalid file",
    "file_id",
)
_PICTURE = (
    "image_process_failed",
    "photo_",
    "request entity too large",
    "too big",
    "no photo in the request",
    "media_invalid",
    "send photos",
)


def of(failure: error.TelegramError) -> Outcome:
    """What a failed call came to."""
    # BadRequest and our own two are NetworkErrors too: the order of these matters.
    match failure:
        case FloodError():
            reach = Reach.ACCOUNT if failure.account else Reach.DESTINATION
            return NotSent(failure.seconds, reach, failure.message)
        case NeverSentError():
            return NotSent(0.0, Reach.ACCOUNT, failure.message)
        case MaybeSentError():
            return Unknown(failure.message)
        case error.ChatMigrated():
            return Moved(failure.new_chat_id)
        case error.InvalidToken():
            return NotSent(0.0, Reach.ACCOUNT, "Telegram refuses this account's token (revoked or wrong)")
        case error.Forbidden() | error.BadRequest():
            return _refusal(failure)
        case _:
            return Unknown(failure.message)


def unchanged(failure: error.BadRequest) -> bool:
    """Whether an edit was refused because the message says so already."""
    return "message is not modified" in failure.message.lower()


def refuses_entities(failure: error.BadRequest) -> bool:
    """Whether the words might do without their looks."""
    words = failure.message.lower()
    return "entit" in words and "entity too large" not in words


def stale(failure: error.BadRequest) -> bool:
    """Whether the picture's remembered file id is no longer good."""
    return any(piece in failure.message.lower() for piece in _STALE)


def refuses_picture(failure: error.BadRequest) -> bool:
    """Whether the words might go without the picture: it is broken or too big, or pictures are not allowed there."""
    words = failure.message.lower()
    return any(piece in words for piece in _PICTURE) or (words.startswith("chat_send_") and "plain" not in words)


def _refusal(failure: error.Forbidden | error.BadRequest) -> Outcome:
    words = failure.message.lower()
    for piece, reason in _GONE:
        if piece in words:
            return Gone(reason)
    for piece, missing in _FORBIDDEN:
        if piece in words:
            return Forbidden(missing or failure.message)
    if any(piece in words for piece in _LOST):
        return Lost(failure.message)
    return Gone(failure.message) if isinstance(failure, error.Forbidden) else Rejected(failure.message)
