from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.config.prompts import Template, load_template, read_template, template_names
from chat_tui.errors import ConfigError

names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)


@given(st.dictionaries(names, st.text("ab {}\n"), min_size=1))
def test_each_place_gets_its_value_as_it_is(values: dict[str, str]) -> None:
    template = Template("t", "|".join(f"{{{{{name}}}}}" for name in values))
    assert template.variables == tuple(values)
    assert template.filled(values) == "|".join(values.values())


def test_a_head_gives_a_description_and_defaults() -> None:
    template = read_template(
        "t", "---\ndescription: 'Say it'\n\nwho: you\n# no\n---\n\nHi {{who}}\n"
    )
    assert template == Template("t", "Hi {{who}}", "Say it", {"who": "you"})
    assert template.filled({}) == "Hi you"
    assert template.filled({"who": "we"}) == "Hi we"


def test_a_rule_further_down_is_text() -> None:
    assert read_template("t", "a\n---\nb").text == "a\n---\nb"


def test_what_is_no_name_is_no_place() -> None:
    assert read_template("t", "{{}} {{ 1 }} {{a b}} {x}").variables == ()


def test_what_a_file_holds_is_cleaned() -> None:
    assert "\x1b" not in read_template("t", "a\x1b[31m").text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"---\nx: 1\n", "no second ---"),
        (b"---\njust words\n---\n", "line 2 of the head"),
        (b"\xff", "UTF-8"),
        (b"x" * (256 * 1024 + 1), "256 KiB"),
    ],
)
def test_a_broken_template_is_named_with_what_is_wrong(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "one.md").write_bytes(content)
    with pytest.raises(ConfigError, match=words) as raised:
        load_template(tmp_path, "one")
    assert "one.md" in str(raised.value)


def test_a_folder_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "one.md").mkdir()
    with pytest.raises(ConfigError, match="not a regular file"):
        load_template(tmp_path, "one")


def test_only_markdown_files_are_templates(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "c.txt"):
        (tmp_path / name).touch()
    assert template_names(tmp_path) == ("a", "b")
    assert template_names(tmp_path / "nowhere") == ()


def test_a_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.md").write_text("x")
    with pytest.raises(ConfigError, match="no prompt template"):
        load_template(tmp_path / "in", "../secret")
