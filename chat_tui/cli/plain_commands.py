"""What slash commands do in plain mode, where there is one conversation and only lines."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chat_tui.attachments import check_taken
from chat_tui.commands.context import CommandError
from chat_tui.commands.paths import named_place
from chat_tui.commands.settings import check_parameter, set_parameter, set_system_prompt
from chat_tui.commands.table import COMMANDS
from chat_tui.config.prompts import load_template, template_names
from chat_tui.errors import TranscriptError
from chat_tui.transcripts.forms import Form, form_of
from chat_tui.usage import dollars, reckoned, total

if TYPE_CHECKING:
    from chat_tui.cli.plain_talk import PlainTalk

_SHOWN_HITS: Final = 20
_SHOWN_ID_CHARS: Final = 13
_ON_SCREEN: Final = frozenset({"split", "compare", "theme"})


class PlainCommands:
    """A `CommandContext` without a screen."""

    def __init__(self, talk: "PlainTalk") -> None:
        self._talk = talk
        self._acts: dict[str, Callable[..., Awaitable[None]]] = {
            "attach": self._attach,
            "choose_provider": self._list_providers,
            "copy_reply": self._copy,
            "help": self._help,
            "new_conversation": self._new,
            "quit": self._quit,
            "regenerate": self._regenerate,
            "search": self._search,
            "settings": self._settings,
            "usage": self._usage,
        }

    def tell(self, text: str) -> None:
        self._talk.tell(text)

    def choose_provider(self, name: str) -> None:
        self._talk.choose_provider(name)

    async def choose_model(self, model: str) -> None:
        self._talk.choose_model(model)

    def choose_theme(self, name: str) -> None:
        raise CommandError("plain mode has no colours", hint="start without --plain for themes")

    async def set_system_prompt(self, text: str) -> None:
        await set_system_prompt(self._talk.store, self._talk.session, text)

    async def set_parameter(self, key: str, value: object) -> None:
        check_parameter(self._talk.roster.parameters_of(self._talk.provider), key, value)
        await set_parameter(self._talk.store, self._talk.session, key, value)

    async def write(self, form: Form | None, path: str) -> None:
        from chat_tui.exporting import export_to
        from chat_tui.transcripts.write import suggested_name

        snapshot = self._talk.session.snapshot()
        if not len(snapshot):
            raise TranscriptError("there is nothing to save yet")
        place = named_place(path) if path else Path.cwd()
        form = form or form_of(place) or "md"
        if await asyncio.to_thread(place.is_dir):
            place /= suggested_name(snapshot, f".{form}")
        made = await export_to(snapshot, form, place, overwrite=False)
        for line in (f"saved {place}", *made.remarks):
            self.tell(line)

    async def use_template(self, name: str) -> None:
        folder = self._talk.paths.prompts_dir
        if name:
            self._talk.template = await asyncio.to_thread(load_template, folder, name)
            return
        names = await asyncio.to_thread(template_names, folder)
        if not names:
            hint = f"a template is a file {folder}/NAME.md"
            raise CommandError("there are no prompt templates", hint=hint)
        self.tell(f"templates: {', '.join(names)}")

    async def act(self, what: str, actions: Sequence[str], *arguments: object) -> None:
        for action in actions:
            if act := self._acts.get(action):
                await act(*arguments)
                return
        raise CommandError(f"{what} is not available in plain mode")

    async def _list_providers(self) -> None:
        for one in await self._talk.roster.listings():
            mark = "*" if one.name == self._talk.provider else "-"
            model = f", {one.model}" if one.model else ""
            self.tell(f"{mark} {one.name} ({one.kind}{model}): {one.state}")
        self.tell("/provider NAME chooses one, /model NAME its model")

    async def _help(self) -> None:
        for command in COMMANDS:
            if command.name not in _ON_SCREEN:
                self.tell(f"{command.line}: {command.help}")
        self.tell("A line that ends in \\ goes on in the next one.")
        self.tell("Ctrl+C stops a running reply, Ctrl+D leaves.")

    async def _new(self) -> None:
        await self._talk.begin(None)
        self.tell("a new conversation")

    async def _quit(self) -> None:
        self._talk.leaving = True

    async def _regenerate(self) -> None:
        turns = [one for one in self._talk.session.conversation.path() if one.role == "user"]
        if not turns:
            raise CommandError("nothing has been said yet")
        self._talk.unanswered = turns[-1]

    async def _attach(self, path: str) -> None:
        attachment = await asyncio.to_thread(self._talk.session.attach, named_place(path))
        check_taken([attachment], self._talk.roster.provider(self._talk.provider))
        self._talk.attached.append(attachment)
        self.tell(f"attached {path}: it goes with what you say next")

    async def _search(self, text: str) -> None:
        if not text:
            raise CommandError("/search needs more here: /search TEXT")
        store = self._talk.store
        if not await store.searches_all():
            self.tell("indexing what was said before; this is done once")
            await store.index_all()
        hits = await store.search(text, _SHOWN_HITS)
        for hit in hits:
            self.tell(f"{hit.conversation[:_SHOWN_ID_CHARS]} {hit.title}: {hit.snippet}")
        self.tell("--plain --resume ID opens one" if hits else "nothing found")

    async def _settings(self) -> None:
        conversation = self._talk.session.conversation
        self.tell(f"system prompt: {conversation.system_prompt or 'none'}")
        for key, value in conversation.parameters.items():
            self.tell(f"{key} = {value}")

    async def _usage(self) -> None:
        used = total(reckoned(self._talk.session.conversation))
        cost = f", {dollars(used.cost_usd)}" if used.cost_usd else ""
        silent = f" ({used.silent} told no tokens)" if used.silent else ""
        self.tell(
            f"{used.replies} {'reply' if used.replies == 1 else 'replies'}{silent}, "
            f"{used.input_tokens} tokens in, {used.output_tokens} tokens out{cost}"
        )

    async def _copy(self) -> None:
        raise CommandError("plain mode copies nothing", hint="/save writes a transcript")
