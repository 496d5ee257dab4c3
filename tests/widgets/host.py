"""A screen with one widget on it."""

from textual.app import App, ComposeResult
from textual.widget import Widget


class Host(App[None]):
    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def row(widget: Widget) -> str:
    return widget.render_line(0).text
