"""Several machines: each a network namespace with a cable of its own to the stage and the database, that can be cut."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HOUSE = Path(__file__).resolve().parents[2]
_STAGE, _DATABASE = 8080, 5432
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def missing() -> str:
    """Why there can be no namespaces here; empty when there can."""
    if shutil.which("ip") is None:
        return "no `ip` on this machine"
    tried = subprocess.run(["ip", "netns", "add", "livedesk-try"], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"this user may not make network namespaces: {tried.stderr.strip()}"
    _ip("netns", "del", "livedesk-try")
    return ""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Machine:
    """One machine, on which a house may run."""

    def __init__(self, number: int) -> None:
        """Its cable is `10.213.NUMBER.1` at our end."""
        self.name = f"ld{os.getpid() % 100_000}-{number}"
        self._ours, self._its = f"{self.name}a"[-15:], f"{self.name}b"[-15:]
        self._here, self._there = f"10.213.{number}.1", f"10.213.{number}.2"
        self._servers: list[asyncio.Server] = []
        self.process: asyncio.subprocess.Process | None = None

    @property
    def stage(self) -> str:
        """The stage as it is called from there."""
        return f"http://{self._here}:{_STAGE}"

    def store(self, name: str) -> str:
        """The store as it is called from there."""
        return f"postgresql://postgres@{self._here}:{_DATABASE}/{name}"

    async def plugs_in(self, stage_port: int, socket: str) -> None:
        """Lay its cable, to the stage at a port of ours and to the database behind a socket of ours."""
        _ip("netns", "add", self.name)
        _ip("link", "add", self._ours, "type", "veth", "peer", "name", self._its, "netns", self.name)
        _ip("addr", "add", f"{self._here}/24", "dev", self._ours)
        _ip("link", "set", self._ours, "up")
        _ip("-n", self.name, "addr", "add", f"{self._there}/24", "dev", self._its)
        _ip("-n", self.name, "link", "set", self._its, "up")
        _ip("-n", self.name, "link", "set", "lo", "up")

        def stage() -> Coroutine[Any, Any, _Streams]:
            return asyncio.open_connection("127.0.0.1", stage_port)

        def database() -> Coroutine[Any, Any, _Streams]:
            return asyncio.open_unix_connection(socket)

        for port, far_end in ((_STAGE, stage), (_DATABASE, database)):
            self._servers.append(await asyncio.start_server(_joined(far_end), self._here, port))

    async def starts(self, environment: dict[str, str], log: Path) -> None:
        """Let a house run there."""
        words = ("ip", "netns", "exec", self.name, sys.executable, "-m", "tests.faults.house", self.stage, "", "")
        with log.open("ab") as said:
            self.process = await asyncio.create_subprocess_exec(
                *words, cwd=HOUSE, env=environment, stdout=said, stderr=said, start_new_session=True
            )

    def gets(self, sign: signal.Signals) -> None:
        """Send its house a signal."""
        assert self.process is not None
        os.killpg(self.process.pid, sign)

    def is_cut_off(self) -> None:
        """Pull its cable: what it sends goes nowhere, and nothing tells it so."""
        _ip("link", "set", self._ours, "down")

    def is_back(self) -> None:
        """Put its cable in again."""
        _ip("link", "set", self._ours, "up")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.returncode is None:
            self.gets(signal.SIGKILL)
            await self.process.wait()
        for server in self._servers:
            server.close()
        self._is_pulled_down()

    def _is_pulled_down(self) -> None:
        # Whatever was laid of it; with one end of a cable the other one goes.
        for words in (("netns", "del", self.name), ("link", "del", self._ours)):
            subprocess.run(["ip", *words], capture_output=True, check=False)


def _joined(far_end: Callable[[], Coroutine[Any, Any, _Streams]]) -> Callable[..., Coroutine[Any, Any, None]]:
    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inside, outside = await far_end()
        except OSError:
            # The database is being restarted: so says a refused connection too.
            writer.close()
            return
        await asyncio.gather(_carry(reader, outside), _carry(inside, writer))

    return join


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()
