"""One client on the gateway: hello, identify or resume, heartbeats, events, and the code it is closed with."""

import asyncio
import json
import secrets
import zlib
from collections import deque
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.accounts import App
from bots.rehearsal.discord_world.world import PLATFORM, DiscordWorld
from bots.rehearsal.gateway.session import KNOWN_INTENTS, PRIVILEGED, Session

Json = dict[str, Any]

IDENTIFY, HEARTBEAT, RESUME = 2, 1, 6
OTHER_OPCODES = (3, 4, 8, 31)
"""Presence, voice state, member request, sounds: heard, and without consequence here."""
LARGEST_PAYLOAD = 4096
SENDS, IN_SECONDS = 120, 60.0
RESUMABLE_FOR = 180.0
"""Seconds a session waits for its client to come back. Discord does not tell how long."""
NOT_RESUMABLE = False
SESSION_OVER = 4009
LATE_HEARTBEAT = 1.5
ACK_DELAY = 0.02
"""Seconds to the answer to a heartbeat: what a network takes."""
"""After so many intervals without a heartbeat the client is taken for dead."""


class Closed(Exception):
    """The gateway ends the connection with this code."""

    def __init__(self, code: int) -> None:
        """Take a close code of docs, opcodes and status codes."""
        super().__init__(code)
        self.code = code


async def serve(request: web.Request, world: DiscordWorld) -> web.StreamResponse:
    """Play the gateway for one client until one side hangs up."""
    if world.gateway_down:
        return web.Response(status=503, text="service unavailable")
    socket = web.WebSocketResponse(compress=False, heartbeat=None)
    await socket.prepare(request)
    connection = Connection(world, socket, request)
    await connection.run()
    return socket


