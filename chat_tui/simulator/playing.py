"""Plays one script over one connection."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from chat_tui.simulator.connection import Connection
from chat_tui.simulator.dialect import Question
from chat_tui.simulator.script import Content, Drop, End, Hang, Hold, Pause, Raw, Script


class Player:
    """One script, once."""

    def __init__(self, script: Script, connection: Connection, question: Question) -> None:
        if script.body is None and script.content_type == "text/event-stream":
            script = replace(script, content_type=question.media_type)
        self._script = script
        self._connection = connection
        self._encoder = question.encoder
        self._streamed = question.streamed
        self._head_sent = False

    async def play(self) -> None:
        """Play to the end.

        Raises:
            OSError: the client went away while something was sent.
        """
        script = self._script
        media_type = script.content_type.partition(";")[0].strip().lower()
        if script.body is not None:
            await self._play_body(script.body, chunked=media_type == "text/event-stream")
        elif self._streamed and media_type != "application/json":
            if await self._act(self._send_frame):
                await self._finish()
        else:
            await self._play_whole()

    async def _play_body(self, body: bytes, *, chunked: bool) -> None:
        if not chunked and self._script.status != 204:
            await self._send_head(content_length=len(body))
        await self._send(body)
        await self._finish()

    async def _play_whole(self) -> None:
        """Do what the acts say, and put what they tell into one document at the end."""
        told: list[Content] = []

        async def keep(act: Content) -> None:
            told.append(act)

        if not await self._act(keep):
            return
        answer = self._encoder.whole(told)
        if not self._head_sent:
            status = answer.status if self._script.status == 200 else self._script.status
            await self._send_head(
                status=status,
                content_type=answer.content_type,
                content_length=len(answer.body),
            )
        await self._send(answer.body)
        await self._finish()

    async def _act(self, tell: Callable[[Content], Awaitable[None]]) -> bool:
        """Go through the acts; false when one of them broke the connection."""
        for act in self._script.acts:
            match act:
                case Pause(seconds=seconds):
                    await asyncio.sleep(seconds)
                case Hold(gate=gate):
                    await gate.pass_through()
                case Raw(data=data, framed=framed):
                    await self._send(data, framed=framed)
                case Drop(reset=reset):
                    self._connection.drop(reset=reset)
                    return False
                case Hang():
                    await asyncio.Event().wait()
                case End():
                    return True
                case _:
                    await tell(act)
        return True

    async def _send_frame(self, act: Content) -> None:
        if data := self._encoder.frame(act):
            await self._send(data)

    async def _send(self, data: bytes, *, framed: bool = True) -> None:
        await self._send_head()
        size = self._script.cut or len(data) or 1
        for start in range(0, len(data), size):
            await self._connection.send(data[start : start + size], framed=framed)
            if self._script.cut is not None:
                await asyncio.sleep(0)  # let a reader in this loop see the piece by itself

    async def _finish(self) -> None:
        await self._send_head()
        await self._connection.finish()

    async def _send_head(
        self,
        *,
        status: int | None = None,
        content_type: str | None = None,
        content_length: int | None = None,
    ) -> None:
        if self._head_sent:
            return
        self._head_sent = True
        headers: dict[str, str] = {"cache-control": "no-cache"}
        if content_type := content_type or self._script.content_type:
            headers["content-type"] = content_type
        if content_length is not None:
            headers["content-length"] = str(content_length)
        headers |= {name.lower(): value for name, value in self._script.headers.items()}
        await self._connection.head(status or self._script.status, headers)
