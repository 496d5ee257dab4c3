"""Deltas that came together, as one: what is shown does not tell where a server cut its text."""

from collections.abc import Sequence

from chat_tui.events import StreamEvent, TextDelta


def joined(events: Sequence[StreamEvent]) -> Sequence[StreamEvent]:
    """Return the same events, with text that follows upon text as one delta."""
    if len(events) < 2:
        return events
    out: list[StreamEvent] = []
    texts: list[str] = []
    refusal = False
    for event in events:
        if type(event) is TextDelta:
            if texts and event.refusal is not refusal:
                out.append(TextDelta("".join(texts), refusal))
                texts = []
            refusal = event.refusal
            texts.append(event.text)
            continue
        if texts:
            out.append(TextDelta("".join(texts), refusal))
            texts = []
        out.append(event)
    if texts:
        out.append(TextDelta("".join(texts), refusal))
    return out
