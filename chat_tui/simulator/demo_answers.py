"""What the demo says, topic by topic; all of it about things that are there."""

import re
from dataclasses import dataclass

from chat_tui.simulator.demo_long import LONG_TEXT

LABEL = "*Simulated reply: this is the built-in simulator, no model is behind it.*\n\n"
FAILURE = "the simulator failed on purpose: you asked for an error"
QUOTED_LINES = 6
QUOTED_CHARS = 200
"""Of each line."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said about a topic."""

    text: str
    thinking: str = ""
    error: str = ""
    """Comes in the stream after the text."""
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A reply and the words that call for it."""

    name: str
    words: str
    """Alternatives of a regular expression, each a whole word or phrase, any case."""
    reply: Reply


def answer(asked: str, *, turn_number: int = 1, images: int = 0) -> Reply:
    """Choose the reply.

    Args:
        asked: The user's last words.
        turn_number: How many turns the user has had, this one included.
        images: Pictures that came with the words.
    """
    if images:
        return Reply(LABEL + _IMAGES_CAME.format(images=images))
    if not asked.strip():
        return TOPICS[-1].reply
    for topic in TOPICS:
        if re.search(rf"\b(?:{topic.words})\b", asked, re.IGNORECASE):
            return topic.reply
    return Reply(LABEL + _unknown(asked, turn_number))


def _unknown(asked: str, turn_number: int) -> str:
    text = f"You asked:\n\n{_quoted(asked)}\n\n{_NO_ANSWER}"
    if turn_number > 1:
        text += (
            f"\n\nThis was your turn number {turn_number}. The earlier ones came along with it: "
            "the whole conversation is sent each time, as with a model."
        )
    return text


def _quoted(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    shown = [
        line if len(line) <= QUOTED_CHARS else line[: QUOTED_CHARS - 1] + "…"
        for line in lines[:QUOTED_LINES]
    ]
    if len(lines) > QUOTED_LINES:
        shown.append("…")
    return "\n".join(f"> {line}" for line in shown)


_NO_ANSWER = """\
There is no model here, so that is a question I cannot answer. To get a real answer, add a \
provider (type `add a provider` to see how) and choose it with **F2**.

What the simulator does know:

- `keys`, `providers`, `saving`: how chat-tui is used
- `code`, `table`, `long`, `think`: what replies look like
- `error`, `slow`: what it looks like when things go badly"""

_IMAGES_CAME = """\
Pictures that came with your words: {images}. They arrived, but nobody looked at them: the \
simulator reads words only. A provider whose model takes pictures would see them."""

_HELLO = """\
Hello. **chat-tui** is a chat application for the terminal. You are talking to its demo, over a \
real connection to this machine only, so that you can try everything without a key.

Three things to try:

1. `what can you do`: a short tour
2. `code`: a reply with reasoning and a highlighted program
3. `add a provider`: from the demo to a real model

Type one of them and press **Enter**. **Esc** stops a reply, **F1** shows the keys."""

_ABILITIES = """\
## What works here

- **Replies as they come**: text, reasoning and errors are shown while they arrive.
- **Stop any time**: `Esc` stops a reply and keeps what was received.
- **Providers in a menu**: `F2` lists them with their models, and says which ones need a key.
- **Transcripts**: `F4` writes the conversation as a Markdown document.
- **A palette**: `Ctrl+P` finds every command by name.

## From the shell

```sh
chat-tui ask "why is the sky blue?"    # one question, the reply on standard output
chat-tui providers                     # who is ready, and who needs a key
chat-tui list                          # conversations, newest first
chat-tui export last -o talk.md        # the last one as a document
```

The simulator also shows what replies can look like: try `table`, `long`, `think` or `error`."""

_KEYS = """\
## Keys

| key | what it does |
|---|---|
| `Enter` | send |
| `Shift+Enter`, `Alt+Enter`, `Ctrl+J` | new line |
| `\\` then `Enter` | new line, in every terminal |
| `Esc` | stop the running reply |
| `Ctrl+N` | new conversation |
| `Ctrl+P` | command palette |
| `F1` | help |
| `F2` | provider and model |
| `F4` | save a transcript |

Some terminals send the same for `Shift+Enter` as for `Enter`; one of the other ways to a new \
line works there.

For keys of the other sort, ask about `providers`."""

_PROVIDERS = """\
## Adding a provider

Here and now: **F2**, then **Ctrl+N**. Choose a service and paste its key; it is tested, kept in \
your keyring, and answers from then on.

Or write it into `config.toml`. On Linux it is `~/.config/chat-tui/config.toml`; \
`--config PATH` names another file.

```toml
[app]
provider = "flow"                       # new conversations start with it

[providers.flow]                        # the name is yours
kind = "flowapi"
model = "deepseek-ai/DeepSeek-V3.2"
api_key = { env = "FLOW_API_KEY" }      # the key itself stays out of the file

[providers.local]
kind = "openai"                         # any server with the OpenAI dialect
base_url = "http://localhost:8080/v1"
model = "my-model"
```

Then:

1. Put the key into the variable: `export FLOW_API_KEY=...`
2. Run `chat-tui providers`: it says who is ready, and who needs a key.
3. Start `chat-tui` again and choose with **F2**.

A mistake in the file is reported with its place and the nearest correct name. `table` shows \
which kinds there are."""

_PICTURES = """\
In this model the simulator sends words only. Its model `demo-picture`, in the **F2** menu, draws \
a landscape from whatever you ask: it waits in a queue first, tells how far it is, and sends \
previews that become sharper. These are real picture files, made on this machine without any \
artist behind them.

