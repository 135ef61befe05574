"""Telegram's refusals: an error code, its description word for word, and sometimes parameters."""

from typing import Any

from bots.rehearsal.faults import Fault

PREFIXES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class RefusalError(Exception):
    """The call is refused. `parameters` may hold retry_after or migrate_to_chat_id."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        """Word it; the prefix of the code is added where `description` lacks it."""
        prefix = PREFIXES.get(code, "")
        self.code = code
        self.description = description if description.startswith(prefix) else f"{prefix}: {description}"
        self.parameters = parameters
        super().__init__(self.description)

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str) -> RefusalError:
    """Return a 400 with these words."""
    return RefusalError(400, description)


def too_many(seconds: int) -> RefusalError:
    """Return a 429 that asks to wait so many seconds."""
    return RefusalError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def migrated(chat_id: int) -> RefusalError:
    """Return the 400 of a group that has become the supergroup `chat_id`."""
    return RefusalError(400, "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat_id)


def of_fault(fault: Fault) -> RefusalError:
    """Return a fault's refusal in Telegram's words."""
    arguments = fault.arguments
    match fault.name:
        case "flood":
            return too_many(arguments["retry_after"])
        case "migrate":
            return migrated(arguments["to"])
        case "forbidden":
            return RefusalError(403, arguments["description"] or "bot was blocked by the user")
        case "bad_request":
            return bad(arguments["description"])
        case "not_found":
            return RefusalError(404, arguments["description"] or "Not Found")
        case "conflict":
            return RefusalError(409, OTHER_POLLER)
        case _:
            return RefusalError(401, "Unauthorized")


OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
