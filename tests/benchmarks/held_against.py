"""What others do with the same far end: each rival alone in a process, with its own libraries."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_LIBRARIES = _HERE.parents[1] / ".venv" / "bench"
"""Where `make bench` puts them."""
_NEEDS = {
    "ptb_stock": "httpx",
    "ptb_limited": "aiolimiter",
    "ptb_aiohttp": "telegram",
    "aiogram_plain": "aiogram",
    "aiogram_broadcasting": "aiogram_broadcaster",
    "discordpy": "discord",
    "lane_job": "procrastinate",
}


@dataclass(frozen=True)
class Did:
    """What came of it: messages answered and failed, this many seconds, this many of the processor's."""

    sent: int
    failed: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.sent / self.seconds

    @property
    def cpu_each(self) -> float:
        """Seconds of the processor's for one message."""
        return self.cpu / max(1, self.sent)


def there(rival: str) -> bool:
    """Whether its libraries are installed."""
    needs = _NEEDS[rival]
    return (_LIBRARIES / needs).is_dir() or importlib.util.find_spec(needs) is not None


def offer(
    rival: str,
    url: str,
    token: str,
    chats: Sequence[int],
    *,
    seconds: float,
    rate: float = 0.0,
    in_flight: int = 0,
) -> Did:
    """Let a rival send one message to each chat. Raises RuntimeError with its own words when it breaks."""
    order = {"url": url, "token": token, "chats": list(chats), "seconds": seconds, "rate": rate, "in_flight": in_flight}
    return Did(**ask(rival, order))


def ask(rival: str, order: Mapping[str, Any]) -> dict[str, Any]:
    """Let a rival do something and tell what came of it. Raises RuntimeError with its own words when it breaks."""
    ran = subprocess.run(
        _command(rival), input=json.dumps(order), env=_environment(), capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise RuntimeError(f"{rival} broke:\n{ran.stderr}")
    told = ran.stdout.splitlines()
    return dict(json.loads(told[-1])) if told else {}


@contextmanager
def at_work(rival: str, order: Mapping[str, Any]) -> Iterator["subprocess.Popen[str]"]:
    """A rival that works until it is killed at the end."""
    process = subprocess.Popen(
        _command(rival), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment(), text=True
    )
    assert process.stdin is not None
    with process:
        try:
            process.stdin.write(json.dumps(order))
            process.stdin.close()
            yield process
        finally:
            process.kill()


def _command(rival: str) -> list[str]:
    return [sys.executable, str(_HERE / "rivals" / f"{rival}.py")]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_LIBRARIES)}
