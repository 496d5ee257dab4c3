"""A server with a certificate of the user's own."""

import pytest

from chat_tui.errors import Unreachable
from chat_tui.providers.openai.options import OpenAIOptions
from chat_tui.providers.openai.provider import OPENAI
from tests.net.server import CERTS, answer, answering, serve
from tests.providers.asking import closing, services

MODELS = answer(b'{"data": [{"id": "mine"}]}', content_type="application/json")


def options(url: str, ca_file: str = "") -> OpenAIOptions:
    return OpenAIOptions(kind="openai", base_url=url, model="m", ca_file=ca_file)


async def test_a_server_of_ones_own_is_trusted_by_its_certificate() -> None:
    async with serve(answering(MODELS), certificate="localhost") as server:
        chosen = options(server.url, str(CERTS / "localhost.pem"))
        async with closing(OPENAI.build("p", chosen, services())) as provider:
            assert [model.id for model in await provider.models()] == ["mine"]


async def test_without_it_the_error_names_the_key_that_helps() -> None:
    async with (
        serve(answering(MODELS), certificate="localhost") as server,
        closing(OPENAI.build("p", options(server.url), services())) as provider,
    ):
        with pytest.raises(Unreachable, match="self-signed") as caught:
            await provider.models()
    assert caught.value.hint == "if the server is yours, name its certificate in ca_file"


async def test_the_certificate_of_another_is_no_help() -> None:
    async with serve(answering(MODELS), certificate="localhost") as server:
        chosen = options(server.url, str(CERTS / "other_host.pem"))
        async with closing(OPENAI.build("p", chosen, services())) as provider:
            with pytest.raises(Unreachable, match="certificate"):
                await provider.models()


async def test_a_file_that_is_not_there_is_named() -> None:
    chosen = options("https://127.0.0.1:1", "/nowhere/mine.pem")
    async with closing(OPENAI.build("p", chosen, services())) as provider:
        with pytest.raises(Unreachable, match=r"/nowhere/mine\.pem") as caught:
            await provider.models()
    assert "ca_file" in caught.value.hint
