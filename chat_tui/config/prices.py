"""What models cost, for providers that do not say it themselves."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

import msgspec

from chat_tui.config.check import check_json, convert_table, table_at
from chat_tui.config.toml_file import TomlFile

Dollars: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
_MILLION = 1_000_000


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table `[prices."model"]`: US dollars for a million tokens."""

    input: Dollars
    """For what is sent."""
    output: Dollars
    """For what is answered."""

    def of(self, input_tokens: int | None, output_tokens: int | None) -> float | None:
        """What so many tokens cost, in dollars; null where nothing was counted."""
        if input_tokens is None and output_tokens is None:
            return None
        return ((input_tokens or 0) * self.input + (output_tokens or 0) * self.output) / _MILLION


def read_prices(file: TomlFile) -> Mapping[str, Price]:
    """Read all of `[prices]`.

    Raises:
        ConfigError: an unknown or missing key, a wrong type, or a value out of range.
    """
    models = table_at(file, ["prices"])
    check_json(file, ["prices"], models)
    return {model: convert_table(file, ["prices", model], Price) for model in models}
