"""What was set in the program itself: it counts where the configuration says nothing."""

from typing import Annotated, Final

import msgspec

from chat_tui.config.model import Config, ImageMode, NotifyMode

_DEMO: Final = "demo"


class Chosen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Keys of `[app]` that the settings of the program change; null is "not set"."""

    provider: str | None = None
    measure: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None
    ascii: bool | None = None
    vi_keys: bool | None = None
    images: ImageMode | None = None
    notify: NotifyMode | None = None
    budget_usd_per_day: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] | None = None


def with_chosen(config: Config, chosen: Chosen) -> Config:
    """Fill in what was set in the program; what the user's own file says stays.

    A provider that is gone is ignored.
    """
    changes = {
        name: value
        for name, value in msgspec.structs.asdict(chosen).items()
        if value is not None and name not in config.set_in_file
    }
    if changes.get("provider") not in {*config.providers, _DEMO}:
        changes.pop("provider", None)
    if not changes:
        return config
    return msgspec.structs.replace(config, app=msgspec.structs.replace(config.app, **changes))
