"""The Markdown transcript: a page for people whose marks let a program read it back.

The form, version 1: front matter, a heading with the title, then the turns of the shown path.

- A line that begins with `<!-- chat-tui:` is a mark. It holds a word and, after one space, a JSON
  object in ASCII without `<`, `>` or `--`; then comes ` -->` and the end of the line.
- `turn` begins a message; its object is the message without what is empty, without its parts,
  and without its parent, which is the turn before. The message goes on until the next `turn` or
  the end of the file.
- Any other mark but `end` begins a part, and its word is the part's `type`. The part is over with
  the next mark `end`. Of `text` and `reasoning` the text stands between the two marks, apart from
  one empty line on either side; the object is the rest of the part. Where the object has
  `"closes": 1`, the last line between them is not of the text: it closes a code fence. Of every
  other part the object is the whole, and what stands between the marks repeats it for people.
- A `path` that begins with `assets/` is a copy beside the page, named by the hash of its content;
  any other path is absolute.
- Lines between the marks that begin with `<!-- chat-tui:` after any number of backslashes before
  the `c` have one backslash more than the text.
- What stands outside of parts is for people alone, but for the front matter: there `title`,
  `date`, `id` and `system_prompt` are of the conversation, and so is `settings`, which goes into
  the body of every request; `provider`, `model` and `parameters` repeat those of the last reply.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, assert_never
from urllib.parse import quote

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.events import (
    Approval,
    FollowUps,
    ImageProgress,
    ImageResult,
    Notice,
    Source,
    SourceRefs,
    Step,
    StreamError,
    Terminal,
    ToolCall,
)
from chat_tui.fenced import fenced
from chat_tui.message import Attachment, Decision, Lineage, Message, Part, ReasoningPart, TextPart
from chat_tui.text import clean, clean_line
from chat_tui.transcripts.enclosed import ASSETS, Files, beside
from chat_tui.transcripts.fences import closing_fence
from chat_tui.transcripts.front_matter import Scalar, front_matter
from chat_tui.transcripts.redact import redacted_copy
from chat_tui.transcripts.words import ending_words, lineage_words, state_words, time_words

FORMAT: Final = "chat-tui/1"
MARK: Final = "<!-- chat-tui:"

_MARK_LIKE: Final = re.compile(r"^<!-- (?=\\*chat-tui:)", re.MULTILINE)
_SIGNS_OF_MARKDOWN: Final = re.compile(r"[\\`*\[\]<>&|~]")
_USUALLY_EMPTY: Final = frozenset({"provider", "model", "parameters"})


def to_markdown(conversation: Conversation, files: Files | None = None) -> str:
    """Write the shown path of a conversation.

    Args:
        conversation: Its other branches are left out; the JSON transcript has them.
        files: Those that the caller copies into `ASSETS` beside the page, each under its `name`;
            the page then leads to the copies. Links to all others are absolute.

    Returns:
        The page, ending in a newline. Text is cleaned; keys are masked.
    """
    conversation = redacted_copy(conversation)
    path = beside(conversation.path(), files or {})
    page = [_head(conversation, path), f"# {_inline(conversation.title)}\n"]
    page += [_turn(message) for message in path]
    return "\n".join(page)


def _head(conversation: Conversation, path: tuple[Message, ...]) -> str:
    replies = [message for message in path if message.role == "assistant"]
    fields: dict[str, Scalar] = {
        "title": clean_line(conversation.title),
        "date": conversation.created,
        "id": conversation.id,
        "provider": replies[-1].provider if replies else "",
        "model": replies[-1].model if replies else "",
        "parameters": replies[-1].parameters if replies else {},
    }
    if conversation.system_prompt:
        fields["system_prompt"] = conversation.system_prompt
    if conversation.parameters:
        fields["settings"] = conversation.parameters
    fields["format"] = FORMAT
    return front_matter(fields)


def _turn(message: Message) -> str:
    fields = msgspec.to_builtins(message)
    del fields["parts"], fields["parent"]
    fields = {
        name: value
        for name, value in fields.items()
        if value is not None and (value or name not in _USUALLY_EMPTY)
    }
    blocks = [_mark("turn", fields) + "\n" + _heading(message)]
    blocks += [_part(part) for part in message.parts]
    blocks += [f"> {line}" for line in _ending(message.outcome)]
    return "\n\n".join(blocks) + "\n"


def _heading(message: Message) -> str:
    names = [_inline(name) for name in (message.provider, message.model) if name]
    who = "You" if message.role == "user" else "Assistant"
    return "## " + " · ".join([who, *names, time_words(message.created)])


def _part(part: Part) -> str:
    match part:
        case TextPart(text=text):
            return _prose("text", text, {"refusal": True} if part.refusal else {})
        case ReasoningPart(text=text, elapsed_s=elapsed_s):
            fields = {} if elapsed_s is None else {"elapsed_s": elapsed_s}
            time = "" if elapsed_s is None else f" ({elapsed_s:.1f} s)"
            prose = _prose("reasoning", text, fields)
            return f"<details>\n<summary>Reasoning{time}</summary>\n\n{prose}\n\n</details>"
        case (
            Step()
            | SourceRefs()
            | ToolCall()
            | ImageProgress()
            | ImageResult()
            | Notice()
            | FollowUps()
            | Approval()
            | Decision()
            | Attachment()
            | Lineage()
        ):
            fields = msgspec.to_builtins(part)
            word = fields.pop("type")
            fields.pop("data", None)
            return _block(word, fields, "\n".join(_readable(part)))
        case _:
            assert_never(part)


def _prose(word: str, text: str, fields: dict[str, Any]) -> str:
    body = clean(text)
    if fence := closing_fence(body):
        body = f"{body}\n{fence}"
        fields = {**fields, "closes": 1}
    return _block(word, fields, body)


def _block(word: str, fields: Mapping[str, Any], body: str) -> str:
    quoted = _MARK_LIKE.sub(r"<!-- \\", body)
    return f"{_mark(word, fields)}\n\n{quoted}\n\n{MARK}end -->"


def _mark(word: str, fields: Mapping[str, Any]) -> str:
    if not fields:
        return f"{MARK}{word} -->"
    # NaN has no JSON form.
    numbers_checked = json.loads(json.dumps(fields), parse_constant=lambda _: None)
    text = json.dumps(numbers_checked, ensure_ascii=True)
    # These signs stand in JSON strings only, but for the sign of a number, which stands alone.
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("--", "\\u002d\\u002d")
    return f"{MARK}{word} {text} -->"


def _readable(
    part: Step
    | SourceRefs
    | ToolCall
    | ImageProgress
    | ImageResult
    | Notice
    | FollowUps
    | Approval
    | Decision
    | Attachment
    | Lineage,
) -> Iterator[str]:
    match part:
        case Step():
            detail = f": {_inline(part.detail)}" if part.detail else ""
            yield f"- *{_inline(part.label)}* {state_words(part.state, part.elapsed_s)}{detail}"
        case SourceRefs(sources=sources):
            yield "Sources:"
            yield ""
            for number, source in enumerate(sources, 1):
                yield f"{number}. {_source(source)}"
        case ToolCall():
            yield f"- Tool *{_inline(part.name)}* {state_words(part.state, None)}"
            yield ""
            yield fenced(clean(part.arguments))
            if part.output is not None:
                yield ""
                yield fenced(clean(part.output))
        case ImageProgress():
            fraction = "" if part.fraction is None else f", {part.fraction:.0%}"
            note = f": {_inline(part.note)}" if part.note else ""
            yield f"- Picture ({part.state}{fraction}){note}"
        case ImageResult():
            place = _link(part.path or part.url or "")
            size = f" {part.width_px}×{part.height_px}" if part.width_px and part.height_px else ""
            yield f"![Picture {part.index + 1}{size}]({place})" if place else f"Picture{size}"
        case Notice(text=text):
            yield f"> {_inline(text)}"
        case FollowUps(prompts=prompts):
            yield "Ask next:"
            yield ""
            for prompt in prompts:
                yield f"- {_inline(prompt)}"
        case Approval():
            choices = f"{_inline(part.approve)} / {_inline(part.reject)}"
            yield f"> Waits for a decision: {_inline(part.prompt)} ({choices})"
        case Decision():
            yield f"> {'Approved' if part.approved else 'Rejected'}"
        case Attachment(name=name):
            sign = "!" if part.is_picture else ""
            yield f"{sign}[{_inline(name)}]({_link(part.path)})"
        case Lineage():
            yield f"> {lineage_words(part)}"
        case _:
            assert_never(part)


def _ending(outcome: Terminal | None) -> Iterator[str]:
    match outcome:
        case StreamError(kind=kind, message=message, hint=hint):
            advice = f" ({_inline(hint)})" if hint else ""
            yield f"**Error ({kind}):** {_inline(message)}{advice}"
        case _ if words := ending_words(outcome):
            yield f"*{words}*"
        case _:
            pass


def _source(source: Source) -> str:
    place = _link(source.url or "")
    name = _inline(source.title or source.url or "untitled")
    score = "" if source.score is None else f" ({source.score:.2f})"
    excerpt = f": {_inline(source.excerpt, 500)}" if source.excerpt else ""
    return (f"[{name}]({place})" if place else name) + score + excerpt


def _link(place: str) -> str:
    """A place that a link may lead to, quoted; nothing for a scheme that could run something."""
    if not place.startswith(("http://", "https://", "/", f"{ASSETS}/")):
        return ""
    # `%` stays: a URL comes quoted, and a path with one is rare.
    return quote(place.encode(errors="replace"), safe="/:?#@!$&'*+,;=%~-._[]")


def _inline(text: str, max_chars: int = 200) -> str:
    """One line in which no sign of Markdown or HTML acts."""
    return _SIGNS_OF_MARKDOWN.sub(r"\\\g<0>", clean_line(text, max_chars))
