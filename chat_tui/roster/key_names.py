"""Under which name a provider's key is kept."""

from collections.abc import Mapping

from chat_tui.config.model import ProviderEntry
from chat_tui.errors import (
    ConfigError,
)
from chat_tui.keys.secrets import (
    DefaultKey,
    KeyringKey,
    NoKey,
    describe,
)


def entry_name(entry: ProviderEntry, environ: Mapping[str, str]) -> str:
    """Say under which name the keyring, or the key file, holds a provider's key.

    Raises:
        ConfigError: another source comes first.
    """
    match entry.key:
        case KeyringKey(name):
            return name
        case DefaultKey(env, name):
            if env and environ.get(env, "").strip():
                raise ConfigError(
                    f"the variable {env} comes before the keyring", hint=f"change or unset {env}"
                )
            return name
        case NoKey():
            raise ConfigError(f"provider {entry.name!r} takes no key")
        case _:
            raise ConfigError(
                f"api_key of provider {entry.name!r} says where its key is: {describe(entry.key)}",
                hint="change it there, or leave api_key out to use the keyring",
            )
