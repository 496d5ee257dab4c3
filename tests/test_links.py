import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import ChatTuiError
from chat_tui.links import LinkNote, link_note, open_link, safe_link


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://shop.example", "https://shop.example/"),
        ("HTTP://Shop.Example:8080/A?b=c#d", "http://shop.example:8080/A?b=c#d"),
        ("https://shop.example/a%20b?q=%C3%A9&r=[1]", "https://shop.example/a%20b?q=%C3%A9&r=[1]"),
        ("https://shop.example/é?q=ü#ß", "https://shop.example/%C3%A9?q=%C3%BC#%C3%9F"),
        ("https://[2001:DB8::1]:1/a", "https://[2001:db8::1]:1/a"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000/"),
        ("http://localhost", "http://localhost/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://аpple.example/", "https://xn--pple-43d.example/"),
        ("https://shop。example/", "https://shop.example/"),
        ("https://shop.example./", "https://shop.example/"),
        ("https://my_shop.example/a@b", "https://my_shop.example/a@b"),
        ("mailto:ann@shop.example", "mailto:ann@shop.example"),
        (
            "mailto:ann@shop.example?subject=a%20b&body=c",
            "mailto:ann@shop.example?subject=a%20b&body=c",
        ),
    ],
)
def test_a_link_that_may_be_opened_is_spelled_in_ascii(url: str, safe: str) -> None:
    assert safe_link(url) == safe
    assert safe_link(safe) == safe


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "//shop.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://shop.example",
        "data:text/html,x",
        "ssh://-oProxyCommand=x",
        "--version",
        "-https://shop.example",
        "https:",
        "https://",
        "https:shop.example",
        "https:///path",
        "https://user@shop.example",
        "https://user:word@shop.example",
        "https://shop.example\\@evil.example",
        "https://shop.example/a b",
        "https://shop.example/a\tb",
        "https://shop.example/\n",
        "https://shop.example/\x1b]8;;",
        "https://shop.example/\u202egpj",
        "https://shop.example/\u200b",
        "https://shop.example/\u2003",
        "https://shop.example:99999/",
        "https://shop.example:x/",
        "https://-shop.example/",
        "https://shop-.example/",
        "https://shop..example/",
        "https://.example/",
        "https://shop.example%2eevil.example/",
        "https://a℀b.example/",
        "https://💩.example/",
        "https://[::1",
        "https://[zz]/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 130}example/",
        f"https://shop.example/{'a' * 5_000}",
        "mailto:",
        "mailto:ann",
        "mailto:-ann@shop.example",
        "mailto:ann@-shop.example",
        "mailto:%2dann@shop.example",
        "mailto://ann@shop.example",
        "mailto:ann@shop.example,bob@evil.example",
        "mailto:ann@shop.example?attach=/etc/passwd",
        "mailto:ann@shop.example?subject=a%0Abcc:evil@evil.example",
    ],
)
def test_a_link_that_must_not_be_opened_is_refused(url: str) -> None:
    assert safe_link(url) is None


