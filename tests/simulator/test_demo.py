"""What the demo says, and how fast."""

import re
import subprocess
import sys
import tomllib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chat_tui.registry import DEFAULT as KINDS
from chat_tui.simulator import demo
from chat_tui.simulator.demo_answers import LABEL, TOPICS, answer
from chat_tui.simulator.dialect import Prompt, Turn
from chat_tui.simulator.script import (
    Done,
    Fail,
    Finish,
    Pause,
    Say,
    Script,
    Think,
    Usage,
)
from chat_tui.simulator.server import Simulator
from tests.simulator.client import payloads, said

ASKED = {
    "hello": ["hello", "Hi!", "what is this?", "who are you", "", "  "],
    "abilities": ["what can you do", "What can you do?", "help"],
    "keys": ["keys", "which keyboard shortcuts are there?", "how do I write a new line"],
    "providers": ["providers", "how do I add a provider?", "where does my API key go", "api_key"],
    "pictures": ["draw a picture", "can you make images?"],
    "saving": ["transcripts", "how do I save this?", "export"],
    "code": ["code", "write me some Python", "a small program"],
    "table": ["table", "show me a table of providers"],
    "long": ["long", "a long text please", "something for scrolling"],
    "think": ["think", "show me your reasoning"],
    "error": ["error", "show me what errors look like"],
    "slow": ["slow", "be slow"],
}


def asked(text: str, model: str = demo.MODEL, *, images: int = 0) -> Script:
    return demo.reply(Prompt(model, (Turn("user", text, images),)))


def spoken(script: Script) -> str:
    return "".join(act.text for act in script.acts if isinstance(act, Say))


def pauses(script: Script) -> list[float]:
    return [act.seconds for act in script.acts if isinstance(act, Pause)]


@pytest.mark.parametrize(("name", "text"), [(n, text) for n in ASKED for text in ASKED[n]])
def test_words_lead_to_their_topic(name: str, text: str) -> None:
    [topic] = [topic for topic in TOPICS if topic.name == name]
    assert answer(text) == topic.reply


def test_every_topic_is_asked_for_above() -> None:
    assert sorted(ASKED) == sorted(topic.name for topic in TOPICS)


def test_the_table_of_kinds_has_every_kind_with_its_variable() -> None:
    rows = {line.split("`")[1]: line for line in answer("table").text.splitlines() if "| `" in line}
    assert set(rows) == set(KINDS.names())
    for name, row in rows.items():
        assert KINDS.get(name).key_env in (None, row.split("`")[-2])


@pytest.mark.parametrize("text", ["how long does it take?", "highway", "tablet", "monkey", "hi5"])
def test_words_that_only_look_alike_are_no_topic(text: str) -> None:
    assert answer(text).text.startswith(LABEL + "You asked:")


@pytest.mark.parametrize("text", [*ASKED, "something else"])
def test_every_reply_says_first_that_it_is_simulated(text: str) -> None:
    words = "this is the built-in simulator, no model is behind it"
    assert words in spoken(asked(text)).partition("\n\n")[0]


@pytest.mark.parametrize("text", [*ASKED, "something else"])
def test_the_same_question_gets_the_same_script(text: str) -> None:
    assert asked(text) == asked(text)


@pytest.mark.parametrize("name", ASKED)
def test_every_topic_is_sound_markdown(name: str) -> None:
    text = spoken(asked(name))
    fences = [line for line in text.splitlines() if line.startswith("```")]
    assert len(fences) % 2 == 0
    assert all(fence == "```" for fence in fences[1::2])
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        assert token.type != "html_block"
        if token.type == "inline":
            assert "```" not in token.content
            assert not token.content.startswith("|")


def test_the_replies_hold_every_sort_of_block() -> None:
    parser = MarkdownIt("commonmark").enable("table")
    found = {token.type for name in ASKED for token in parser.parse(spoken(asked(name)))}
    assert found >= {
        "heading_open", "bullet_list_open", "ordered_list_open", "fence", "table_open",
    }  # fmt: skip


@given(st.text(), st.text())
def test_any_question_is_answered(text: str, other: str) -> None:
    script = demo.reply(Prompt(other, (Turn("assistant", other), Turn("user", text))))
    assert spoken(script).startswith(LABEL)
    assert isinstance(script.acts[-1], Done | Fail)


def test_a_prompt_without_a_user_is_greeted() -> None:
    assert spoken(demo.reply(Prompt(demo.MODEL, ()))) == spoken(asked("hello"))


