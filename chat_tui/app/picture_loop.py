"""How the talk goes on from a picture, or from words to one."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from chat_tui.app.errors import told
from chat_tui.app.memory import Memory
from chat_tui.errors import ChatTuiError
from chat_tui.events import ImageResult
from chat_tui.message import Attachment, Lineage, Message
from chat_tui.providers.base import Capabilities
from chat_tui.roster.roster import Roster
from chat_tui.session.session import Session
from chat_tui.widgets.background import run_in_background
from chat_tui.widgets.picture_actions import PictureSpot, Wish, put_words
from chat_tui.widgets.prompt.attachment_bar import FileChip

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp

DESCRIBE: Final = "Describe this picture."
_NAME_CHARS: Final = 40
_GROUP: Final = "pictures"


class PictureLoop:
    """Belongs to `AppPictures`."""

    def __init__(self, app: "ChatApp", roster: Roster, memory: Memory) -> None:
        self._app = app
        self._roster = roster
        self._memory = memory

    def again(self, spot: PictureSpot, *, same_seed: bool) -> None:
        """Ask the same provider for the same, with this seed or another one."""
        prompt = spot.prompt
        if not prompt:
            self._app.notify("the words of this picture are not known")
        elif same_seed and spot.seed is None:
            self._app.notify("the provider did not tell the seed of this picture")
        else:
            run_in_background(self._app, _GROUP, self._say, prompt, spot.again(same_seed=same_seed))

    def edit(self, spot: PictureSpot) -> None:
        """Put its words into the prompt."""
        pane, prompt = self._app.pane, spot.prompt
        if not prompt:
            self._app.notify("the words of this picture are not known")
            return
        if spot.reply.provider in self._roster.names():
            pane.answer_with(spot.reply.provider, spot.reply.model)
        put_words(pane.prompt, prompt)
        pane.origin.set(spot.lineage, prompt)
        pane.prompt.focus()

    async def use(self, spot: PictureSpot, path: Path) -> None:
        """Let it go along with the next turn."""
        pane = self._app.pane
        session = pane.session
        try:
            attachment = await self._attached(session, spot, path)
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")
            return
        chip = FileChip(attachment, str(path))
        pane.prompt.attaching.bar.add(chip, session.conversation.id)
        pane.origin.set(spot.lineage)
        pane.prompt.focus()

    def describe(self, spot: PictureSpot, path: Path) -> None:
        """Have it described by a provider that looks at pictures."""
        self._ask_who(
            "describe it with",
            lambda can: can.text and can.images_in,
            lambda provider: run_in_background(
                self._app, _GROUP, self._describe_with, provider, spot, path
            ),
        )

    def draw(self, reply: Message) -> None:
        """Make a picture of a reply's words."""
        self._ask_who(
            "draw it with", lambda can: can.images_out, lambda name: self._draw(reply, name)
        )

    async def _say(self, text: str, wish: Wish) -> None:
        pane = self._app.pane
        if await pane.say(text, wish):
            pane.prompt.focus()

    async def _describe_with(self, provider: str, spot: PictureSpot, path: Path) -> None:
        """Have it described at once: whoever chose the provider has said where it goes."""
        session = self._app.pane.session
        try:
            attachment = await self._attached(session, spot, path)
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")
            return
        wish = Wish(
            provider=provider,
            model=self._memory.state.models.get(provider, ""),
            attachments=(attachment,),
            made_from=spot.lineage,
        )
        await self._say(DESCRIBE, wish)

    async def _attached(self, session: Session, spot: PictureSpot, path: Path) -> Attachment:
        """Keep it as a file that goes along; its name is its words, not the hash of its bytes."""
        attachment = await asyncio.to_thread(session.attach, path)
        words = " ".join(spot.prompt.split())[:_NAME_CHARS].rstrip()
        return replace(
            attachment, name=f"{words.replace('/', ' ')}{path.suffix}" if words else attachment.name
        )

    def _draw(self, reply: Message, provider: str) -> None:
        wish = Wish(
            provider=provider,
            model=self._painting_model(provider),
            made_from=Lineage(message=reply.id, said=reply.created),
        )
        run_in_background(self._app, _GROUP, self._say, reply.text.strip(), wish)

    def _painting_model(self, provider: str) -> str:
        """The model that a provider made the latest picture here with; else the likeliest one."""
        for message in reversed(self._app.pane.session.conversation.path()):
            if message.provider == provider and any(
                isinstance(part, ImageResult) for part in message.parts
            ):
                return message.model
        known = self._roster.provider(provider).capabilities.picture_model
        return known or self._memory.state.models.get(provider, "")

    def _ask_who(
        self, title: str, fits: Callable[[Capabilities], bool], act: Callable[[str], None]
    ) -> None:
        run_in_background(self._app, _GROUP, self._choose_provider, title, fits, act)

    async def _choose_provider(
        self, title: str, fits: Callable[[Capabilities], bool], act: Callable[[str], None]
    ) -> None:
        """Ask which of the providers that can do it; where there is one, it is that."""
        from chat_tui.app.preload import load_network
        from chat_tui.screens.picture_menu import Entry, PictureMenu

        await asyncio.to_thread(load_network)  # providers are built here, on the way of every key
        entries: list[Entry] = []
        for listing in await self._roster.listings():
            try:
                able = fits(self._roster.provider(listing.name).capabilities)
            except ChatTuiError:
                continue
            if able:
                why_not = "" if listing.state == "ready" else listing.state
                entries.append(Entry(listing.name, listing.name, why_not=why_not))
        ready = [entry.name for entry in entries if not entry.why_not]
        if not ready:
            self._app.notify(f"no provider is ready to {title.removesuffix(' with')}")
        elif len(ready) == 1:
            act(ready[0])
        else:

            def chosen(name: str | None) -> None:
                if name is not None:
                    act(name)

            self._app.push_screen(PictureMenu(title, entries), chosen)
