"""What a user may say of an `openai` provider."""

from typing import Final, Literal

from chat_tui.providers.kinds import ProviderOptions

OPENAI_URL: Final = "https://api.openai.com/v1"
URL_HINT: Final = "base_url may lack its path; many servers want /v1 at the end"


class OpenAIOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of an `openai` provider."""

    base_url: str = OPENAI_URL
    """Where the service is."""
    model: str = ""
    """Who answers when nothing else is chosen; empty is chosen in the F2 menu."""
    preset: str = ""
    """A common service by its name: fills in the address and the key's variable."""
    endpoint: Literal["chat", "images"] = "chat"
    """What answers: `/chat/completions`, or `/images/generations`."""
