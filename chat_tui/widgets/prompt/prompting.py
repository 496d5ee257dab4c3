"""What a conversation puts into the prompt: earlier prompts, and proposals of what to ask next."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from chat_tui.events import Finished, FollowUps, StreamError, Terminal
from chat_tui.message import Decision, Message
from chat_tui.text import clean
from chat_tui.widgets.prompt.prompt import Prompt


def written(messages: Iterable[Message]) -> Iterator[str]:
    """Pick what the user wrote, without decisions; nothing is read before it is asked for."""
    return (
        message.text
        for message in messages
        if message.role == "user" and not any(isinstance(part, Decision) for part in message.parts)
    )


def propose(prompt: Prompt, number: int, proposals: FollowUps) -> None:
    """Put a proposal into the prompt, as one change that can be undone.

    It takes the place of another proposal that nobody has touched; what somebody has written stays,
    and it stands below that.
    """
    words = clean(proposals.prompts[number])
    draft = prompt.text
    if not draft.strip() or draft in map(clean, proposals.prompts):
        prompt.replace(words, (0, 0), prompt.document.end)
    else:
        prompt.insert(f"\n{words}", prompt.document.end)
    prompt.move_cursor(prompt.document.end)


def why_to_wait(ending: Terminal | None) -> str:
    """Say why what was queued is not sent after a reply that ended so; empty: it is sent."""
    match ending:
        case None:
            return "the reply has not ended"
        case StreamError():
            return "the reply failed"
        case Finished(reason="cancelled"):
            return "the reply was stopped"
        case Finished(reason="incomplete"):
            return "the reply was cut off"
        case Finished(reason="tool_calls"):
            return "the reply waits for you"
        case Finished():
            return ""
        case _:
            assert_never(ending)
