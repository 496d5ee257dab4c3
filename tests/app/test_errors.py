import pytest

from chat_tui.simulator.script import Drop, Fail, Finish, Say, Script
from chat_tui.simulator.server import Simulator
from tests.app.desk import Desk, answered, ask, chat, reply, say, transcript_rows, until

HTML = Script(body=b"<html><body><h1>Sign in</h1></body></html>", content_type="text/html")
FAULTS: dict[str, tuple[Script, str, str]] = {
    "401": (
        Script(
            status=401,
            body=b'{"error": {"message": "Incorrect API key provided."}}',
            content_type="application/json",
        ),
        "Incorrect API key provided.",
        "no key was sent",
    ),
    "HTML": (HTML, "a web page instead of an event stream", ""),
    "empty 200": (Script(), "empty", ""),
    "error in the stream": (
        Script((Say("so far"), Fail("The model is overloaded."))),
        "The model is overloaded.",
        "",
    ),
}
"""What the server does, and what is said about it."""


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_is_one_clear_line_with_what_to_do(desk: Desk, name: str) -> None:
    script, said, hint = FAULTS[name]
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(110, 30)) as pilot:
        await ask(pilot, "hi")
        painted = transcript_rows(pilot)
        errors = [row for row in painted if row.startswith("   ✕ ")]
        assert len(errors) == 1
        assert said in errors[0]
        assert any(hint in row for row in painted)
        assert any("F5 tries again   F2 another provider" in row for row in painted)
        assert "error" in chat(pilot).pane.status.line
        prompt = chat(pilot).pane.prompt
        assert pilot.app.focused is prompt
        await pilot.press("x")
        assert prompt.text == "x"


async def test_text_before_an_error_is_kept_and_shown(desk: Desk) -> None:
    desk.simulator.enqueue(FAULTS["error in the stream"][0])
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        assert any("so far" in row for row in transcript_rows(pilot))
    assert (await desk.stored()).path()[-1].text == "so far"


async def test_a_connection_lost_after_text_leaves_an_incomplete_reply(desk: Desk) -> None:
    desk.simulator.enqueue(Script((Say("so far"), Drop())))
    async with desk.app().run_test(size=(110, 30)) as pilot:
        await ask(pilot, "hi")
        painted = "\n".join(transcript_rows(pilot))
        assert "so far" in painted
        assert "■ incomplete: the reply broke off here" in painted
        assert "cut off" in chat(pilot).pane.status.line


async def test_a_length_limit_is_named(desk: Desk) -> None:
    desk.simulator.enqueue(Script((Say("so far"), Finish("length"))))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        assert any("length limit" in row for row in transcript_rows(pilot))


async def test_a_refused_connection_names_the_address(desk: Desk) -> None:
    async with Simulator() as gone:
        url = gone.url
    app = desk.app(
        app='provider = "gone"',
        more=f'[providers.gone]\nkind = "openai"\nbase_url = "{url}/v1"\nmodel = "m"\n',
    )
    async with app.run_test(size=(110, 30)) as pilot:
        await say(pilot, "hi")
        # Each try is announced; the waits between them are not for a test.
        await until(
            pilot, lambda: any(url.removeprefix("http://") in row for row in transcript_rows(pilot))
        )
        await pilot.press("escape")
        await answered(pilot)
        assert pilot.app.focused is chat(pilot).pane.prompt


async def test_a_provider_without_its_key_says_which_variable_it_needs(desk: Desk) -> None:
    app = desk.app(app='provider = "cloud"', more='[providers.cloud]\nkind = "openai"\nmodel="m"')
    async with app.run_test(size=(110, 30)) as pilot:
        await ask(pilot, "hi")
        assert any("OPENAI_API_KEY" in row for row in transcript_rows(pilot))


async def test_a_rejected_key_is_named_by_its_source_and_never_shown(desk: Desk) -> None:
    desk.environ["SIM_KEY"] = "sk-canary-0123456789"
    echo = b'{"error": {"message": "Incorrect API key provided: sk-canary-0123456789."}}'
    desk.simulator.enqueue(Script(status=401, body=echo, content_type="application/json"))
    async with desk.app(sim='api_key = { env = "SIM_KEY" }').run_test(size=(110, 30)) as pilot:
        await ask(pilot, "hi")
        painted = "\n".join(transcript_rows(pilot))
        assert "SIM_KEY" in painted
        assert "canary" not in painted
    sent = desk.simulator.calls[-1].headers["authorization"]
    assert sent == "Bearer sk-canary-0123456789"


async def test_after_an_error_the_same_turn_can_be_answered_again(desk: Desk) -> None:
    desk.simulator.enqueue(HTML, reply("now it works"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await pilot.press("f5")
        await until(pilot, lambda: chat(pilot).pane.transcript.messages[-1].text == "now it works")
        await answered(pilot)
