"""The simulator: one real HTTP server on loopback that plays scripts in every dialect."""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Self, TypeAlias, assert_never

import h11

from chat_tui.simulator import (
    anthropic,
    demo,
    fal,
    flowise,
    gemini,
    get3w,
    ollama,
    openai,
    openai_images,
    writer,
)
from chat_tui.simulator.connection import MAX_BODY_BYTES, Connection, TooLarge
from chat_tui.simulator.dialect import Answer, Call, Outcome, Prompt, Question
from chat_tui.simulator.playing import Player
from chat_tui.simulator.script import Script

HOST = "127.0.0.1"
CALLS_KEPT = 1000
CALL_BYTES_KEPT = 2 * MAX_BODY_BYTES
"""The oldest calls are forgotten above these, so that a demo may run for days."""

Responder: TypeAlias = Callable[[Prompt], Script]


class Simulator:
    """The server. Start it with `async with`, or with `start` and `stop`."""

    def __init__(self, *, key: str | None = None, responder: Responder = demo.reply) -> None:
        """Build it; nothing is opened yet.

        Args:
            key: Ask callers for it; no key is needed when null.
            responder: Writes the script of a question when none is enqueued.
        """
        self.calls: list[Call] = []
        """The latest requests, oldest first, refused ones among them."""
        self.connections = 0
        """Connections accepted so far."""
        self.hangups = 0
        """Replies whose client left before they were complete."""
        self._respond = responder
        self._routes = (
            *anthropic.routes(demo.MODELS, key=key),
            *fal.routes(key=key),
            *flowise.routes(key=key),
            *gemini.routes(demo.MODELS, key=key),
            *get3w.routes(key=key),
            *ollama.routes(demo.MODELS, key=key),
            *openai.routes(demo.MODELS, key=key),
            *openai_images.routes(key=key),
            *writer.routes(key=key),
        )
        self._scripts: deque[Script] = deque()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._hung_up = asyncio.Event()
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://{HOST}:{self._port}"

    @property
    def open_connections(self) -> int:
        """Connections that are open now."""
        return len(self._tasks)

    def enqueue(self, *scripts: Script) -> None:
        """Answer the next questions with these, one each, in turn."""
        self._scripts.extend(scripts)

    async def hangup_seen(self, n: int = 1) -> None:
        """Wait until `n` clients in all have left before their reply was complete."""
        while self.hangups < n:
            await self._hung_up.wait()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback.

        Args:
            port: 0 lets the system choose one.

        Raises:
            OSError: the port is taken or not allowed.
            RuntimeError: it is started already.
        """
        if self._server is not None:
            raise RuntimeError("the simulator is started already")
        # It listens in a step of its own: a cancellation in between would leave its socket open.
        server = await asyncio.start_server(self._accept, HOST, port, start_serving=False)
        self._server, self._port = server, server.sockets[0].getsockname()[1]
        try:
            await server.start_serving()
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every connection, whatever it is doing, and wait until all are gone. Idempotent."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        while self._tasks:
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # From Python 3.12 on, waiting for what is done gives no turn to the tasks' callbacks.
            self._tasks.difference_update(tasks)
        await server.wait_closed()
        await asyncio.sleep(0)  # an aborted transport closes its socket in the next loop turn

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:
            writer.transport.abort()  # accepted by the system while the server was stopping
            return
        self.connections += 1
        task = asyncio.create_task(
            self._serve(reader, writer), name=f"simulator connection {self.connections}"
        )
        self._tasks.add(task)

        def forget(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            writer.transport.abort()  # open still when the task was cancelled before it began

        task.add_done_callback(forget)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        try:
            await self._converse(connection)
        except OSError:
            pass  # the client went away between two requests, or while it sent one
        except asyncio.CancelledError:
            connection.abort()
            raise
        finally:
            await connection.aclose()

    async def _converse(self, connection: Connection) -> None:
        """Answer one request after the other until the connection ends."""
        while True:
            try:
                call = await connection.receive()
            except TooLarge:
                message = f"The body is over {MAX_BODY_BYTES} bytes."
                await connection.refuse(openai.refusal(413, message))
                return
            except h11.RemoteProtocolError as error:
                await connection.refuse(openai.refusal(error.error_status_hint, str(error)))
                return
            if call is None:
                return
            self._remember(call)
            if not await self._attend(connection, self._reply(connection, call)):
                return
            if not connection.renew():
                return

    async def _attend(self, connection: Connection, reply: Coroutine[None, None, None]) -> bool:
        """Run a reply while watching the client; false when it left before the end."""
        playing = asyncio.create_task(reply, name="simulator reply")
        watching = asyncio.create_task(connection.gone(), name="simulator watch")
        try:
            await asyncio.wait({playing, watching}, return_when=asyncio.FIRST_COMPLETED)
            left = not playing.done()
        finally:
            playing.cancel()
            watching.cancel()
            await asyncio.wait({playing, watching})
        error = None if playing.cancelled() else playing.exception()
        if error is not None and not isinstance(error, OSError):
            raise error
        if left or error is not None:
            self.hangups += 1
            self._hung_up.set()
            self._hung_up = asyncio.Event()
            return False
        return True

    async def _reply(self, connection: Connection, call: Call) -> None:
        outcome = self._outcome(call)
        match outcome:
            case Answer():
                await connection.answer(outcome)
            case Question(prompt=prompt):
                script = self._scripts.popleft() if self._scripts else self._respond(prompt)
                await Player(script, connection, outcome).play()
            case _:
                assert_never(outcome)

    def _outcome(self, call: Call) -> Outcome:
        method = "GET" if call.method == "HEAD" else call.method
        allowed: list[str] = []
        for route in self._routes:
            if found := re.fullmatch(route.path, call.path):
                if route.method == method:
                    return route.handle(call, found.groupdict())
                allowed.append(route.method)
        if allowed:
            message = f"Not allowed to {call.method} on {call.path}."
            return openai.refusal(405, message, headers={"allow": ", ".join(allowed)})
        return openai.refusal(404, f"Invalid URL ({call.method} {call.path})")

    def _remember(self, call: Call) -> None:
        self.calls.append(call)
        size_bytes = sum(len(kept.body) for kept in self.calls)
        while len(self.calls) > CALLS_KEPT or (size_bytes > CALL_BYTES_KEPT and self.calls[1:]):
            size_bytes -= len(self.calls.pop(0).body)


async def serve(port: int = 0, *, announce: Callable[[str], None]) -> None:
    """Run a simulator until cancelled.

    Args:
        port: 0 lets the system choose one.
        announce: Told the address once it listens.

    Raises:
        OSError: the port is taken or not allowed.
    """
    simulator = Simulator()
    await simulator.start(port)
    try:
        announce(simulator.url)
        await asyncio.Event().wait()
    finally:
        await simulator.stop()
