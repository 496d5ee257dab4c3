"""The block structure of Markdown, line by line: each line is looked at once and never again.

This is the first phase of the parsing strategy in the CommonMark specification, appendix A, with
tables (GFM), footnotes and task lists. What a line means follows from the lines before it alone.
Where it differs: HTML is text, blocks nest MAX_DEPTH deep, a paragraph has at most about
PARAGRAPH_CHARS, and an empty row is where the source has one, whether a list is loose or not.
"""

from typing import NamedTuple, TypeAlias

from chat_tui.document import starts
from chat_tui.document.code import Code
from chat_tui.document.containers import (
    Container,
    Item,
    List,
    Quote,
    bullet,
    place_in,
    task_box,
    with_box,
)
from chat_tui.document.cursor import Cursor
from chat_tui.document.leaf import Place
from chat_tui.document.leaves import Leaves
from chat_tui.document.paragraph import Paragraph, Rule
from chat_tui.document.spans import Ink
from chat_tui.document.table import Table

MAX_DEPTH = 20
"""Lists, items and quotes inside each other; what would go deeper is text."""
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
Snapshot: TypeAlias = tuple[tuple[Container, ...], Open, tuple[Container, ...] | None, bool, int]


class Structure:
    """What is open after the lines so far."""

    __slots__ = ("_above", "_blank", "_containers", "_leaves", "_next_id", "_open")

    def __init__(self, leaves: Leaves) -> None:
        """Start at the top; leaves go to `leaves`."""
        self._leaves = leaves
        self._containers: tuple[Container, ...] = ()
        self._open: Open = None
        self._above: tuple[Container, ...] | None = None
        """What the last leaf stands in; None before the first leaf."""
        self._blank = False
        """Whether an empty line has come since then."""
        self._next_id = 0

    @property
    def in_code(self) -> bool:
        return isinstance(self._open, Fence)

    @property
    def in_table(self) -> bool:
        return isinstance(self._open, Rows)

    def snapshot(self) -> Snapshot:
        """Remember what is open."""
        return self._containers, self._open, self._above, self._blank, self._next_id

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to what was remembered."""
        self._containers, self._open, self._above, self._blank, self._next_id = snapshot

    def line(self, text: str, start: int, end: int) -> None:
        """Take a line, or what has come of it.

        Args:
            text: Without its line feed.
            start: Where it stands in the source.
            end: Where it ends there.
        """
        cursor = Cursor(text)
        matched = self._matched(cursor)
        if matched == len(self._containers) and self._goes_on(cursor, start, end):
            return
        flow = self._open if isinstance(self._open, Flow) else None
        opened = False
        while True:
            in_flow = flow is not None and not opened and matched == len(self._containers)
            if cursor.blank:
                break
            if cursor.indent >= 4:
                if flow is None or opened:
                    self._close_to(matched)
                    self._begin_indented(cursor, start, end)
                    return
                break
            if self._container(cursor, matched, in_flow=in_flow):
                opened = True
                matched = len(self._containers)
                continue
            if self._leaf(cursor, matched, start, end, in_flow=in_flow):
                return
            break
        if cursor.blank:
            self._blank_line(matched)
        elif isinstance(self._open, Flow) and not opened:
            # A paragraph also goes on in a line that lacks its quote's or item's marks.
            self._flow_on(self._open, "\n", cursor.ahead, end)
        elif isinstance(self._open, Rows) and not opened and matched == len(self._containers):
            self._add_row(cursor.ahead, self._open.columns, end)
        else:
            self._close_to(matched)
            place, task = self._place()
            self._flow_on(Flow("", start, place, task=task), "", cursor.ahead, end)

    def more(self, text: str, start: int, end: int) -> None:
        """Take more of a line that is too long to be looked at as one."""
        match self._open:
            case Flow() as flow:
                self._flow_on(flow, "", text, end)
            case Fence() | Indented():
                self._code().join_next()
                self._add_code(text, end)
            case _:
                self._close_leaf()
                place, _ = self._place()
                self._flow_on(Flow("", start, place, was_cut=True), "", text, end)

    def end(self) -> None:
        """Close everything: no more lines."""
        self._close_to(0)

    def _matched(self, cursor: Cursor) -> int:
        """Go past the marks and indents of what is open, and count what this line is part of."""
        for number, container in enumerate(self._containers):
            match container:
                case Quote():
                    if cursor.indent >= 4 or cursor.following != ">":
                        return number
                    _skip_quote_mark(cursor)
                case Item(columns=columns, shown=shown):
                    if cursor.blank:
                        if not shown and number + 1 == len(self._containers):
                            return number  # an item begins with one empty line at most
                        cursor.to_next()
                    elif cursor.indent >= columns:
                        cursor.skip_columns(columns)
                    else:
                        return number
                case List():
                    pass
        return len(self._containers)

    def _goes_on(self, cursor: Cursor, start: int, end: int) -> bool:
        """Give the line to the code that is open; False if it is not part of it."""
        match self._open:
            case Fence(signs=signs, indent=indent):
                if cursor.indent < 4 and starts.closes(cursor.ahead, signs):
                    if not self._leaves.tentative:
                        self._code().close(end)
                        self._leaves.grown()
                    self._open = None
                    return True
                cursor.skip_columns(min(indent, cursor.indent))
                self._add_code(cursor.rest, end)
                return True
            case Indented(blanks=blanks):
                if cursor.blank:
                    cursor.skip_columns(4)
                    self._open = Indented((*blanks, (cursor.rest, end)))
                    return True
                if cursor.indent >= 4:
                    cursor.skip_columns(4)
                    for blank in blanks:
                        self._add_code(*blank)
                    self._open = Indented()
                    self._add_code(cursor.rest, end)
                    return True
                return False
            case _:
                return False

    def _container(self, cursor: Cursor, matched: int, *, in_flow: bool) -> bool:
        """Open a quote, an item or a footnote if one begins here."""
        if matched >= MAX_DEPTH:
            return False
        following = cursor.following
        if following == ">":
            self._close_to(matched)
            self._push(Quote(self._new_id()))
            _skip_quote_mark(cursor)
            return True
        if following == "[":
            note = starts.footnote(cursor.ahead)
            if note is None:
                return False
            self._close_to(matched)
            cursor.skip_marker(note[0])
            cursor.to_next()
            self._push(Item(self._new_id(), f"[{note[1]}] ", 4))
            return True
        mark = starts.list_mark(cursor.ahead)
        if mark is None or starts.is_rule(cursor.ahead):
            return False
        if in_flow:
            empty = len(mark.mark) == len(cursor.ahead.rstrip(" \t"))
            if empty or mark.number not in {None, 1}:
                return False
        columns = starts.content_columns(cursor, len(mark.mark))
        self._open_item(mark, columns, matched)
        return True

    def _open_item(self, mark: starts.ListMark, columns: int, matched: int) -> None:
        last = self._containers[matched - 1] if matched else None
        if isinstance(last, List) and last.sign == mark.sign:
            self._close_to(matched, keep_list=True)
            number = None if last.number is None else last.number + 1
            self._containers = (*self._containers[:-1], last._replace(number=number))
        else:
            self._close_to(matched)
            number = mark.number
            self._push(List(self._new_id(), mark.sign, number))
        shown = bullet() if number is None else f"{number}{mark.sign} "
        self._push(Item(self._new_id(), shown, columns))

    def _leaf(self, cursor: Cursor, matched: int, start: int, end: int, *, in_flow: bool) -> bool:
        """Make a leaf of the line if it begins one that is no paragraph."""
        line = cursor.ahead
        if line[0] == "#" and (found := starts.heading(line)):
            self._close_to(matched)
            self._put_text(found[1], (start, end), f"heading{found[0]}")
            return True
        if line[0] in "`~" and (opening := starts.fence(line)):
            self._close_to(matched)
            indent = cursor.indent
            self._put_code(opening[1], (start, end))
            self._open = Fence(opening[0], indent)
            return True
        if level := self._underlines(cursor, in_flow=in_flow):
            return self._make_heading(level, start, end)
        if line[0] in "*-_" and starts.is_rule(line):
            self._close_to(matched)
            place, _ = self._place()
            self._leaves.put(Rule((start, end), place))
            return True
        if in_flow and line[0] in "-:|":
            return self._make_table(line, end)
        return False

    def _underlines(self, cursor: Cursor, *, in_flow: bool) -> int:
        """Give the level of the heading that this line makes of the open paragraph, or 0."""
        if not in_flow or not isinstance(self._open, Flow) or self._open.was_cut:
            return 0
        return starts.underline(cursor.ahead)

    def _make_heading(self, level: int, start: int, end: int) -> bool:
        flow = self._open
        if not isinstance(flow, Flow):
            return False
        if flow.markdown.startswith("[") and not self._leaves.tentative:
            rest = self._leaves.define(flow.markdown)
            if not rest.strip():
                # Nothing but definitions: then the line is text.
                self._leaves.drop()
                self._open = flow._replace(markdown="", start=start, put=False)
                return False
            flow = flow._replace(markdown=rest)
        self._replace_text(flow, end, f"heading{level}")
        self._open = None
        return True

    def _make_table(self, line: str, end: int) -> bool:
        """Make the last line of the open paragraph a table's header if this line says so."""
        flow = self._open
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
            self._open = flow._replace(markdown=before)
            self._replace_text(self._open, start)
            self._close_leaf()
            place, _ = self._place()
        source = (start, end)
        table = Table(header, alignments, source, place, self._leaves.references)
        if feed:
            self._leaves.put(table)
        else:
            self._leaves.replace(table)
        self._leaves.settle(table, header_line)
        self._open = Rows(len(header))
        return True

    def _add_row(self, line: str, columns: int, end: int) -> None:
        if self._leaves.tentative:
            return  # a row is shown when it is complete, so that columns do not jump
        table = self._leaves.list[-1]
        if isinstance(table, Table):
            row = starts.split_row(line)
            table.add((*row[:columns], *[""] * (columns - len(row))), end)
            self._leaves.settle(table, line)
            self._leaves.grown()

    def _begin_indented(self, cursor: Cursor, start: int, end: int) -> None:
        cursor.skip_columns(4)
        self._put_code("", (start, end))
        self._open = Indented()
        self._add_code(cursor.rest, end)

    def _put_code(self, language: str, source: tuple[int, int]) -> None:
        place, _ = self._place()
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

    def _blank_line(self, matched: int) -> None:
        self._close_leaf()
        quoted = next(
            (
                at
                for at, one in enumerate(self._containers[matched:], matched)
                if isinstance(one, Quote)
            ),
            None,
        )
        if quoted is not None:
            self._close_to(quoted)
        elif matched < len(self._containers):
            self._close_to(matched, keep_list=True)
        self._blank = True

    def _flow_on(self, flow: Flow, glue: str, text: str, end: int) -> None:
        """Add text to a paragraph, and show it."""
        markdown = f"{flow.markdown}{glue}{text}" if flow.markdown else text
        flow = flow._replace(markdown=markdown)
        self._replace_text(flow, end)
        self._open = flow._replace(put=True)
        if len(markdown) > PARAGRAPH_CHARS and (
            len(markdown) > MOST_PARAGRAPH_CHARS or _nothing_open(markdown)
        ):
            self._close_leaf()
            place = Place(flow.place.rest, flow.place.rest)
            self._open = Flow("", end, place, was_cut=True)

    def _replace_text(self, flow: Flow, end: int, base: Ink = "text") -> None:
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

    def _put_text(self, markdown: str, source: tuple[int, int], base: Ink = "text") -> None:
        place, _ = self._place()
        leaf = Paragraph(markdown, source, place, self._leaves.references, base)
        self._leaves.put(leaf)
        self._leaves.settle(leaf, markdown)

    def _close_leaf(self) -> None:
        match self._open:
            case Flow(put=True) as flow:
                self._close_flow(flow)
            case Indented(blanks=blanks) if blanks:
                self._blank = True
            case Fence() if not self._leaves.tentative:
                self._code().close(self._code().source[1])
                self._leaves.grown()
            case _:
                pass
        self._open = None

    def _close_flow(self, flow: Flow) -> None:
        if self._leaves.tentative:
            return
        if flow.markdown.startswith("[") and not flow.was_cut:
            rest = self._leaves.define(flow.markdown).strip()
            if rest != flow.markdown.strip():
                leaf = self._leaves.list[-1]
                if rest or flow.place.rest:
                    flow = flow._replace(markdown=rest)
                    self._replace_text(flow, leaf.source[1])
                else:
                    self._leaves.drop()
                    if not self._leaves.list:
                        self._above = None
                    self._blank = True
                    return
        last = self._leaves.list[-1]
        if isinstance(last, Paragraph):
            self._leaves.settle(last, last.markdown)

    def _close_to(self, matched: int, *, keep_list: bool = False) -> None:
        """Close the leaf, and the containers that this line is not part of."""
        self._close_leaf()
        while len(self._containers) > matched:
            last = self._containers[-1]
            if not isinstance(last, List) and not last.shown:
                self._put_text("", _nowhere(self._leaves))
            self._containers = self._containers[:-1]
        if not keep_list and self._containers and isinstance(self._containers[-1], List):
            self._containers = self._containers[:-1]

    def _push(self, container: Container) -> None:
        self._containers = (*self._containers, container)

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _place(self) -> tuple[Place, bool]:
        """Find where a leaf that is put now stands, and whether it is an item's first."""
        place, containers, first = place_in(self._containers, self._above, blank=self._blank)
        self._containers = self._above = containers
        self._blank = False
        return place, first


def _skip_quote_mark(cursor: Cursor) -> None:
    cursor.skip_marker(1)
    cursor.skip_columns(1)


def _nothing_open(markdown: str) -> bool:
    return (
        not any(markdown.count(sign) % 2 for sign in "`*_~")
        and markdown.count("[") == markdown.count("]")
        and markdown.count("<") == markdown.count(">")
    )


def _nowhere(leaves: Leaves) -> tuple[int, int]:
    end = leaves.list[-1].source[1] if leaves.list else 0
    return end, end
