"""The leaf that still grows: a paragraph, code or a table, and what each line makes of it."""

from typing import NamedTuple, TypeAlias

from chat_tui.document.code.code import Code
from chat_tui.document.markdown import starts
from chat_tui.document.markdown.containers import task_box, with_box
from chat_tui.document.markdown.cursor import Cursor
from chat_tui.document.markdown.leaf import Place
from chat_tui.document.markdown.leaves import Leaves
from chat_tui.document.markdown.nesting import Nesting
from chat_tui.document.markdown.paragraph import Paragraph, Rule
from chat_tui.document.markdown.table import Table
from chat_tui.document.spans import Ink

PARAGRAPH_CHARS = 4_096
"""A paragraph ends at the next line end, or where a long line is cut, if no delimiter is open."""
MOST_PARAGRAPH_CHARS = 8_192
"""It ends there even if one is."""


class Flow(NamedTuple):
    """A paragraph that is open."""

    markdown: str
    start: int
    place: Place
    put: bool = False
    """Whether there is a leaf for it."""
    was_cut: bool = False
    """Whether it goes on from one that became too long."""
    task: bool = False
    """Whether it may begin with a task's box."""


class Fence(NamedTuple):
    """A fence that is open."""

    signs: str
    indent: int


class Indented(NamedTuple):
    """Indented code that is open."""

    blanks: tuple[tuple[str, int], ...] = ()
    """Empty lines that belong to it if more comes, and where they end."""


class Rows(NamedTuple):
    """A table that is open."""

    columns: int


Open: TypeAlias = Flow | Fence | Indented | Rows | None


