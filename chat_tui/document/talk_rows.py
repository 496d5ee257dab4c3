"""Rows of a talk: each reply knows the turn that followed it."""

from chat_tui.document.message_view import MessageView
from chat_tui.document.rows import Rows
from chat_tui.message import Message


class TalkRows(Rows):
    """What a reply offers to choose depends on whether something has been said since."""

    def add(self, message: Message) -> int:
        number = super().add(message)
        if number and self.is_exact(number - 1):
            self.view(number - 1)
            self.forget_height(number - 1)
        return number

    def view(self, number: int) -> MessageView:
        view = super().view(number)
        if view.answer is None and number + 1 < len(self):
            view.answered_by(self._messages[number + 1])
        return view
