"""The HTML transcript: one file with its pictures in it, which runs nothing and loads nothing."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
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
from chat_tui.text import clean_line
from chat_tui.transcripts.enclosed import Enclosed, Files
from chat_tui.transcripts.html_prose import escaped, link, pre, prose
from chat_tui.transcripts.html_style import STYLE, policy
from chat_tui.transcripts.redact import redacted_copy
from chat_tui.transcripts.words import (
    ending_words,
    error_words,
    lineage_words,
    state_words,
    time_words,
    usage_words,
    who,
)


def to_html(conversation: Conversation, files: Files) -> str:
    """Write the shown path of a conversation.

    Args:
        conversation: Its other branches are left out; the JSON transcript has them.
        files: What goes into the page.

    Returns:
        The page, ending in a newline. Text is cleaned; keys are masked.
    """
    conversation = redacted_copy(conversation)
    path = conversation.path()
    title = escaped(clean_line(conversation.title) or "Conversation")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="und">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy()}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="generator" content="chat-tui">',
            f"<title>{title}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            f"<header>\n<h1>{title}</h1>",
            *_head(conversation, path),
            "</header>\n<main>",
            *(_turn(message, files) for message in path),
            "</main>",
            *(["<footer>Other branches are not on this page.</footer>"] * conversation.branched),
            "</body>\n</html>\n",
        ]
    )


def _head(conversation: Conversation, path: tuple[Message, ...]) -> Iterator[str]:
    replies = [message for message in path if message.role == "assistant"]
    fields = {"Date": time_words(conversation.created)}
    if replies:
        last = replies[-1]
        fields |= {"Provider": last.provider, "Model": last.model}
        if last.parameters:
            text = json.dumps(dict(last.parameters), ensure_ascii=False, default=str)
            fields["Parameters"] = text
    rows = (
        f"<dt>{name}</dt><dd>{escaped(clean_line(value, 2_000))}</dd>"
        for name, value in fields.items()
        if value
    )
    yield f"<dl>{''.join(rows)}</dl>"
    if conversation.system_prompt:
        yield _folded("System prompt", pre(conversation.system_prompt))


def _turn(message: Message, files: Files) -> str:
    names = escaped(" · ".join(who(message)))
    time = f'<time datetime="{message.created.isoformat()}">{time_words(message.created)}</time>'
    blocks = [f'<article class="{message.role}">', f"<h2>{names} {time}</h2>"]
    for together, group in groupby(message.parts, lambda part: isinstance(part, Step)):
        parts = list(group)
        if together:
            blocks.append(_steps([part for part in parts if isinstance(part, Step)]))
        else:
            blocks += ["\n".join(_part(part, files)) for part in parts]
    if words := ending_words(message.outcome):
        blocks.append(f'<p class="notice">{words}</p>')
    if isinstance(message.outcome, StreamError):
        blocks.append(f'<p class="error">{escaped(error_words(message.outcome))}</p>')
    if usage := usage_words(message.usage):
        blocks.append(f'<p class="small">{usage}</p>')
    return "\n".join([*filter(None, blocks), "</article>"])


def _part(part: Part, files: Files) -> Iterator[str]:  # noqa: C901 - one flat table of the parts
    match part:
        case TextPart(text=text):
            yield f'<div class="prose">\n{prose(text)}</div>' if text else ""
        case ReasoningPart(text=text, elapsed_s=elapsed_s):
            time = "" if elapsed_s is None else f" ({elapsed_s:.1f} s)"
            yield _folded(f"Reasoning{time}", prose(text))
        case Step():
            yield _steps([part])
        case SourceRefs(sources=sources):
            if sources:
                yield f'<section class="sources"><h3>Sources</h3>{_list("ol", map(_source, sources))}</section>'
        case ToolCall():
            output = "" if part.output is None else pre(part.output)
            title = f"Tool {clean_line(part.name)} ({part.state})"
            yield _folded(title, pre(part.arguments) + output)
        case ImageProgress():
            note = f": {clean_line(part.note)}" if part.note else ""
            yield _notice(f"Picture ({part.state}){note}")
        case ImageResult():
            yield _picture(part, files.get(part.path or ""))
        case Notice(text=text):
            yield _notice(text)
        case FollowUps(prompts=prompts):
            if prompts:
                yield f"<p>Ask next:</p>{_list('ul', (escaped(clean_line(one)) for one in prompts))}"
        case Approval():
            choices = f"{part.approve} / {part.reject}"
            yield _notice(f"Waits for a decision: {part.prompt} ({choices})")
        case Decision():
            yield _notice("Approved" if part.approved else "Rejected")
        case Attachment():
            yield _attachment(part, files.get(part.path))
        case Lineage():
            yield _notice(lineage_words(part))
        case _:
            assert_never(part)


def _steps(steps: list[Step]) -> str:
    rows = (
        f"{escaped(clean_line(step.label))} "
        f'<span class="{step.state}">{state_words(step.state, step.elapsed_s)}</span>'
        + (f": {escaped(clean_line(step.detail, 2_000))}" if step.detail else "")
        for step in steps
    )
    return _folded(f"Steps ({len(steps)})", _list("ol", rows))


def _source(source: Source) -> str:
    label = clean_line(source.title or source.url or "untitled")
    score = "" if source.score is None else f" ({source.score:.2f})"
    excerpt = f'<br><span class="small">{escaped(source.excerpt)}</span>' if source.excerpt else ""
    return link(source.url or "", label) + score + excerpt


def _picture(part: ImageResult, file: Enclosed | None) -> str:
    name = f"Picture {part.index + 1}"
    size = f" · {part.width_px}×{part.height_px}" if part.width_px and part.height_px else ""
    seed = "" if part.seed is None else f" · seed {part.seed}"
    words = f" · {clean_line(part.revised_prompt, 2_000)}" if part.revised_prompt else ""
    caption = escaped(name + size + seed + words)
    if file is not None and file.is_picture:
        return _figure(file, name, caption)
    place = link(part.url, "its address") if part.url else "its file could not be read"
    return f'<p class="notice">{caption}: {place}</p>'


def _attachment(part: Attachment, file: Enclosed | None) -> str:
    name = clean_line(part.name)
    if file is None:
        return _notice(f"Attached: {name}; its file could not be read")
    if file.is_picture:
        return _figure(file, name, escaped(name))
    return _folded(f"Attached: {name}", pre(file.data.decode("utf-8-sig", "replace")))


def _figure(file: Enclosed, name: str, caption: str) -> str:
    image = f'<img src="{file.data_url}" alt="{escaped(name)}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{escaped(title)}</summary>\n{body}</details>"


def _notice(text: str) -> str:
    return f'<p class="notice">{escaped(clean_line(text, 2_000))}</p>'


def _list(kind: str, rows: Iterable[str]) -> str:
    return f"<{kind}>{''.join(f'<li>{row}</li>' for row in rows)}</{kind}>"
