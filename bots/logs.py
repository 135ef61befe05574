"""Structured logs on standard error: facts with their ids, and no secret in any of them.

The rest of the house logs with the standard library's `logging`; this is the one place that gives lines their look.
Whatever is written is redacted last, after formatting, so that tracebacks and libraries' own lines are covered too.
"""

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import structlog

from core import about

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

# These write addresses that hold a token, or whole payloads, below this level.
_TALKATIVE = ("aiohttp", "apscheduler", "asyncio", "discord", "httpcore", "httpx", "sqlalchemy", "telegram")

HIDDEN = "[hidden]"
# The shapes of what must never be read by others, wherever they turn up.
_SHAPES = (
    re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{30,}"),  # a Telegram token, in an address as well
    re.compile(r"\b[A-Za-z0-9_-]{20,30}\.[A-Za-z0-9_-]{5,8}\.[A-Za-z0-9_-]{25,}"),  # a Discord token
    re.compile(r"(?<=/webhooks/)\d+/[A-Za-z0-9_.-]{20,}"),  # a webhook's id and token
    re.compile(r"(?<=/interactions/)\d+/[A-Za-z0-9_.-]{20,}"),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),  # name and password in the address of a database or proxy
    re.compile(r"(?<=password=)[^\s&]+"),  # the same as PostgreSQL's own tools write it
)
# Terminal escapes and line breaks inside a line would let a chat's title forge log lines (threat TH31).
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}


class Redactor:
    """Takes secrets out of text: the ones it is told, and whatever looks like one."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know the secrets in force; the longest is hidden first, so that none leaves a stump."""
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for shape in _SHAPES:
            text = shape.sub(HIDDEN, text)
        return text


def harmless(text: str) -> str:
    """The text with control characters made visible."""
    return text.translate(_CONTROLS)


class _Safe(logging.Formatter):
    """Another formatter's lines, redacted and harmless."""

    def __init__(self, inner: logging.Formatter, redact: Redactor) -> None:
        super().__init__()
        self._inner = inner
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return harmless(self._redact(self._inner.format(record)))


def start(
    *, level: str = "info", form: str = "auto", secrets: Iterable[str] = (), stream: TextIO | None = None
) -> Redactor:
    """Send every log line of this process to `stream` (standard error), readable or as JSON, and safe.

    `form` is text, json or auto: text on a terminal, json elsewhere. Uncaught exceptions are written the same way.
    Returns the redactor, for whoever writes elsewhere.
    """
    stream = stream or sys.stderr
    redact = Redactor(secrets)
    as_json = form == "json" or (form == "auto" and not stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Safe(_formatter(as_json=as_json), redact))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level])
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _log_uncaught
    return redact


def _formatter(*, as_json: bool) -> logging.Formatter:
    look: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            _what_it_is_about,
            _on_one_line,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *look],
    )


def _what_it_is_about(_logger: Any, _method: str, facts: structlog.types.EventDict) -> structlog.types.EventDict:
    """Add the ids of the work at hand; what the line itself says comes first."""
    known = dict(about.facts())
    if facts.get("bulletin", known.get("bulletin")) != known.get("bulletin"):
        # One of several that share a message: the entry at hand is not its own.
        known.pop("entry", None)
    return {**known, **facts}


def _on_one_line(_logger: Any, _method: str, facts: structlog.types.EventDict) -> structlog.types.EventDict:
    """Keep what happened on its line, so that a name with a line break in it cannot look like a second one."""
    facts["event"] = "\\n".join(str(facts["event"]).splitlines())
    return facts


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("livedesk").critical("stopped by a failure nobody expected", exc_info=(kind, error, trace))
