"""How Discord says no: status, JSON error code, and its words (docs, opcodes and status codes)."""

from typing import Any

REFUSALS: dict[int, tuple[int, str]] = {
    0: (404, "404: Not Found"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    20022: (429, "This message cannot be edited due to announcement rate limits"),
    30003: (400, "Maximum number of pins reached for the channel (250)"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30034: (429, "Max number of daily application command creates has been reached (200)"),
    40005: (413, "Request entity too large"),
    40033: (400, "This message has already been crossposted."),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40333: (403, "internal network error"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50016: (
        400,
        "Provided too few or too many messages to delete. Must be 2 to 100.",
    ),
    50019: (400, "A message can only be pinned in the channel it was sent in."),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50034: (400, "You can only bulk delete messages that are under 14 days old."),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
    220001: (400, "Webhooks posted to forum channels must have a thread_name or thread_id"),
    220002: (400, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"),
    220003: (400, "Webhooks can only create threads in forum channels"),
}


class Refusal(Exception):
    """A call refused in Discord's words. `more` joins the body, `headers` the answer."""

    def __init__(
        self,
        code: int,
        *,
        status: int | None = None,
        message: str | None = None,
        more: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Take status and words from the table unless they are given."""
        known_status, known_message = REFUSALS.get(code, (400, "Unknown error"))
        self.status = status or known_status
        self.body: dict[str, Any] = {"message": message or known_message, "code": code, **(more or {})}
        self.headers = headers or {}
        super().__init__(self.body["message"])


def unauthorized() -> Refusal:
    """Return the answer to a token that is not (or no longer) one."""
    return Refusal(0, status=401, message="401: Unauthorized")


def snowflake(value: Any, *path: str) -> int:
    """Return an id as a number; refuse the body where it is none."""
    told = str(value)
    if not told.isascii() or not told.isdigit() or len(told) > 20:
        errors: dict[str, Any] = {
            "_errors": [{"code": "NUMBER_TYPE_COERCE", "message": f'Value "{told}" is not snowflake.'}]
        }
        for step in reversed(path):
            errors = {step: errors}
        raise form(errors)
    return int(told)


def form(errors: dict[str, Any]) -> Refusal:
    """Return "Invalid Form Body" with its tree of errors."""
    return Refusal(50035, more={"errors": errors})
