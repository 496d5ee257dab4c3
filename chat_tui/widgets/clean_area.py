"""An input of several lines that holds nothing unclean, whoever puts it there."""

from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.widgets import TextArea

from chat_tui.text import clean


class CleanArea(TextArea):
    """What is typed, pasted, or kept since another day is from outside: all of it is cleaned."""

    def edit(self, edit: Edit) -> EditResult:
        edit.text = clean(edit.text)
        return super().edit(edit)

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(clean(text), language)
