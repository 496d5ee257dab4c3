"""Adding, changing and removing providers while the program runs."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chat_tui.config.model import ProviderEntry
from chat_tui.config.provider_file import (
    checked,
    file_of,
    remove_provider,
    write_provider,
    written_table,
)
from chat_tui.errors import AuthFailed, ChatTuiError, ConfigError
from chat_tui.keys.keeping import drop_kept, keep_key
from chat_tui.keys.secrets import KeyringKey, Secret, key_file_of
from chat_tui.registry import Registry
from chat_tui.roster.offers import Offer, free_name, keys_found, offers
from chat_tui.roster.roster import Roster
from chat_tui.roster.trial import Trial


@dataclass(frozen=True, slots=True)
class Draft:
    """A provider as somebody has typed it."""

    name: str
    table: Mapping[str, Any]
    """What goes into its file, but for a key that was pasted."""
    key: Secret | None = None
    before: str = ""
    """What the provider is called that is changed; empty for a new one."""


@dataclass(frozen=True, slots=True)
class Added:
    """A provider that was added or changed."""

    entry: ProviderEntry
    trial: Trial | None = None
    """What its server said; null where it was not asked."""
    key_place: str = ""
    """Where its key was put; empty where none was pasted."""


class ProviderDesk:
    """Writes provider files, and tells the roster at once."""

    def __init__(
        self, roster: Roster, registry: Registry, folder: Path, environ: Mapping[str, str]
    ) -> None:
        """Look at nothing yet.

        Args:
            roster: Of the running program.
            registry: The kinds that there are.
            folder: Of the provider files.
            environ: Where variables with keys are looked up.
        """
        self._roster = roster
        self._folder = folder
        self.registry = registry
        self.environ = environ

    def offers(self) -> list[Offer]:
        """List what can be added, those with a key in the environment first."""
        found = [one for one in keys_found(self.environ) if one.name not in self._roster.names()]
        names = {one.name for one in found}
        return [*found, *(one for one in offers(self.registry) if one.name not in names)]

    async def own(self) -> list[str]:
        """Names of the providers that have a file of their own, broken ones among them."""
        names = self._roster.names()
        return await asyncio.to_thread(
            lambda: [name for name in names if (self._folder / f"{name}.toml").exists()]
        )

    def free_name(self, wanted: str) -> str:
        """Make a name that no provider has yet."""
        return free_name(wanted, self._roster.names())

    async def table_of(self, name: str) -> dict[str, Any]:
        """What stands in the file of a provider.

        Raises:
            ConfigError: it cannot be read.
        """
        return await asyncio.to_thread(written_table, file_of(self._folder, name))

    async def test(self, draft: Draft) -> Trial:
        """Ask the server as this provider would; nothing is stored.

        Raises:
            ConfigError: the draft cannot be followed.
            ProviderError: the server will not have it, or nobody can say.
        """
        return await self._roster.try_out(self._checked(draft), draft.key)

    async def keep(self, draft: Draft, trial: Trial | None = None) -> Added:
        """Store the key and the provider's file; from now on it can be chosen.

        Args:
            draft: What was typed.
            trial: What its server said before.

        Raises:
            ConfigError: the draft cannot be followed, or the disk refused.
            AuthFailed: the key can be stored nowhere.
        """
        table = dict(draft.table)
        if draft.key is not None:
            table["api_key"] = {"keyring": draft.name}
        entry = self._checked(replace(draft, table=table))
        place = ""
        if draft.key is not None:
            place = await keep_key(draft.name, draft.key, key_file_of(entry.key))
        # Whoever waits may leave: what is on disk is to be in the roster all the same.
        return Added(await asyncio.shield(self._write(draft, table)), trial, place)

    def model_of(self, name: str) -> str:
        """The model, or the flow, that a provider answers with by itself; empty for none."""
        try:
            return self._roster.provider(name).model
        except ChatTuiError:
            return ""

    async def remove(self, name: str) -> None:
        """Remove a provider that has a file of its own, and a key that was stored for it.

        Raises:
            ConfigError: it has none, or the disk refused.
        """
        if name not in await self.own():
            raise ConfigError(
                f"provider {name!r} is not written in {self._folder}",
                hint="take it out of the configuration file",
            )
        with contextlib.suppress(ConfigError, AuthFailed):
            key = self._roster.entry(name).key
            if isinstance(key, KeyringKey) and key.name == name:
                await drop_kept(name, key.file)
        await asyncio.shield(self._remove(name))

    async def _write(self, draft: Draft, table: Mapping[str, Any]) -> ProviderEntry:
        entry = await asyncio.to_thread(
            write_provider,
            self._folder,
            draft.name,
            table,
            self.registry,
            overwrite=draft.name == draft.before,
        )
        if draft.before and draft.before != draft.name:
            await self._remove(draft.before)  # its key may be that of the new one
        self._roster.put(entry)
        return entry

    async def _remove(self, name: str) -> None:
        await asyncio.to_thread(remove_provider, self._folder, name)
        self._roster.drop(name)

    def _checked(self, draft: Draft) -> ProviderEntry:
        taken = draft.name in self._roster.names() and draft.name != draft.before
        if taken:
            raise ConfigError(
                f"there is a provider {draft.name!r} already", hint="call this one otherwise"
            )
        return checked(self._folder, draft.name, draft.table, self.registry)
