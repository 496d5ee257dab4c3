import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

from chat_tui import errors
from chat_tui.errors import ChatTuiError, ConfigError, NewerStore, ProviderError, RateLimited
from chat_tui.events import ErrorKind

CLASSES = [
    each
    for _, each in inspect.getmembers(errors, inspect.isclass)
    if issubclass(each, ChatTuiError)
]
CONFIG = Path("/home/me/config.toml")


def drawn() -> dict[str, str | None]:
    """Each class of the drawing in the docstring, with the one it hangs from."""
    parents: dict[str, str | None] = {}
    branch: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"    ([ │├└─]*)(\w+)(  |$)", line):
            depth, name = len(found[1]), found[2]
            while branch and branch[-1][0] >= depth:
                branch.pop()
            parents[name] = branch[-1][1] if branch else None
            branch.append((depth, name))
    return parents


def test_the_drawing_of_the_errors_is_right() -> None:
    roots = {"ChatTuiError": None}
    assert drawn() == roots | {
        each.__name__: each.__bases__[0].__name__ for each in CLASSES if each is not ChatTuiError
    }


def test_the_drawing_names_the_right_kinds() -> None:
    said = re.findall(r"(\w+)  .*\(kind (\w+)\)", errors.__doc__ or "")
    providers = [each for each in CLASSES if issubclass(each, ProviderError)]
    assert dict(said) == {
        each.__name__: each.kind for each in providers if each is not ProviderError
    }


def test_there_is_an_error_of_every_kind_but_our_own() -> None:
    kinds = {each.kind for each in CLASSES if issubclass(each, ProviderError)}
    assert kinds == set(get_args(ErrorKind)) - {"internal"}


@pytest.mark.parametrize("error", CLASSES, ids=lambda each: each.__name__)
def test_every_error_has_a_message_and_a_hint(error: type[ChatTuiError]) -> None:
    raised = error("it broke", hint="mend it")
    assert (raised.message, raised.hint) == ("it broke", "mend it")
    assert str(raised).startswith("it broke")


def test_a_hint_may_be_left_out() -> None:
    assert NewerStore("made by version 9").hint == ""


def test_a_provider_error_knows_the_status_and_when_to_come_back() -> None:
    error = RateLimited("too many requests", status=429, retry_after_s=1.5, retryable=True)
    assert (error.status, error.retry_after_s, error.retryable) == (429, 1.5, True)


def test_a_provider_error_is_not_worth_a_retry_unless_it_says_so() -> None:
    error = ProviderError("no")
    assert (error.status, error.retry_after_s, error.retryable) == (None, None, False)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConfigError("not a table"), "not a table"),
        (ConfigError("not a table", path=CONFIG), f"{CONFIG}: not a table"),
        (ConfigError("not a table", path=CONFIG, line=3), f"{CONFIG}:3: not a table"),
        (ConfigError("not a table", line=3), "not a table"),
        (ConfigError("not a table", key="app"), "app: not a table"),
        (
            ConfigError(
                "unknown key",
                path=CONFIG,
                line=7,
                key="providers.flow.bse_url",
                hint="did you mean base_url?",
            ),
            f"{CONFIG}:7: providers.flow.bse_url: unknown key (did you mean base_url?)",
        ),
    ],
)
def test_a_configuration_error_names_the_place_as_far_as_it_is_known(
    error: ConfigError, text: str
) -> None:
    assert str(error) == text
