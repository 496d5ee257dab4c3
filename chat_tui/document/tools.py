"""A tool call: one line with what went in and what came out, and all of both behind it."""

from typing import Any, Final

import msgspec

from chat_tui import glyphs
from chat_tui.document.blocks import FoldBlock, TextBlock
from chat_tui.document.stack import StackBlock
from chat_tui.document.steps import WORK_MARKS, bounded
from chat_tui.events import ToolCall
from chat_tui.text import clean, clean_line

MAX_LINES: Final = 40
"""Of the input, and of the output."""
_HEAD_CHARS: Final = 60
_HEAD_JSON_CHARS: Final = 4_000
"""The line is made anew with every event: more than that is not read for it."""
_JSON_CHARS: Final = 400_000


def tool_block(call: ToolCall, *, opened: bool, gap: int) -> FoldBlock:
    """Make the block of a tool call."""
    return FoldBlock("tool", tool_head(call), lambda: _body(call), opened=opened, gap=gap)


def tool_head(call: ToolCall) -> str:
    """One line: the tool's name, short arguments, and what it gave."""
    output = f" {glyphs.ARROW} {clean_line(call.output, _HEAD_CHARS)}" if call.output else ""
    name = clean_line(call.name)
    return f"{WORK_MARKS[call.state]} tool  {name}({_short_arguments(call.arguments)}){output}"


def pretty(text: str) -> str:
    """Lay out a JSON object or list over lines, with every value as it was written.

    Returns:
        Any other text as it is.
    """
    if text.lstrip()[:1] not in ("{", "[") or len(text) > _JSON_CHARS:
        return text
    try:
        return msgspec.json.format(text, indent=2)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return text


def _short_arguments(arguments: str) -> str:
    if len(arguments) > _HEAD_JSON_CHARS:
        return clean_line(arguments[:_HEAD_JSON_CHARS], _HEAD_CHARS)
    try:
        fields: Any = msgspec.json.decode(arguments)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return clean_line(arguments, _HEAD_CHARS)
    if not isinstance(fields, dict):
        return clean_line(arguments, _HEAD_CHARS)
    words = [f"{name}={_short_value(value)}" for name, value in fields.items()]
    return clean_line(", ".join(words), _HEAD_CHARS)


def _short_value(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _body(call: ToolCall) -> StackBlock:
    blocks = [*_titled("input", call.arguments)]
    if call.output is not None:
        blocks += _titled("output", call.output)
    return StackBlock("tool", blocks)


def _titled(title: str, text: str) -> tuple[TextBlock, TextBlock]:
    shown = bounded(clean(pretty(text)), MAX_LINES) or "nothing"
    return (
        TextBlock(title, kind="tool", ink="accent", first="  ", rest="  "),
        TextBlock(shown, kind="tool", ink="dim", first="    ", rest="    "),
    )
