"""`chat-tui --plain`: reading lines, at a terminal with its history and completion, or from a pipe."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from typing import Final, NoReturn

import click

from chat_tui import __version__
from chat_tui.cli.options import AppChoices, load_config, paths_of, roster_of
from chat_tui.cli.output import ReaderGone, let_go_of_stdout
from chat_tui.cli.plain_printing import PlainOut
from chat_tui.cli.plain_talk import PlainTalk, spoken
from chat_tui.commands.completion import Option, argument_options, command_options, wanted
from chat_tui.conversation import Conversation
from chat_tui.events import Approval
from chat_tui.ids import ConversationId
from chat_tui.message import Message
from chat_tui.roster.roster import DEMO
from chat_tui.session.holding import take
from chat_tui.text import clean, clean_line

_LEAVING: Final = (signal.SIGTERM, signal.SIGHUP)
_REPEATED_MESSAGES: Final = 2


class _Signalled(BaseException):
    """A signal came that ends the program, while a line was awaited."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


def run_plain(ctx: click.Context, choices: AppChoices) -> int:
    """Talk in lines until there are no more of them.

    Returns:
        The exit code.

    Raises:
        ConfigError: the configuration cannot be followed, or there is no such provider.
        ChatTuiError: the conversation to resume cannot be found, or is open elsewhere.
    """
    paths = paths_of(ctx)
    config = load_config(paths)
    roster = roster_of(config, demo=choices.demo)
    if choices.provider is not None:
        roster.require(choices.provider)
    out = PlainOut(sys.stdout)
    talk = PlainTalk(config, paths, roster, out)
    with asyncio.Runner() as runner, _leaving_on_signals():
        try:
            runner.run(_open(talk, choices))
            return _talk(runner, talk, out)
        except _Signalled as signalled:
            return signalled.code
        except ReaderGone:
            let_go_of_stdout()
            return 0
        finally:
            runner.run(_close(talk))


async def _open(talk: PlainTalk, choices: AppChoices) -> None:
    conversation = await _stored(talk, choices)
    provider = choices.provider or (DEMO if choices.demo else None)
    await talk.begin(conversation, provider=provider, model=choices.model or "")
    talk.tell(f"chat-tui {__version__}. {talk.who} answers. /help lists commands, Ctrl+D leaves.")
    if conversation is not None:
        talk.tell(f"{conversation.title or 'A conversation'}, {len(conversation)} messages so far.")
        for text in spoken(conversation, _REPEATED_MESSAGES):
            talk.tell(text)


async def _close(talk: PlainTalk) -> None:
    await talk.aclose()
    await talk.roster.aclose()


async def _stored(talk: PlainTalk, choices: AppChoices) -> Conversation | None:
    if choices.resume is not None:
        stored: ConversationId | None = await talk.store.find(choices.resume)
    else:
        stored = await talk.store.latest() if choices.latest else None
    if stored is None:
        return None
    await take(talk.store, stored)
    return await talk.store.load(stored)


def _talk(runner: asyncio.Runner, talk: PlainTalk, out: PlainOut) -> int:
    with _completion(talk):
        while not talk.leaving:
            try:
                line = _read_turn(out)
            except KeyboardInterrupt:
                talk.tell("Ctrl+D leaves.")
                continue
            except EOFError:
                out.end_line()
                return 0
            if not line.strip():
                continue
            code = runner.run(talk.take(line))
            code = code or _fill_template(runner, talk, out)
            code = code or _settle_decisions(runner, talk, out)
            if code:
                return code
            _take_signals()
    return 0


def _fill_template(runner: asyncio.Runner, talk: PlainTalk, out: PlainOut) -> int:
    if talk.template is None:
        return 0
    template, talk.template = talk.template, None
    values = {}
    with contextlib.suppress(KeyboardInterrupt, EOFError):
        for name in template.variables:
            default = template.defaults.get(name, "")
            written = _read(f"{name}{f' [{default}]' if default else ''}: ", out)
            if written:
                values[name] = written
        text = template.filled(values)
        talk.tell(f"You: {text}")
        # A template is words, also where it begins with a slash.
        return runner.run(talk.take(f"/{text}" if text.startswith("/") else text))
    return 0


def _settle_decisions(runner: asyncio.Runner, talk: PlainTalk, out: PlainOut) -> int:
    while (waiting := talk.waiting_for()) is not None and not talk.leaving:
        try:
            decided = _ask_decision(*waiting, out)
        except (KeyboardInterrupt, EOFError):
            return 0
        if decided is None:
            return 0
        approved, feedback = decided
        reply, approval = waiting
        if code := runner.run(talk.decide(reply, approval, approved=approved, feedback=feedback)):
            return code
    return 0


def _ask_decision(_reply: Message, approval: Approval, out: PlainOut) -> tuple[bool, str] | None:
    out.end_line()
    words = f"1 {approval.approve}, 2 {approval.reject}, Enter alone decides later: "
    answer = _read(clean_line(words, 200), out).strip()
    if answer not in {"1", "2"}:
        return None
    feedback = _read("Your words about it, or Enter: ", out) if approval.feedback else ""
    return answer == "1", feedback.strip()


def _read_turn(out: PlainOut) -> str:
    """Read a turn; a line that ends in a backslash goes on in the next one."""
    lines = [_read("You: ", out)]
    while lines[-1].endswith("\\"):
        lines[-1] = lines[-1][:-1]
        lines.append(_read("... ", out))
    return "\n".join(lines)


def _read(words: str, out: PlainOut) -> str:
    """Read a line: at a terminal with the means of its own, else as it comes, and shown."""
    out.end_line()
    if sys.stdin is None:
        raise EOFError
    _take_signals()
    if sys.stdin.isatty() and sys.stdout.isatty():
        return input(words)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    out.write(clean(f"{words}{line.rstrip()}") + "\n")
    return line.rstrip("\r\n")


@contextlib.contextmanager
def _completion(talk: PlainTalk) -> Iterator[None]:
    """Have Tab complete commands, and names of providers; where Python has no readline, nothing."""
    try:
        import readline
    except ImportError:
        yield
        return

    def complete(_word: str, number: int) -> str | None:
        request = wanted(readline.get_line_buffer())
        if request is None:
            return None
        if request.what is None:
            words = [f"/{one.word} " for one in command_options(request.word)]
        elif request.what == "provider":
            known = [Option(name) for name in talk.roster.names()]
            words = [one.word for one in argument_options(request, known)]
        else:
            return None
        return words[number] if number < len(words) else None

    before, delimiters = readline.get_completer(), readline.get_completer_delims()
    readline.set_completer(complete)
    readline.set_completer_delims(" ")
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        readline.set_completer(before)
        readline.set_completer_delims(delimiters)


@contextlib.contextmanager
def _leaving_on_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (*_LEAVING, signal.SIGINT)}
    _take_signals()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _take_signals() -> None:
    """Say what signals do while a line is awaited; a running reply has its own way with them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in _LEAVING:
        signal.signal(number, _leave)


def _leave(number: int, _frame: object) -> NoReturn:
    raise _Signalled(number)