@given(
    st.text()
    | st.text().map(lambda tail: f"https://{tail}")
    | st.text().map("mailto:a@b.c{}".format)
)
def test_whatever_is_given_back_can_be_an_argument(url: str) -> None:
    safe = safe_link(url)
    if safe is not None:
        assert safe.isascii()
        assert safe.isprintable()
        assert " " not in safe
        assert safe.startswith(("http://", "https://", "mailto:"))
        assert safe_link(safe) == safe


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("the shop", "https://shop.example/"),
        ("shop.example", "https://shop.example/a"),
        ("www.shop.example", "https://shop.example/a"),
        ("shop.example", "https://www.shop.example/a"),
        ("https://shop.example/a?b", "https://shop.example/a?b"),
        ("Shop.Example:8080", "https://shop.example:8080/"),
        ("bücher.example", "https://xn--bcher-kva.example/"),
        ("see docs at docs.shop.example.", "https://docs.shop.example/"),
        ("version 3.11.7 of pyproject.toml, e.g. index.html", "https://shop.example/"),
        ("http://localhost:3000", "http://localhost:3000/a"),
        ("ann@shop.example", "mailto:ann@shop.example"),
        ("Ann.Lee@shop.example", "mailto:ann.lee@shop.example"),
        ("write to us", "mailto:ann@shop.example"),
        ("10.0.0.1", "http://10.0.0.1/"),
        ("https://shop.example/bank.example/x", "https://shop.example/bank.example/x"),
        (
            "www.shop.example/?to=https://bank.example",
            "https://www.shop.example/?to=https://bank.example",
        ),
    ],
)
def test_a_label_that_names_no_other_host_needs_no_question(label: str, url: str) -> None:
    assert link_note(label, url).confirm is False


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("bank.example", "https://evil.example/"),
        ("https://bank.example", "https://evil.example/bank.example"),
        ("https://bank.example@evil.example", "https://evil.example/"),
        ("shop.example.evil.test", "https://shop.example/"),
        ("log in at www.bank.example now", "https://evil.example/"),
        ("bank.example", "https://bank.example.evil.test/"),
        ("bank.example", "https://mybank.example/"),
        ("apple.example", "https://аpple.example/"),
        ("аpple.example", "https://apple.example/"),
        ("bank。example", "https://evil.example/"),
        ("http://localhost:3000", "http://evil.example/"),
        ("10.0.0.1", "http://10.0.0.2/"),
        ("ann@bank.example", "mailto:ann@evil.example"),
        ("ann@bank.example", "https://evil.example/"),
        ("bank.example", "mailto:ann@evil.example"),
        ("bank.example", "javascript:alert(1)"),
        ("https://bank\u200b.example", "https://evil.example/"),
    ],
)
def test_a_label_that_names_another_host_has_to_be_confirmed(label: str, url: str) -> None:
    assert link_note(label, url).confirm is True


def test_a_note_says_where_a_link_leads() -> None:
    assert link_note("x", "https://bücher.example:1/a") == LinkNote(
        "https://xn--bcher-kva.example:1/a", "xn--bcher-kva.example", confirm=False
    )
    assert link_note("x", "mailto:ann@shop.example?subject=a").host == "ann@shop.example"
    assert link_note("x", "file:///a") == LinkNote(None, "", confirm=True)


@given(st.text(), st.text())
def test_any_label_can_be_looked_at(label: str, path: str) -> None:
    link_note(label, f"https://shop.example/{path}")


def browser(folder: Path, script: str) -> dict[str, str]:
    program = folder / "browser"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return {"PATH": str(folder), "BROWSER": f"{program} %s", "HOME": str(folder)}


async def test_a_link_is_opened_by_the_browser_as_one_argument(tmp_path: Path) -> None:
    script = f'printf \'%s\\n\' "$#" "$@" > {tmp_path}/seen'
    url = "https://shop.example/?a=$(touch+x)&b=`c`;d'e"
    await open_link(url, environ=browser(tmp_path, script))
    seen = (tmp_path / "seen").read_text("utf-8").splitlines()
    assert seen == ["1", "https://shop.example/?a=$(touch+x)&b=%60c%60;d'e"]


async def test_the_browser_sees_no_secrets_and_no_terminal(tmp_path: Path) -> None:
    script = f"/usr/bin/env > {tmp_path}/seen; test -t 1 && exit 1; exit 0"
    environ = browser(tmp_path, script) | {"FLOW_API_KEY": "sk-1", "TERM": "xterm"}
    await open_link("https://shop.example/", environ=environ)
    seen = (tmp_path / "seen").read_text("utf-8")
    assert "BROWSER=" in seen
    assert "sk-1" not in seen
    assert "TERM=" not in seen


async def test_a_browser_that_fails_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ChatTuiError, match=r"no browser opened 'https://shop\.example/'") as raised:
        await open_link("https://shop.example/", environ=browser(tmp_path, "exit 1"))
    assert "BROWSER" in raised.value.hint


async def test_a_browser_that_stays_is_let_go_and_lives_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.links.OPENING_LIMIT_S", 1.0)
    os.mkfifo(tmp_path / "gate")
    environ = browser(tmp_path, f"read line < {tmp_path}/gate; echo $line > {tmp_path}/end")
    await open_link("https://shop.example/", environ=environ)
    (tmp_path / "gate").write_text("closed\n", "utf-8")  # waits for its reader


async def test_a_link_that_is_not_safe_is_never_given_to_a_browser(tmp_path: Path) -> None:
    environ = browser(tmp_path, f": > {tmp_path}/seen")
    for url in ("--help", "file:///etc/passwd", "https://user@shop.example/"):
        with pytest.raises(ChatTuiError, match="will not open"):
            await open_link(url, environ=environ)
    assert not (tmp_path / "seen").exists()
