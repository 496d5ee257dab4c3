"""What was chosen last, and the file that keeps it until the next start."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from chat_tui.config.state import load_state, save_state
from chat_tui.model_names import name_key, name_of, recall

MOST_RECENT: Final = 8
MOST_WINDOWS: Final = 64
"""Models whose context is remembered."""
MOST_NAMES: Final = 64


class Memory:
    """The last choices. Losing them loses nothing, so a disk that refuses is only mentioned."""

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        """Read what was kept.

        Args:
            path: Of `state.toml`.
            complain: Told once a choice cannot be kept.
        """
        self._path = path
        self._complain = complain
        self.state, self.warning = load_state(path)
        self._unwritten = False
        self._writing: asyncio.Task[None] | None = None
        recall(self.state.names)

    def keep(self, **changes: object) -> None:
        """Change some of the choices, and have them all written; needs a running event loop.

        A disk may take its time, and nobody waits for it: what changes meanwhile is written at
        once afterwards.
        """
        self.state = msgspec.structs.replace(self.state, **changes)
        self._unwritten = True
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="write the last choices")

    async def aclose(self) -> None:
        """Wait until everything is written."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._unwritten:
            self._unwritten = False
            try:
                await asyncio.to_thread(save_state, self._path, self.state)
            except OSError as error:
                self._complain(f"the choice is not remembered: {error}")

    def keep_model(self, provider: str, model: str) -> None:
        """Remember who answers, and with which model."""
        others = [pair for pair in self.state.recent if pair != [provider, model]]
        self.keep(
            provider=provider,
            models={**self.state.models, provider: model},
            recent=[[provider, model], *others][:MOST_RECENT],
            names=self._with_names(provider, [model]),
        )

    def toggle_favourite(self, provider: str, model: str) -> None:
        """Mark a model as a favourite, or no more."""
        pair = [provider, model]
        others = [one for one in self.state.favourites if one != pair]
        self.keep(favourites=others if pair in self.state.favourites else [*others, pair])

    def window(self, provider: str, model: str) -> int | None:
        """How many tokens a model took in when its list was last seen."""
        return self.state.windows.get(_window_key(provider, model))

    def keep_window(self, provider: str, model: str, tokens: int) -> None:
        """Remember how many tokens a model takes in; written only when it is another number."""
        key = _window_key(provider, model)
        if self.state.windows.get(key) != tokens:
            others = [(one, number) for one, number in self.state.windows.items() if one != key]
            self.keep(windows=dict([*others, (key, tokens)][-MOST_WINDOWS:]))

    def keep_names(self, provider: str, models: Iterable[str]) -> None:
        """Remember what models are called now; written only when that is something new."""
        names = self._with_names(provider, models)
        if names is not self.state.names:
            self.keep(names=names)

    def _with_names(self, provider: str, models: Iterable[str]) -> dict[str, str]:
        """Add what models are called now; the same names where there is nothing new."""
        new = {name_key(provider, one): name for one in models if (name := name_of(provider, one))}
        kept = self.state.names
        if all(kept.get(key) == name for key, name in new.items()):
            return kept
        others = {key: name for key, name in kept.items() if key not in new}
        return dict([*others.items(), *new.items()][-MOST_NAMES:])


def _window_key(provider: str, model: str) -> str:
    return f"{provider} {model}"
