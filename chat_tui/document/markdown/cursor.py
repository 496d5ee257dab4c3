"""A cursor over a line of Markdown: tabs count as spaces up to the next stop of four."""

TAB_STOP = 4


class Cursor:
    """How far a line is read; a tab may be read in part."""

    __slots__ = ("_partial", "at", "column", "next", "next_column", "text")

    def __init__(self, text: str) -> None:
        """Start before a line, which comes without its line feed."""
        self.text = text
        self.at = 0
        self.column = 0
        self.next = 0
        """Where the next character stands that is neither space nor tab; the end if none is."""
        self.next_column = 0
        self._partial = False
        self._look()

    @property
    def indent(self) -> int:
        """Columns of white space before the next character."""
        return self.next_column - self.column

    @property
    def blank(self) -> bool:
        return self.next == len(self.text)

    @property
    def following(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.next : self.next + 1]

    @property
    def ahead(self) -> str:
        """The line from the next character on."""
        return self.text[self.next :] if self.next else self.text

    @property
    def rest(self) -> str:
        """The line from here, with white space; what is left of a tab is spaces."""
        if self._partial:
            return " " * (TAB_STOP - self.column % TAB_STOP) + self.text[self.at + 1 :]
        return self.text[self.at :] if self.at else self.text

    def to_next(self) -> None:
        """Go to the next character that is neither space nor tab."""
        self.at, self.column, self._partial = self.next, self.next_column, False

    def skip_marker(self, length: int) -> None:
        """Go past a marker that begins at the next character."""
        self.to_next()
        self.at += length
        self.column += length
        self._look()

    def skip_columns(self, count: int) -> None:
        """Go past as much white space, or less where less is there."""
        while count > 0 and self.at < len(self.text):
            char = self.text[self.at]
            if char == "\t":
                stop = TAB_STOP - self.column % TAB_STOP
                if stop > count:
                    self.column += count
                    self._partial = True
                    return
                count -= stop
                self.column += stop
            elif char == " ":
                count -= 1
                self.column += 1
            else:
                return
            self.at += 1
            self._partial = False

    def _look(self) -> None:
        text, at, column = self.text, self.at, self.column
        while at < len(text):
            char = text[at]
            if char == " ":
                column += 1
            elif char == "\t":
                column += TAB_STOP - column % TAB_STOP
            else:
                break
            at += 1
        self.next, self.next_column = at, column
