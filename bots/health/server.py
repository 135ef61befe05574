"""The three pages: /livez, /readyz and /metrics. Nothing waits for who asks, and they learn nothing about a reader."""

import asyncio
import errno
import logging
from collections.abc import Callable

from aiohttp import web

from bots.health import metrics
from bots.health.judging import judge
from bots.health.watching import Watch

log = logging.getLogger(__name__)

RETRY = 10.0
_GOODBYE = 1.0
# prometheus.io, exposition formats: the text format's version.
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# An answer is about this moment; aiohttp's own `Server` would tell whoever asks which versions we run.
_HEADERS = {"Cache-Control": "no-store", "Server": "livedesk"}


class Server:
    """Answers on one address. What it says of a trouble passes `safe` first: whoever asks may be anybody."""

    def __init__(self, watch: Watch, host: str, port: int, *, safe: Callable[[str], str], retry: float = RETRY) -> None:
        """Nothing is opened yet. `retry` is how long to wait between tries at an address that is taken, in seconds."""
        self._watch = watch
        self._host = host
        self._port = port
        self._safe = safe
        self._retry = retry
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where it answers; empty while it does not."""
        addresses = [] if self._runner is None else self._runner.addresses
        return f"http://{self._at(addresses[0][1])}" if addresses else ""

    async def run(self) -> None:
        """Answer until cancelled. An address that cannot be had is one line in the log, and tried again quietly."""
        try:
            if why := await self._open():
                log.error("health answers nobody: %s", why)
            while self._runner is None:
                await asyncio.sleep(self._retry)
                await self._open()
            log.info("health answers", extra={"address": self.address})
            await asyncio.Event().wait()
        finally:
            if self._runner is not None:
                await self._runner.cleanup()

    async def _open(self) -> str:
        """Why the address cannot be had; empty when it is ours."""
        app = web.Application()
        pages = (("/livez", self._livez), ("/readyz", self._readyz), ("/metrics", self._metrics))
        app.add_routes([web.get(path, page) for path, page in pages])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GOODBYE)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            return self._told(error)
        self._runner = runner
        return ""

    def _told(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return (
                f"another program has {self._at(self._port)}: name another address in [health] listen, "
                "or leave it empty. Everything else goes on."
            )
        return f"{self._at(self._port)} cannot be had ({error.strerror or type(error).__name__}): see [health] listen."

    def _at(self, port: int) -> str:
        return f"[{self._host}]:{port}" if ":" in self._host else f"{self._host}:{port}"

    async def _livez(self, _request: web.Request) -> web.Response:
        # That it is answered is the answer: it comes from the loop everything runs in.
        return web.Response(text="alive\n", headers=_HEADERS)

    async def _readyz(self, _request: web.Request) -> web.Response:
        verdict = judge(self._watch.view())
        lines = (f"ready: {verdict.well}",) if verdict.ready else ("not ready", *verdict.reasons)
        text = "".join(f"{self._safe(line)}\n" for line in lines)
        return web.Response(text=text, status=200 if verdict.ready else 503, headers=_HEADERS)

    async def _metrics(self, _request: web.Request) -> web.Response:
        view, now = self._watch.view(), self._watch.now()
        page = await asyncio.to_thread(metrics.render, view, now)
        return web.Response(body=page, headers={**_HEADERS, "Content-Type": _METRICS_TYPE})