- `/set num_images=3` asks for three side by side.
- **Esc** stops it half way.
- On a finished picture, `m` makes another one from it, `o` opens it, `s` saves a copy, `y` copies \
its path, and `i` shows what it was made with. **F8** shows all.

To see what else a reply can hold, try `table` for a table, `code` for a program or `think` for \
reasoning."""

_SAVING = """\
## Saving

Conversations are saved *as they happen*: there is nothing to do to keep one, and a reply that \
is stopped keeps what was received.

- **F4** writes the conversation as a Markdown document, and shows the path first.
- `chat-tui list` shows the saved conversations, newest first.
- `chat-tui export last -o talk.md` writes the last one; an existing file is kept unless you \
add `--force`.

Keys are never written into a transcript."""

_CODE = """\
A program that counts the most frequent words of a text:

```python
import re
import sys
from collections import Counter


def frequent_words(text: str, limit: int = 5) -> list[tuple[str, int]]:
    words = re.findall(r"[a-z']+", text.lower())
    return Counter(words).most_common(limit)


if __name__ == "__main__":
    for word, times in frequent_words(sys.stdin.read()):
        print(f"{times:6} {word}")
```

Save it as `words.py` and run it with `python words.py < notes.txt`.

- `re.findall` takes the words out of the text, without punctuation.
- `Counter.most_common` sorts them, the most frequent first."""

_CODE_THINKING = """\
A small program that is useful as it stands. Counting words needs three steps: read the text, \
split it into words, count them. The standard library has all three, so nothing has to be \
installed. Lower case first, or "The" and "the" would be counted apart."""

_TABLE = """\
## Kinds of provider

| kind | speaks to | usual key variable |
|---|---|---|
| `flowapi` | FlowAPI | `FLOW_API_KEY` |
| `openai` | OpenAI, or any server with its dialect | `OPENAI_API_KEY` |
| `flowise` | the flows of a Flowise server | `FLOWISE_API_KEY` |
| `writer` | Writer | `WRITER_API_KEY` |
| `fal` | fal.ai, pictures and more | `FAL_KEY` |
| `get3w` | get3w, pictures and language models | `GET3W_API_KEY` |
| `anthropic` | Anthropic | `ANTHROPIC_API_KEY` |
| `gemini` | Google Gemini | `GEMINI_API_KEY` |
| `ollama` | Ollama, on this machine or another | none |
| `demo` | the simulator on this machine | none |

`base_url` in the configuration points a kind at another server. Ask about `providers` for a \
file to start from."""

_THINK = """\
A leap year has **527,040** minutes:

1. A day has 24 × 60 = 1,440 minutes.
2. A leap year has 366 days.
3. 366 × 1,440 = 527,040.

The reasoning came before the answer, in a channel of its own. It was written beforehand, as \
everything here."""

_THINK_THINKING = """\
Something with a result that can be checked: how many minutes has a leap year? Hours first. A \
day has 24 hours of 60 minutes, so 1,440 minutes. A leap year has 366 days. 366 times 1,440 is \
366 times 1,000 plus 366 times 440: 366,000 and 161,040, together 527,040. As a check, a common \
year has 525,600, and one day more is 527,040. That fits."""

_ERROR = """\
After this text comes an error, on purpose: the simulator sends an error object in the middle of \
the stream, as a provider does when something breaks on its side. What came before it is kept.

Nothing of yours is broken. Here it comes:
"""

_SLOW = """\
This reply takes its time: after this line nothing comes for three seconds, and then one word \
after the other.

That was the wait. The status line counted it, and shows the pace now. You need not wait for the \
end: **Esc** stops a reply at any moment, closes the connection, and keeps what was received.

The model `demo-slow`, in the **F2** menu, answers everything at this pace."""

TOPICS: tuple[Topic, ...] = (
    Topic(
        "error",
        "errors?|fails?|failures?",
        Reply(LABEL + _ERROR, error=FAILURE),
    ),
    Topic("slow", "slow|slowly", Reply(LABEL + _SLOW, slow=True)),
    Topic("long", "(?<!how )long|scroll|scrolling|essay", Reply(LABEL + LONG_TEXT)),
    Topic("table", "tables?", Reply(LABEL + _TABLE)),
    Topic(
        "code",
        "code|python|programs?|functions?",
        Reply(LABEL + _CODE, thinking=_CODE_THINKING),
    ),
    Topic(
        "think",
        "think|thinking|reason|reasoning",
        Reply(LABEL + _THINK, thinking=_THINK_THINKING),
    ),
    Topic("pictures", "pictures?|images?|photos?|draw|paint", Reply(LABEL + _PICTURES)),
    Topic(
        "saving",
        "save|saves|saved|saving|transcripts?|export|exports|markdown",
        Reply(LABEL + _SAVING),
    ),
    Topic(
        "providers",
        "providers?|api[ _-]?keys?|config|configuration|toml|openai|flowapi|real models?",
        Reply(LABEL + _PROVIDERS),
    ),
    Topic("keys", "keys?|keyboard|shortcuts?|new ?lines?", Reply(LABEL + _KEYS)),
    Topic(
        "abilities",
        "what can (?:you|i|it) do|what do you do|help|features?|tour",
        Reply(LABEL + _ABILITIES),
    ),
    Topic(
        "hello",
        "hello|hi|hey|good (?:morning|day|evening)|(?:what|who) (?:is this|are you)|start",
        Reply(LABEL + _HELLO),
    ),
)
"""The first one that fits is taken; the last one also answers an empty question."""
