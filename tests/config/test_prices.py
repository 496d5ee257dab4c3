from pathlib import Path

import pytest

from chat_tui.config.load import load
from chat_tui.config.model import Config
from chat_tui.config.prices import Price
from chat_tui.errors import ConfigError
from chat_tui.registry import DEFAULT


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return load(path, registry=DEFAULT, explicit=True)


def test_prices_are_read_by_the_models_id(tmp_path: Path) -> None:
    config = read(tmp_path, '[prices."ai/model-1"]\ninput = 0.5\noutput = 2\n')
    assert config.prices == {"ai/model-1": Price(input=0.5, output=2.0)}
    assert config.app.budget_usd_per_day is None


def test_a_budget_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "[app]\nbudget_usd_per_day = 2.5\n").app.budget_usd_per_day == 2.5


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[prices."m/1"]\ninput = 1\nouput = 2\n', 3, ['prices."m/1".ouput', "'output'"]),
        ("[prices.m]\ninput = 1\n", 1, ["prices.m.output", "is missing"]),
        ("[prices.m]\ninput = -1\noutput = 1\n", 2, ["prices.m.input", "from 0 to", "-1"]),
        ("[prices.m]\ninput = nan\noutput = 1\n", 2, ["prices.m.input", "finite"]),
        ("[prices.m]\ninput = inf\noutput = 1\n", 2, ["prices.m.input", "finite"]),
        ('[prices.m]\ninput = "1"\noutput = 1\n', 2, ["prices.m.input", "got text"]),
        ("[prices]\nm = 1\n", 2, ["prices.m", "expected a table"]),
        ("prices = 1\n", 1, ["prices", "expected a table"]),
        ("[price.m]\ninput = 1\n", 1, ["price: unknown key", "'prices'"]),
        ("[app]\nbudget_usd_per_day = -1\n", 2, ["app.budget_usd_per_day", "-1"]),
        ("[app]\nbudget_usd_per_day = nan\n", 2, ["app.budget_usd_per_day", "finite"]),
        ('[app]\nbudget_usd_per_day = "1"\n', 2, ["app.budget_usd_per_day", "got text"]),
    ],
)
def test_a_mistake_names_the_line_the_key_and_what_was_expected(
    tmp_path: Path, text: str, line: int, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, text)
    assert raised.value.line_number == line
    assert all(word in str(raised.value) for word in words), str(raised.value)
