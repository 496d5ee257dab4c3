"""What a user may say of an `openai` provider."""

from typing import Final, Literal

from chat_tui.providers.kinds import ProviderOptions

OPENAI_URL: Final = "https://api.openai.com/v1"
URL_HINT: Final = "base_url may lack its path; many servers want /v1 at the end"


class OpenAIOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of an `openai` provider."""

    base_url: str = OPENAI_URL
    model: str = ""
    endpoint: Literal["chat", "images"] = "chat"
    """What answers: `/chat/completions`, or `/images/generations`."""