class OpenLeaf:
    """The last leaf while more lines may belong to it; there may be none."""

    __slots__ = ("_leaves", "_nesting", "state")

    def __init__(self, leaves: Leaves, nesting: Nesting) -> None:
        """Start with none; leaves go to `leaves`, and stand where `nesting` says."""
        self._leaves = leaves
        self._nesting = nesting
        self.state: Open = None
        """What is open: a value, which can be kept and put back."""

    @property
    def in_paragraph(self) -> bool:
        return isinstance(self.state, Flow)

    @property
    def in_fence(self) -> bool:
        return isinstance(self.state, Fence)

    @property
    def in_table(self) -> bool:
        return isinstance(self.state, Rows)

    def begin_paragraph(self, text: str, start: int, end: int, *, was_cut: bool = False) -> None:
        """Put a paragraph; `was_cut`: it is the rest of a line that was too long."""
        place, first = self._nesting.place()
        self._flow_on(
            Flow("", start, place, was_cut=was_cut, task=first and not was_cut), text, end
        )

    def begin_fence(self, signs: str, language: str, indent: int, source: tuple[int, int]) -> None:
        """Put a fence; `indent`: columns that its lines are indented by."""
        self._put_code(language, source)
        self.state = Fence(signs, indent)

    def begin_indented(self, cursor: Cursor, start: int, end: int) -> None:
        """Put indented code, of which this is the first line."""
        cursor.skip_columns(4)
        self._put_code("", (start, end))
        self.state = Indented()
        self._add_code(cursor.rest, end)

    def goes_on_as_code(self, cursor: Cursor, end: int) -> bool:
        """Give a line to the code that is open; False if it is not part of it."""
        match self.state:
            case Fence(signs=signs, indent=indent):
                if cursor.indent < 4 and starts.closes(cursor.ahead, signs):
                    if not self._leaves.tentative:
                        self._close_code(end)
                    self.state = None
                    return True
                cursor.skip_columns(min(indent, cursor.indent))
                self._add_code(cursor.rest, end)
                return True
            case Indented(blanks=blanks):
                if cursor.blank:
                    cursor.skip_columns(4)
                    self.state = Indented((*blanks, (cursor.rest, end)))
                    return True
                if cursor.indent >= 4:
                    cursor.skip_columns(4)
                    for blank in blanks:
                        self._add_code(*blank)
                    self.state = Indented()
                    self._add_code(cursor.rest, end)
                    return True
                return False
            case _:
                return False

    def goes_on(self, line: str, end: int) -> bool:
        """Give a line to the paragraph that is open; False if there is none."""
        if not isinstance(self.state, Flow):
            return False
        self._flow_on(self.state, line, end, glue="\n")
        return True

    def add_row(self, line: str, end: int) -> bool:
        """Give a line to the table that is open; False if there is none."""
        if not isinstance(self.state, Rows):
            return False
        if self._leaves.tentative:
            return True  # a row is shown when it is complete, so that columns do not jump
        table = self._leaves.list[-1]
        if isinstance(table, Table):
            columns = self.state.columns
            row = starts.split_row(line)
            table.add((*row[:columns], *[""] * (columns - len(row))), end)
            self._leaves.settle(table, line)
            self._leaves.grown()
        return True

    def more(self, text: str, start: int, end: int) -> None:
        """Take more of a line that is too long to be looked at as one."""
        match self.state:
            case Flow() as flow:
                self._flow_on(flow, text, end)
            case Fence() | Indented():
                self._code().join_next()
                self._add_code(text, end)
            case _:
                self.close()
                self.begin_paragraph(text, start, end, was_cut=True)

    def make_heading(self, line: str, start: int, end: int) -> bool:
        """Make a heading of the open paragraph if this line underlines it.

        Returns:
            Whether the line has been taken.
        """
        flow = self.state
        if not isinstance(flow, Flow) or flow.was_cut or not (level := starts.underline(line)):
            return False
        if flow.markdown.startswith("[") and not self._leaves.tentative:
            rest = self._leaves.define(flow.markdown)
            if not rest.strip():
                # Nothing but definitions: then the line is a rule or text, in their place.
                if starts.is_rule(line):
                    self._leaves.replace(Rule((start, end), flow.place))
                    self.state = None
                    return True
                self._leaves.drop()
                self.state = flow._replace(markdown="", start=start, put=False)
                return False
            flow = flow._replace(markdown=rest)
        self._show_flow(flow, end, f"heading{level}")
        self.state = None
        return True

    def make_table(self, line: str, end: int) -> bool:
        """Make the last line of the open paragraph a table's header if this line says so."""
        flow = self.state
        if not isinstance(flow, Flow) or not flow.put or flow.was_cut:
            return False
        before, feed, header_line = flow.markdown.rpartition("\n")
        if "|" not in header_line:
            return False
        alignments = starts.delimiters(line)
        header = starts.split_row(header_line)
        if not alignments or len(alignments) != len(header):
            return False
        start = flow.start
        place = flow.place
        if feed:
            # An approximation where quotes stand between: the header's line begins a bit earlier.
            start = max(flow.start, flow.start + len(before) + 1)
            self.state = flow._replace(markdown=before)
            self._show_flow(self.state, start)
            self.close()
            place, _ = self._nesting.place()
        source = (start, end)
        table = Table(header, alignments, source, place, self._leaves.references)
        if feed:
            self._leaves.put(table)
        else:
            self._leaves.replace(table)
        self._leaves.settle(table, header_line)
        self.state = Rows(len(header))
        return True

    def close(self) -> None:
        """Let it be as it is: no more lines belong to it."""
        match self.state:
            case Flow(put=True) as flow:
                self._close_flow(flow)
            case Indented(blanks=blanks) if blanks:
                self._nesting.blank = True
            case Fence() if not self._leaves.tentative:
                self._close_code(self._code().source[1])
            case _:
                pass
        self.state = None

    def _flow_on(self, flow: Flow, text: str, end: int, *, glue: str = "") -> None:
        """Add text to a paragraph, and show it."""
        markdown = f"{flow.markdown}{glue}{text}" if flow.markdown else text
        flow = flow._replace(markdown=markdown)
        self._show_flow(flow, end)
        self.state = flow._replace(put=True)
        if len(markdown) > PARAGRAPH_CHARS and (
            len(markdown) > MOST_PARAGRAPH_CHARS or _nothing_open(markdown)
        ):
            self.close()
            place = Place(flow.place.rest, flow.place.rest)
            self.state = Flow("", end, place, was_cut=True)

    def _show_flow(self, flow: Flow, end: int, base: Ink = "text") -> None:
        markdown = flow.markdown.strip(" \t\n")
        place = flow.place
        if flow.task and (box := task_box(markdown)) and markdown[4:].strip():
            markdown = markdown[4:].lstrip()
            place = with_box(place, box)
        leaf = Paragraph(markdown, (flow.start, end), place, self._leaves.references, base)
        if flow.put:
            self._leaves.replace(leaf)
        else:
            self._leaves.put(leaf)
        if base != "text":
            self._leaves.settle(leaf, markdown)

    def _close_flow(self, flow: Flow) -> None:
        if self._leaves.tentative:
            return
        if flow.markdown.startswith("[") and not flow.was_cut:
            rest = self._leaves.define(flow.markdown).strip()
            if rest != flow.markdown.strip():
                leaf = self._leaves.list[-1]
                if rest or flow.place.rest:
                    self._show_flow(flow._replace(markdown=rest), leaf.source[1])
                else:
                    self._leaves.drop()
                    self._nesting.leaf_gone(first=not self._leaves.list)
                    return
        last = self._leaves.list[-1]
        if isinstance(last, Paragraph):
            self._leaves.settle(last, last.markdown)

    def _put_code(self, language: str, source: tuple[int, int]) -> None:
        place, _ = self._nesting.place()
        self._leaves.put(Code(language, source, place, self._leaves.hand_out))

    def _code(self) -> Code:
        code = self._leaves.list[-1]
        assert isinstance(code, Code)
        return code

    def _add_code(self, line: str, end: int) -> None:
        code = self._code()
        if self._leaves.tentative:
            code.set_tail(line)
        else:
            code.add(line, end)
        self._leaves.grown()

    def _close_code(self, end: int) -> None:
        self._code().close(end)
        self._leaves.grown()


def _nothing_open(markdown: str) -> bool:
    return (
        not any(markdown.count(sign) % 2 for sign in "`*_~")
        and markdown.count("[") == markdown.count("]")
        and markdown.count("<") == markdown.count(">")
    )
