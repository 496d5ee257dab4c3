"""The program against a real llama-cpp-python server, on the command line and on the screen."""

import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.llama_server import (
    INTERPRETER_VARIABLE,
    running_server,
    server_interpreter,
    what_is_missing,
)
from tests.e2e.program import Program
from tests.e2e.terminal import ALTERNATE_SCREEN, Terminal
from tests.e2e.tiny_gguf import CONTEXT_TOKENS, WORDS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SHORT_TOKENS = 40
F4 = "\x1bOS"
CTRL_Q = "\x11"
ESCAPE = "\x1b"


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    interpreter = server_interpreter()
    if missing := what_is_missing(interpreter):
        pytest.skip(
            f"needs llama-cpp-python[server] and gguf ({missing}); "
            f"{INTERPRETER_VARIABLE} names an interpreter that has them"
        )
    with running_server(interpreter, tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def program(base_url: str, tmp_path: Path) -> Program:
    # The model never stops by itself: `short` ends at its limit, `endless` in half a minute.
    return Program(
        tmp_path,
        f"""\
[app]
provider = "short"

[providers.short]
kind = "openai"
base_url = "{base_url}"
model = "tiny"
parameters = {{ max_tokens = {SHORT_TOKENS}, temperature = 0.8, seed = 7 }}

[providers.endless]
kind = "openai"
base_url = "{base_url}"
model = "tiny"
parameters = {{ max_tokens = {CONTEXT_TOKENS - 500} }}

[providers.astray]
kind = "openai"
base_url = "{base_url.removesuffix("/v1")}/nowhere"
model = "tiny"
""",
    )


def events_of(output: str) -> Sequence[Mapping[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def text_of(events: Sequence[Mapping[str, Any]]) -> str:
    return "".join(event["text"] for event in events if event["type"] == "text")


def only_line(text: str) -> str:
    [line] = [line for line in text.splitlines() if line.strip()]
    return line


def test_the_check_of_providers_calls_the_server_ready(program: Program) -> None:
    done = program.run("providers", "--check", "--json")
    assert done.returncode == 0, done.stderr
    states = {entry["name"]: entry for entry in json.loads(done.stdout)}
    assert states["short"] | {"reason": ""} == {
        "name": "short",
        "kind": "openai",
        "model": "tiny",
        "state": "ready",
        "reason": "",
    }


def test_ask_json_ends_with_the_one_terminal_event(program: Program) -> None:
    done = program.run("ask", "--json", "hello")
    assert done.returncode == 3, done.stderr
    events = events_of(done.stdout)
    assert events[0]["type"] == "started"
    assert events[0]["provider"] == "short"
    assert [event["type"] for event in events].count("text") > SHORT_TOKENS // 2
    assert set(text_of(events).split()) <= set(WORDS)
    assert [event["type"] for event in events if event["type"] in {"finished", "error"}] == [
        "finished"
    ]
    assert events[-1]["reason"] == "length"
    assert 0 < events[-1]["first_s"] <= events[-1]["elapsed_s"]


def test_ask_prints_the_text_alone_to_its_output(program: Program) -> None:
    done = program.run("ask", "hello")
    assert done.returncode == 3, done.stderr
    assert len(done.stdout.split()) == SHORT_TOKENS
    assert set(done.stdout.split()) <= set(WORDS)
    assert done.stdout.endswith("\n")


def test_a_prompt_longer_than_the_context_is_one_clear_line(program: Program) -> None:
    done = program.run("ask", stdin="q" * (CONTEXT_TOKENS + 1000))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "context" in only_line(done.stderr)


def test_a_prompt_longer_than_the_context_is_one_error_event(program: Program) -> None:
    done = program.run("ask", "--json", stdin="q" * (CONTEXT_TOKENS + 1000))
    assert done.returncode == 1
    [error] = [event for event in events_of(done.stdout) if event["type"] != "notice"]
    assert (error["type"], error["kind"]) == ("error", "protocol")


def test_a_base_url_with_a_wrong_path_is_one_clear_line(program: Program) -> None:
    done = program.run("ask", "-p", "astray", "hello")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "base_url" in only_line(done.stderr)


def test_the_check_of_providers_does_not_call_a_wrong_path_ready(program: Program) -> None:
    done = program.run("providers", "--check", "--json")
    [astray] = [entry for entry in json.loads(done.stdout) if entry["name"] == "astray"]
    assert astray["state"] == "not reachable"
    assert astray["reason"]


def test_a_finished_reply_is_listed_and_exported(program: Program) -> None:
    answer = text_of(events_of(program.run("ask", "--json", "a lamp by the sea").stdout)).strip()
    assert answer
    [conversation] = json.loads(program.run("list", "--json").stdout)
    assert conversation["provider"] == "short"
    assert conversation["messages"] == 2
    document = program.run("export", "last", "--format", "md")
    assert document.returncode == 0, document.stderr
    assert "a lamp by the sea" in document.stdout
    assert answer in document.stdout


def test_ask_continue_talks_on_in_the_same_conversation(program: Program) -> None:
    program.run("ask", "one")
    done = program.run("ask", "--continue", "two")
    assert done.returncode == 3, done.stderr
    [conversation] = json.loads(program.run("list", "--json").stdout)
    assert conversation["messages"] == 4


def test_sigint_in_mid_reply_keeps_the_text_so_far(program: Program) -> None:
    with program.start("ask", "--json", "-p", "endless", "hello") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        events: list[Mapping[str, Any]] = []
        while len(text_of(events).split()) < 10:
            line = process.stdout.readline()
            assert line, "the reply ended by itself"
            events.append(json.loads(line))
        process.send_signal(signal.SIGINT)
        # Not `communicate`: it passes over what the lines before left in the buffer.
        events += events_of(process.stdout.read())
        errors = process.stderr.read()
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert (events[-1]["type"], events[-1]["reason"]) == ("finished", "cancelled")
    document = program.run("export", "last", "--format", "md")
    assert text_of(events).strip() in document.stdout


def test_the_app_streams_a_reply_and_saves_a_transcript(program: Program) -> None:
    with Terminal(program.command(), env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        assert terminal.mode(ALTERNATE_SCREEN)
        terminal.send("tell me of lighthouses")
        terminal.wait_for("tell me of lighthouses")
        terminal.send("\r")
        terminal.wait_until(has_words_of_the_model, "words of the model")
        terminal.wait_for("cut off")
        terminal.send(F4)
        terminal.wait_for(".md")
        terminal.send("\r")
        terminal.wait_until(lambda _: bool(list(program.folder.glob("*.md"))), "a saved file")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0
        assert not terminal.mode(ALTERNATE_SCREEN)
    [document] = program.folder.glob("*.md")
    saved = document.read_text(encoding="utf-8")
    assert "tell me of lighthouses" in saved
    assert has_words_of_the_model(saved)


def test_escape_in_the_app_stops_a_reply_that_would_go_on(program: Program) -> None:
    command = program.command("--provider", "endless")
    with Terminal(command, env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        terminal.send("hello\r")
        terminal.wait_until(has_words_of_the_model, "words of the model")
        terminal.wait_for("streaming")
        terminal.send(ESCAPE)
        terminal.wait_for("stopped")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0
    [conversation] = json.loads(program.run("list", "--json").stdout)
    assert conversation["messages"] == 2


def has_words_of_the_model(text: str) -> bool:
    return sum(word in WORDS for word in text.split()) > SHORT_TOKENS // 2
