"""What a user may say of a `flowise` provider."""

from typing import Final

import msgspec

from chat_tui.providers.kinds import ProviderOptions

FLOWISE_URL: Final = "http://localhost:3000"


class FlowiseOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of a `flowise` provider."""

    base_url: str = FLOWISE_URL
    """Where Flowise itself is, without `/api/v1`."""
    chatflow_id: str = ""
    """The flow that answers when none is chosen."""
    streaming: bool = True
    """`false` asks for the answer in one piece."""
    override_config: dict[str, object] = msgspec.field(default_factory=dict)
    """What the flow's owner allows callers to change, and `vars`; it may well hold a secret."""

    @property
    def model(self) -> str:
        """The flow, by the name that other kinds have for it."""
        return self.chatflow_id

    def __repr__(self) -> str:
        return ProviderOptions.__repr__(msgspec.structs.replace(self, override_config={}))

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return ProviderOptions.__rich_repr__(msgspec.structs.replace(self, override_config={}))
