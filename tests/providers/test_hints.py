"""What is no reply of a dialect is an error that says what may be wrong with the address."""

from collections.abc import Callable
from typing import Any

import pytest

from chat_tui.errors import ProtocolViolation
from chat_tui.providers.anthropic.dialect import AnthropicDecoder
from chat_tui.providers.chat.dialect import ChatDecoder
from chat_tui.providers.fal.dialect import FalDecoder
from chat_tui.providers.fal.queue import decode_state, decode_ticket
from chat_tui.providers.flowise.events import FlowiseDecoder
from chat_tui.providers.gemini.dialect import GeminiDecoder, decode_page
from chat_tui.providers.get3w.dialect import Get3wDecoder
from chat_tui.providers.model_list import decode_models
from chat_tui.providers.ollama.dialect import OllamaDecoder
from chat_tui.providers.openai.images import ImagesDecoder
from chat_tui.providers.writer.answers import AnswerDecoder, Search
from chat_tui.providers.writer.chat import WriterChatDecoder

READERS: dict[str, Callable[[Any], Any]] = {
    "anthropic": AnthropicDecoder(provider="p", model="m").whole,
    "chat": ChatDecoder(provider="p", model="m").whole,
    "fal": FalDecoder(provider="p", model="m", job="j").whole,
    "fal state": decode_state,
    "fal ticket": lambda body: decode_ticket(body, queue_url="https://queue.test"),
    "flowise": FlowiseDecoder(provider="p", flow="f", chat_id="c", address=str).whole,
    "gemini": GeminiDecoder(provider="p", model="m").whole,
    "gemini models": decode_page,
    "get3w": Get3wDecoder(provider="p", model="m", job="j", host="h").read,
    "images": ImagesDecoder(provider="p", model="m", job="j").whole,
    "models": decode_models,
    "ollama": OllamaDecoder(provider="p", model="m").whole,
    "writer": WriterChatDecoder(provider="p", model="m").whole,
    "writer search": AnswerDecoder(Search(), provider="p", model="m").whole,
}


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_reply_leads_to_the_address(name: str) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        list(READERS[name]("nonsense"))
    assert "_url" in caught.value.hint