class Connection:
    """A WebSocket and the session behind it, once there is one."""

    def __init__(self, world: DiscordWorld, socket: web.WebSocketResponse, request: web.Request) -> None:
        """Take the open socket."""
        self._world = world
        self._socket = socket
        self._version = request.query.get("v", "10")
        squeezes = world.compress_gateway and request.query.get("compress") == "zlib-stream"
        self._squeeze = zlib.compressobj() if squeezes else None
        self._out: asyncio.Queue[str | int] = asyncio.Queue()
        self._heard: deque[float] = deque()
        self._beat = asyncio.get_running_loop().time()
        self._session: Session | None = None
        self._app: App | None = None
        self._we_hung_up = False

    async def run(self) -> None:
        """Talk until one side hangs up; the session stays behind to be resumed."""
        self._say(10, {"heartbeat_interval": int(self._world.heartbeat_interval * 1000), "_trace": ["stage"]})
        helpers = [asyncio.create_task(self._write()), asyncio.create_task(self._leave_at_the_end())]
        try:
            await self._listen()
        except Closed as closed:
            self._we_hung_up = True
            if closed.code == SESSION_OVER and self._app is not None and self._session in self._app.sessions:
                self._app.sessions.remove(self._session)
            await self._socket.close(code=closed.code)
        finally:
            self._part()
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _leave_at_the_end(self) -> None:
        await self._world.backstage.closing.wait()
        self._out.put_nowait(int(WSCloseCode.GOING_AWAY))

    async def _write(self) -> None:
        while True:
            frame = await self._out.get()
            if isinstance(frame, int):
                self._we_hung_up = True
                await self._socket.close(code=frame)
            elif self._socket.closed:
                continue
            elif self._squeeze is None:
                await self._socket.send_str(frame)
            else:
                squeezed = self._squeeze.compress(frame.encode()) + self._squeeze.flush(zlib.Z_SYNC_FLUSH)
                await self._socket.send_bytes(squeezed)

    async def _listen(self) -> None:
        if self._version not in ("9", "10"):
            raise Closed(4012)
        loop = asyncio.get_running_loop()
        while True:
            patience = self._beat + self._world.heartbeat_interval * LATE_HEARTBEAT + 1 - loop.time()
            try:
                message = await self._socket.receive(timeout=max(0.01, patience))
            except TimeoutError:
                raise Closed(SESSION_OVER) from None
            if message.type is not WSMsgType.TEXT:
                return
            self._count(loop.time())
            if len(message.data.encode()) > LARGEST_PAYLOAD:
                raise Closed(4002)
            await self._handle(_payload(message.data))

    def _count(self, now: float) -> None:
        self._heard.append(now)
        while self._heard[0] <= now - IN_SECONDS:
            self._heard.popleft()
        if len(self._heard) > SENDS:
            self._world.backstage.note(PLATFORM, "gateway", f"more than {SENDS} sends in {IN_SECONDS:.0f} s")
            raise Closed(4008)

    async def _handle(self, payload: Json) -> None:
        opcode, data = payload["op"], payload.get("d")
        if opcode == HEARTBEAT:
            self._beat = asyncio.get_running_loop().time()
            if self._app is None or self._app.heartbeats_answered:
                # Answered in no time, discord.py (2.7) measures from the beat before, and warns that it lags behind.
                asyncio.get_running_loop().call_later(ACK_DELAY, self._say, 11, None)
        elif opcode == IDENTIFY:
            self._identify(data)
        elif opcode == RESUME:
            self._resume(data)
        elif opcode not in OTHER_OPCODES:
            raise Closed(4001)
        elif self._session is None:
            raise Closed(4003)

    def _say(self, opcode: int, data: Any) -> None:
        self._out.put_nowait(json.dumps({"op": opcode, "d": data, "s": None, "t": None}))

    def _identify(self, data: Any) -> None:
        if self._session is not None:
            raise Closed(4005)
        if not isinstance(data, dict) or not {"token", "intents", "properties"} <= set(data):
            raise Closed(4002)
        app = self._world.app_of(str(data["token"]))
        if app is None:
            raise Closed(4004)
        shard = _shard(data)
        self._check_intents(app, data["intents"])
        if not self._within_budget(app):
            self._say(9, NOT_RESUMABLE)
            return
        session = Session(secrets.token_hex(16), data["intents"], shard)
        app.sessions.append(session)
        self._take(app, session)
        self._welcome(app, session)

    def _check_intents(self, app: App, intents: Any) -> None:
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS or intents < 0:
            raise Closed(4013)
        if intents & PRIVILEGED & ~app.granted:
            raise Closed(4014)

    def _within_budget(self, app: App) -> bool:
        now = self._world.now()
        if app.identifies_left == 0:
            app.revoke_token()
            self._world.backstage.note(
                PLATFORM, "gateway", "the last IDENTIFY of the day was spent: the token is reset"
            )
            raise Closed(4004)
        app.identified.append(now)
        if self._world.enforce_rates and now - app.welcomed_at < self._world.identify_spacing:
            return False
        app.welcomed_at = now
        return True

    def _welcome(self, app: App, session: Session) -> None:
        guilds = [guild for guild in self._world.guilds_of(app) if session.covers(guild.id)]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": wire.user(app) | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0},
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "resume_gateway_url": self._world.gateway_address,
                "session_type": "normal",
                "shard": list(session.shard),
                "application": {"id": str(app.id), "flags": 0},
                "private_channels": [],
                "_trace": ["stage"],
            },
        )
        for guild in guilds:
            if not guild.out and session.wants("GUILD_CREATE", guild.id):
                session.dispatch("GUILD_CREATE", wire.guild(guild, app))

    def _resume(self, data: Any) -> None:
        if not isinstance(data, dict) or not {"token", "session_id", "seq"} <= set(data):
            raise Closed(4002)
        app = self._world.app_of(str(data["token"]))
        if app is None:
            raise Closed(4004)
        now = self._world.now()
        session = next((one for one in app.sessions if one.id == data["session_id"]), None)
        too_old = session is not None and session.left_at is not None and now - session.left_at > RESUMABLE_FOR
        if session is None or too_old:
            self._say(9, NOT_RESUMABLE)
            return
        missed = session.missed(int(data["seq"] or 0))
        if missed is None:
            app.sessions.remove(session)
            raise Closed(4007)
        for frame in missed:
            self._out.put_nowait(frame)
        self._take(app, session)
        session.dispatch("RESUMED", {"_trace": ["stage"]})

    def _take(self, app: App, session: Session) -> None:
        if session.close is not None:
            session.close(4000)
        self._app, self._session = app, session
        session.left_at = None
        session.hear = self._out.put_nowait
        session.close = self._out.put_nowait

    def _part(self) -> None:
        """Leave the session to be resumed, or end it where the client said goodbye (1000, 1001: docs, gateway)."""
        session = self._session
        if session is None or self._app is None or session.close != self._out.put_nowait:
            return
        session.hear = session.close = None
        session.left_at = self._world.now()
        goodbye = not self._we_hung_up and self._socket.close_code in (1000, 1001)
        if goodbye and session in self._app.sessions:
            self._app.sessions.remove(session)


def _payload(text: str) -> Json:
    try:
        payload = json.loads(text)
    except ValueError:
        raise Closed(4002) from None
    if not isinstance(payload, dict) or not isinstance(payload.get("op"), int):
        raise Closed(4002)
    return payload


def _shard(data: Json) -> tuple[int, int]:
    given = data.get("shard", [0, 1])
    if not isinstance(given, list) or len(given) != 2 or not 0 <= given[0] < given[1]:
        raise Closed(4010)
    return given[0], given[1]
