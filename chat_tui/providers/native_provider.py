"""What the providers of the vendors' own dialects have in common: their keys, and who is asked."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import msgspec

from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.providers.connection import Connection
from chat_tui.providers.kinds import ProviderOptions
from chat_tui.providers.model_list import check_models
from chat_tui.providers.not_chosen import not_chosen


class NativeOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of a provider of a vendor's own dialect; its kind says where it usually is."""

    base_url: str = ""
    """Where the service is."""
    model: str = ""
    """Who answers when nothing else is chosen; empty is chosen in the F2 menu."""


class NativeProvider(ABC):
    """Talks to one server; a dialect adds how."""

    def __init__(
        self,
        name: str,
        options: NativeOptions,
        connection: Connection,
        *,
        images_out: bool = False,
    ) -> None:
        """Describe the provider.

        Args:
            name: The user's name for it.
            options: What the user configured.
            connection: The way to the server; closed with the provider.
            images_out: It makes pictures, too.
        """
        self.name = name
        self.base_url = options.base_url
        self.model = options.model
        self.parameters = options.parameters
        self.capabilities = Capabilities(images_in=True, images_out=images_out, tools=True)
        self._connection = connection

    @abstractmethod
    async def models(self) -> Sequence[ModelInfo]:
        """List the models; see `Provider.models`."""

    async def check(self) -> str:
        """Ask for the models; see `Provider.check`."""
        return check_models(await self.models(), self.model)

    async def aclose(self) -> None:
        await self._connection.aclose()

    async def _asked(self, request: Request) -> Request:
        """Fill in what the user configured: the parameters, and a model for a request without one.

        Raises:
            WrongId: there is no model.
        """
        parameters = {**self.parameters, **request.parameters}
        model = parameters.pop("model", "") or request.model or self.model
        if not isinstance(model, str) or not model:
            raise await not_chosen("model", key="model", provider=self.name, models=self.models)
        return msgspec.structs.replace(request, parameters=parameters, model=model)