def test_an_unknown_question_is_quoted_line_by_line() -> None:
    reply = spoken(asked("Why is\n\n```\n" + "x" * 500 + "\nthe sky?"))
    quoted = re.findall(r"^> (.*)$", reply, re.MULTILINE)
    assert quoted == ["Why is", "```", "x" * 199 + "…", "the sky?"]
    assert "```" not in re.sub(r"^> .*$", "", reply, flags=re.MULTILINE)


def test_a_very_long_question_is_cut() -> None:
    reply = spoken(asked("so\n" * 1000))
    assert reply.count("> so") == 6
    assert "> …" in reply


def test_a_later_question_hears_that_the_history_came_along() -> None:
    turns = (Turn("user", "hello"), Turn("assistant", "Hello."), Turn("user", "sky?"))
    assert "turn number 2" in spoken(demo.reply(Prompt(demo.MODEL, turns)))
    assert "turn number" not in spoken(asked("sky?"))


def test_pictures_are_counted_and_not_looked_at() -> None:
    reply = spoken(asked("what is this?", images=2))
    assert "2" in reply
    assert "nobody looked" in reply


def test_the_reply_starts_at_once_and_goes_on_at_a_natural_pace() -> None:
    script = asked("long")
    assert isinstance(script.acts[0], Say)
    each = pauses(script)
    assert 80 <= len(each) / sum(each) <= 120
    assert len(set(each)) > len(each) / 2
    assert max(each) < 0.02


def test_the_slow_model_is_slow_but_starts_at_once() -> None:
    script = asked("long", demo.SLOW_MODEL)
    assert isinstance(script.acts[0], Say)
    assert 8 <= len(pauses(script)) / sum(pauses(script)) <= 20
    assert spoken(script) == spoken(asked("long"))


def test_the_slow_topic_stalls_once_after_saying_so() -> None:
    acts = asked("slow").acts
    stall = acts.index(Pause(demo.STALL_S))
    before = "".join(act.text for act in acts[:stall] if isinstance(act, Say))
    assert "nothing comes for three seconds" in before
    assert sum(act == Pause(demo.STALL_S) for act in acts) == 1


@pytest.mark.parametrize("text", ["think", "code"])
def test_reasoning_comes_before_the_answer(text: str) -> None:
    kinds = [type(act) for act in asked(text).acts if isinstance(act, Think | Say)]
    assert kinds[0] is Think
    assert kinds == sorted(kinds, key=lambda kind: kind is Say)


def test_the_error_topic_announces_its_error() -> None:
    *before, last = asked("error").acts
    assert "on purpose" in spoken(Script(tuple(before)))
    assert isinstance(last, Fail)
    assert not any(isinstance(act, Finish | Done) for act in before)


@pytest.mark.parametrize("text", sorted(set(ASKED) - {"error"}))
def test_a_reply_ends_with_its_reason_and_its_counts(text: str) -> None:
    finish, usage, done = asked(text).acts[-3:]
    assert (finish, done) == (Finish("stop"), Done())
    assert isinstance(usage, Usage)
    assert usage.input_tokens == len(text.split())
    assert usage.output_tokens > 20


def test_the_long_reply_is_long() -> None:
    assert 700 <= len(spoken(asked("long")).split()) <= 1000


def test_the_configuration_it_shows_is_toml() -> None:
    [snippet] = re.findall(r"```toml\n(.*?)```", spoken(asked("providers")), re.DOTALL)
    config = tomllib.loads(snippet)
    assert config["app"]["provider"] in config["providers"]
    assert {provider["kind"] for provider in config["providers"].values()} <= {
        "flowapi",
        "openai",
    }
    assert config["providers"]["flow"]["api_key"] == {"env": "FLOW_API_KEY"}


def test_the_program_it_writes_runs() -> None:
    [program] = re.findall(r"```python\n(.*?)```", spoken(asked("code")), re.DOTALL)
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input="The cat and the hat and the bat.",
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split() for line in ran.stdout.splitlines()[:2]] == [["3", "the"], ["2", "and"]]


async def test_the_demo_answers_over_the_wire(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    ask = {
        "model": "demo",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "hello"}],
    }
    reply = await client.post("/v1/chat/completions", json=ask)
    assert said(reply.content) == spoken(asked("hello"))
    *_, finish, usage, mark = payloads(reply.content)
    assert finish["choices"][0]["finish_reason"] == "stop"
    assert usage["usage"]["prompt_tokens"] == 1
    assert mark == "[DONE]"
