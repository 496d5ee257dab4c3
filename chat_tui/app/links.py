"""What a reply points at: links are asked about and opened, sources are shown."""

from collections.abc import Mapping, Sequence

from textual.app import App

from chat_tui.app.errors import told
from chat_tui.document.units import Link
from chat_tui.errors import ChatTuiError
from chat_tui.events import Source
from chat_tui.widgets.background import run_in_background


class AppLinks:
    """Opens what the user chose, in the user's own browser."""

    def __init__(self, app: App[int], environ: Mapping[str, str]) -> None:
        """Open nothing yet.

        Args:
            app: Where is asked, and where trouble is told.
            environ: Says which browser there is.
        """
        self._app = app
        self._environ = environ

    def offer(self, links: Sequence[Link]) -> None:
        """Open a link; where there are several, or a label names another host, ask first."""
        from chat_tui.links import link_note

        notes = [link_note(link.label, link.url) for link in links]
        if not notes:
            self._app.notify("there is no link in this block")
        elif len({note.url for note in notes}) == 1 and not any(note.confirm for note in notes):
            self._open_soon(links[0].url)
        else:
            self._ask(links)

    def show_sources(self, sources: Sequence[Source]) -> None:
        """Show what a reply rests on."""
        from chat_tui.screens.sources import SourcesScreen

        self._app.push_screen(SourcesScreen(sources, self.offer))

    def _ask(self, links: Sequence[Link]) -> None:
        from chat_tui.screens.links import LinkScreen

        def chosen(url: str | None) -> None:
            if url is not None:
                self._open_soon(url)

        self._app.push_screen(LinkScreen(links), chosen)

    def _open_soon(self, url: str) -> None:
        run_in_background(self._app, "links", self._open, url)

    async def _open(self, url: str) -> None:
        from chat_tui.links import open_link, safe_link

        try:
            await open_link(url, environ=self._environ)
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")
            if safe_link(url) is not None:  # where it can be copied
                self._ask([Link(url, url)])
