"""Options of a provider: what they show of themselves."""

from chat_tui.providers.kinds import ProviderOptions

SECRET = "canary-0123456789abcdef"


def test_headers_and_parameters_are_not_shown() -> None:
    options = ProviderOptions(
        kind="x", timeout_s=3.0, headers={"x-token": SECRET}, parameters={"token": SECRET}
    )
    shown = "ProviderOptions(kind='x', parameters={...}, timeout_s=3.0, headers={...}"
    assert repr(options).startswith(shown)
    assert SECRET not in repr(options)
    assert SECRET not in str(options.__rich_repr__())
    assert ("kind", "x") in options.__rich_repr__()


def test_empty_ones_are_shown_as_they_are() -> None:
    assert "parameters={}" in repr(ProviderOptions(kind="x"))
