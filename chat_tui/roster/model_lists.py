"""The providers' live lists of models, each asked for once in a while, and the names in them."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from chat_tui.errors import ChatTuiError
from chat_tui.model_names import learn, name_of
from chat_tui.providers.base import ModelInfo, NamesModels
from chat_tui.roster.roster import Roster

log = logging.getLogger(__name__)

FRESH_S: Final = 600.0
"""How long a list counts as it was told."""
LIMIT_S: Final = 20.0
"""How long a server may take for it."""


class ModelLists:
    """What was told, in memory. Requests for one list at the same time are one request."""

    def __init__(
        self,
        roster: Roster,
        *,
        named: Callable[[str, Sequence[str]], None] = lambda _provider, _models: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start without any list.

        Args:
            roster: Whose providers are asked.
            named: Told a provider that has names that were not known, and the models that have
                them.
            clock: Monotonic seconds.
        """
        self.named = named
        self._roster = roster
        self._clock = clock
        self._told: dict[str, tuple[float, Sequence[ModelInfo]]] = {}
        self._asking: dict[str, asyncio.Task[Sequence[ModelInfo]]] = {}
        self._asked_names: set[tuple[str, str]] = set()

    def known(self, provider: str) -> Sequence[ModelInfo] | None:
        """What was told not too long ago; null where nothing was."""
        at, models = self._told.get(provider, (0.0, None))
        return models if models is not None and self._clock() - at < FRESH_S else None

    def window(self, provider: str, model: str) -> int | None:
        """How many tokens a model takes in, as it was told last; null where it was not."""
        _, models = self._told.get(provider, (0.0, ()))
        return next((one.context_tokens for one in models if one.id == model), None)

    async def get(self, provider: str) -> Sequence[ModelInfo]:
        """Give a list that is fresh.

        Raises:
            ChatTuiError: there is no such provider, or it told none.
        """
        if (known := self.known(provider)) is not None:
            return known
        task = self._asking.get(provider)
        if task is None:
            task = asyncio.create_task(self._ask(provider), name=f"models of {provider}")
            self._asking[provider] = task
            task.add_done_callback(lambda _: self._asking.pop(provider, None))
        return await asyncio.shield(task)

    async def learn_name(self, provider: str, model: str) -> None:
        """Learn quietly, once, what a model is called whose id says nothing to a reader.

        A server is asked for that name alone, and only where no key command is run for it. When
        it does not tell, the id goes on being shown.

        Args:
            provider: The user's name for it.
            model: The model; empty is the provider's own.
        """
        try:
            who = self._roster.provider(provider)
            model = model or who.model
            asked = provider, model
            if not model or name_of(*asked) or asked in self._asked_names:
                return
            if not isinstance(who, NamesModels) or not self._roster.asks_nobody(provider):
                return
            self._asked_names.add(asked)
            async with asyncio.timeout(LIMIT_S):
                names = await who.names(model)
        except (ChatTuiError, TimeoutError) as error:
            log.info("%s does not say what %s is called: %s", provider, model, error)
            return
        self._take_names(provider, names)

    def forget(self, provider: str) -> None:
        """Ask again next time: its key was changed, or somebody wants to know."""
        self._told.pop(provider, None)

    async def aclose(self) -> None:
        """Stop asking."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _ask(self, provider: str) -> Sequence[ModelInfo]:
        try:
            async with asyncio.timeout(LIMIT_S):
                models = tuple(await self._roster.provider(provider).models())
        except TimeoutError as error:
            raise ChatTuiError(f"no list in {LIMIT_S:g} s") from error
        self._told[provider] = (self._clock(), models)
        self._take_names(provider, {model.id: model.name for model in models if model.name})
        return models

    def _take_names(self, provider: str, names: Mapping[str, str]) -> None:
        if learn(provider, names):
            self.named(provider, list(names))
