"""The plain transcript: what was said, without marks, for reading and for pasting."""

from collections.abc import Iterator
from typing import assert_never

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
    ToolCall,
)
from chat_tui.message import (
    Attachment,
    Decision,
    Lineage,
    Message,
    Part,
    ReasoningPart,
    TextPart,
)
from chat_tui.text import clean, clean_line
from chat_tui.transcripts.redact import redacted_copy
from chat_tui.transcripts.words import (
    ending_words,
    error_words,
    lineage_words,
    state_words,
    time_words,
    who,
)

_INDENT = "    "


def to_text(conversation: Conversation) -> str:
    """Write the shown path of a conversation, ending in a newline.

    Text is cleaned; keys are masked.
    """
    conversation = redacted_copy(conversation)
    head = [clean_line(conversation.title) or "Conversation", time_words(conversation.created)]
    if conversation.system_prompt:
        head += ["", "System prompt:", _indented(conversation.system_prompt)]
    turns = [turn_text(message) for message in conversation.path()]
    return "\n\n".join(["\n".join(head), *turns]) + "\n"


def turn_text(message: Message) -> str:
    """Write one message, cleaned; the caller masks keys."""
    blocks = [f"== {' · '.join([*who(message), time_words(message.created)])} =="]
    blocks += [block for part in message.parts if (block := "\n".join(_part(part)))]
    if words := ending_words(message.outcome):
        blocks.append(f"({words})")
    if isinstance(message.outcome, StreamError):
        blocks.append(error_words(message.outcome))
    return "\n\n".join(blocks)


def _part(part: Part) -> Iterator[str]:  # noqa: C901 - one flat table of the parts
    match part:
        case TextPart(text=text):
            yield clean(text).strip("\n")
        case ReasoningPart(text=text, elapsed_s=elapsed_s):
            yield "Reasoning:" if elapsed_s is None else f"Reasoning ({elapsed_s:.1f} s):"
            yield _indented(text)
        case Step():
            detail = f": {clean_line(part.detail)}" if part.detail else ""
            yield f"- {clean_line(part.label)} {state_words(part.state, part.elapsed_s)}{detail}"
        case SourceRefs(sources=sources):
            yield "Sources:"
            for number, source in enumerate(sources, 1):
                yield f"{number}. {_source(source)}"
        case ToolCall():
            yield f"- Tool {clean_line(part.name)} ({part.state})"
            yield _indented(part.arguments)
            if part.output is not None:
                yield _indented(part.output)
        case ImageProgress():
            yield f"[picture: {part.state}]"
        case ImageResult():
            place = part.path or part.url or ""
            yield f"[picture {part.index + 1}{': ' if place else ''}{clean_line(place, 500)}]"
        case Notice(text=text):
            yield f"({clean_line(text)})"
        case FollowUps(prompts=prompts):
            yield "Ask next:"
            for prompt in prompts:
                yield f"- {clean_line(prompt)}"
        case Approval():
            choices = f"{clean_line(part.approve)} / {clean_line(part.reject)}"
            yield f"(waits for a decision: {clean_line(part.prompt)} {choices})"
        case Decision():
            yield "(approved)" if part.approved else "(rejected)"
        case Attachment(name=name):
            yield f"[attached: {clean_line(name)}]"
        case Lineage():
            yield f"({lineage_words(part)})"
        case _:
            assert_never(part)


def _source(source: Source) -> str:
    title = clean_line(source.title or source.url or "untitled")
    place = f" <{clean_line(source.url, 2_000)}>" if source.url and source.title else ""
    excerpt = f": {clean_line(source.excerpt, 500)}" if source.excerpt else ""
    return title + place + excerpt


def _indented(text: str) -> str:
    return "\n".join(f"{_INDENT}{line}".rstrip() for line in clean(text).strip("\n").split("\n"))
