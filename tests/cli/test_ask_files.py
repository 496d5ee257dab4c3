"""`chat-tui ask -a`, as a process, against a server on a real socket."""

import pytest

from chat_tui.simulator.script import Done, Finish, Say, Script
from chat_tui.simulator.server import Simulator
from tests.cli.conftest import User
from tests.media.pictures import jpeg, png

OK = Script((Say("ok"), Finish(), Done()))
CAT = png(3, 4)


async def test_pictures_and_texts_go_along_and_are_kept(user: User, simulator: Simulator) -> None:
    simulator.enqueue(OK)
    (user.home / "cat.png").write_bytes(CAT)
    (user.home / "dog.jpg").write_bytes(jpeg(5, 6))
    (user.home / "notes.md").write_text("remember")
    files = ("-a", "cat.png", "-a", "notes.md", "--attach", str(user.home / "dog.jpg"))
    ran = await user.run("ask", *files, "what is this?")
    assert (ran.code, ran.out, ran.err) == (0, "ok\n", "")
    (call,) = simulator.calls
    words, *pictures = call.json["messages"][0]["content"]
    assert words["text"] == "what is this?\n\nnotes.md:\n\n```\nremember\n```"
    assert [part["image_url"]["url"][:15] for part in pictures] == [
        "data:image/png;",
        "data:image/jpeg",
    ]
    (conversation,) = await user.stored()
    kept = conversation.path()[0].attachments
    assert [one.name for one in kept] == ["cat.png", "notes.md", "dog.jpg"]
    assert all(one.path.startswith(str(user.data_dir / "media")) for one in kept)


async def test_a_picture_is_sent_again_with_the_next_turn(user: User, simulator: Simulator) -> None:
    simulator.enqueue(OK, OK)
    (user.home / "cat.png").write_bytes(CAT)
    await user.run("ask", "-a", "cat.png", "what is this?")
    ran = await user.run("ask", "--continue", "and now?")
    assert ran.code == 0
    messages = simulator.calls[-1].json["messages"]
    assert [isinstance(message["content"], list) for message in messages] == [True, False, False]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("missing.png", None, "no file 'missing.png' to attach"),
        ("data.bin", b"\0", "neither a picture"),
        ("empty.txt", b"", "it is empty"),
    ],
)
async def test_a_file_that_cannot_be_sent_is_named_and_nothing_is_asked(
    user: User, simulator: Simulator, name: str, data: bytes | None, why: str
) -> None:
    (user.home / "cat.png").write_bytes(CAT)
    if data is not None:
        (user.home / name).write_bytes(data)
    ran = await user.run("ask", "-a", "cat.png", "-a", name, "what is this?")
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert name in ran.err
    assert ran.err.count("\n") == 1
    assert simulator.calls == []
    assert await user.stored() == []


async def test_a_provider_without_pictures_is_named_and_not_asked(user: User) -> None:
    async with Simulator() as simulator:
        user.configure(
            '[providers.texts]\nkind = "writer"\nendpoint = "completions"\n'
            f'base_url = "{simulator.url}/writer/v1"\n'
        )
        (user.home / "cat.png").write_bytes(CAT)
        (user.home / "notes.md").write_text("remember")
        simulator.enqueue(OK)
        ran = await user.run("ask", "-a", "cat.png", "what is this?")
        assert (ran.code, simulator.calls) == (2, [])
        assert "provider 'texts' takes no pictures: 'cat.png' cannot be sent" in ran.err
        ran = await user.run("ask", "-a", "notes.md", "what is this?")
        assert ran.code == 0
        assert "remember" in simulator.calls[-1].json["prompt"]
