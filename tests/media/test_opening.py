import os
from pathlib import Path

import pytest

from chat_tui.errors import ChatTuiError, MediaError
from chat_tui.media.opening import open_picture
from tests.media.pictures import jpeg, png


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A desktop whose opener writes down what it was given."""
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" "$SECRET" > {tmp_path}/opened\n')
    program.chmod(0o700)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}", "SECRET": "canary"}


async def test_the_desktop_gets_the_path_and_no_secrets(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    path = tmp_path / "-a b.png"
    path.write_bytes(png(2, 2))
    await open_picture(path, environ=environ)
    assert (tmp_path / "opened").read_text() == f"{path}||"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.desktop", png(2, 2)),
        ("a.png", b"[Desktop Entry]"),
        ("a.png", jpeg(2, 2)),
        ("a", png(2, 2)),
        ("a.sh", b"#!/bin/sh"),
    ],
)
async def test_what_is_not_the_picture_it_says_is_not_opened(
    tmp_path: Path, environ: dict[str, str], name: str, data: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(MediaError, match="not the picture that its name says"):
        await open_picture(path, environ=environ)
    assert not (tmp_path / "opened").exists()


async def test_a_picture_that_is_gone_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(MediaError, match=r"gone\.png' cannot be opened: no such file"):
        await open_picture(tmp_path / "gone.png", environ=environ)


async def test_a_pipe_is_not_waited_for(tmp_path: Path, environ: dict[str, str]) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(MediaError, match="is not a file"):
        await open_picture(tmp_path / "a.png", environ=environ)


async def test_a_program_that_fails_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    path = tmp_path / "a.jpeg"
    path.write_bytes(jpeg(2, 2))
    (tmp_path / "bin" / "xdg-open").write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(ChatTuiError, match=r"xdg-open did not open .*: exit code 3"):
        await open_picture(path, environ=environ)


async def test_without_a_program_the_user_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(2, 2))
    with pytest.raises(ChatTuiError, match="no program 'xdg-open'"):
        await open_picture(path, environ={"PATH": str(tmp_path)})
