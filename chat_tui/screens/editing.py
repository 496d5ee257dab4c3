"""Ctrl+O: the prompt in another program, as `git commit` does it."""

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from textual.app import App, SuspendNotSupported

from chat_tui.errors import ChatTuiError
from chat_tui.processes import gone, started
from chat_tui.text import clean

MAX_BYTES: Final = 4 * 1024 * 1024
_USUAL: Final = ("nano", "vim", "vi")


class EditFailed(ChatTuiError):
    """The editor gave nothing back; the prompt is as it was."""


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """Say which program edits: `VISUAL`, else `EDITOR`, else one that is usually there.

    Raises:
        EditFailed: there is none, or it is not written as a command.
    """
    for name in ("VISUAL", "EDITOR"):
        if not (written := environ.get(name, "").strip()):
            continue
        try:
            command = shlex.split(written)
        except ValueError as error:
            raise EditFailed(f"{name} is not a command: {str(error).lower()}") from error
        if command and shutil.which(command[0], path=environ.get("PATH")) is None:
            raise EditFailed(f"{name} names {command[0]!r}, which is not there")
        return command
    for usual in _USUAL:
        if shutil.which(usual, path=environ.get("PATH")) is not None:
            return [usual]
    raise EditFailed("there is no editor", hint="set EDITOR, such as EDITOR=nano")


async def edit(
    app: App[Any], text: str, environ: Mapping[str, str], hear_signals: Callable[[], None]
) -> str:
    """Have the user edit a text elsewhere. The terminal is the editor's meanwhile; replies go on.

    Args:
        app: Gives up the terminal, and takes it back whatever happens.
        text: What is written so far.
        environ: Where the editor is looked up.
        hear_signals: Sets the application's own signal handlers again.

    Raises:
        EditFailed: there is no editor, it failed, or it left something that is no prompt.
    """
    command = editor_command(environ)
    # Only the user may enter the folder; the file in it is the user's alone as well.
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="chat-tui-"))
    path = folder / "prompt.md"
    try:
        await asyncio.to_thread(_write, path, text)
        code = await _run([*command, str(path)], app, environ, hear_signals)
        if code:
            raise EditFailed(f"{command[0]} ended with {code}; the prompt is as it was")
        return await asyncio.to_thread(_read, path)
    except OSError as error:
        reason = (error.strerror or "failed").lower()
        raise EditFailed(f"the editor could not be used: {reason}") from error
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _run(
    command: list[str],
    app: App[Any],
    environ: Mapping[str, str],
    hear_signals: Callable[[], None],
) -> int:
    try:
        # Batched, nothing is painted: the loop goes on, and what streams is read.
        with app.batch_update(), app.suspend(), _deaf_to_interrupts(hear_signals):
            process = await started(asyncio.create_subprocess_exec(*command, env=dict(environ)))
            try:
                return await process.wait()
            except asyncio.CancelledError:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await gone(process)
                raise
    except SuspendNotSupported as error:
        raise EditFailed("this terminal cannot be lent to an editor") from error
    finally:
        app.refresh(layout=True)


@contextlib.contextmanager
def _deaf_to_interrupts(hear_again: Callable[[], None]) -> Iterator[None]:
    """Ctrl+C is the editor's now."""
    # A handler, unlike SIG_IGN, is not inherited by the editor.
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: None)
    try:
        yield
    finally:
        hear_again()


def _write(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(text.encode("utf-8", "replace"))


def _read(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise EditFailed("what the editor left is over 4 MiB, too long for a prompt")
    try:
        return clean(content.decode("utf-8")).rstrip("\n")
    except UnicodeDecodeError as error:
        raise EditFailed("what the editor left is not UTF-8") from error
