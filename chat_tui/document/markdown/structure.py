"""The block structure of Markdown, line by line: each line is looked at once and never again.

This is the first phase of the parsing strategy in the CommonMark specification, appendix A, with
tables (GFM), footnotes and task lists. What a line means follows from the lines before it alone.
Where it differs: HTML is text, blocks nest MAX_DEPTH deep, a paragraph that becomes too long ends,
and an empty row is where the source has one, whether a list is loose or not.
"""

from typing import TypeAlias

from chat_tui.document.markdown import starts
from chat_tui.document.markdown.containers import Item, List, Quote, bullet
from chat_tui.document.markdown.cursor import Cursor
from chat_tui.document.markdown.leaves import Leaves
from chat_tui.document.markdown.nesting import Nesting, NestingSnapshot
from chat_tui.document.markdown.open_leaf import Open, OpenLeaf
from chat_tui.document.markdown.paragraph import Paragraph, Rule
from chat_tui.document.spans import Ink

MAX_DEPTH = 20
"""Lists, items and quotes inside each other; what would go deeper is text."""

Snapshot: TypeAlias = tuple[NestingSnapshot, Open]


class Structure:
    """What is open after the lines so far."""

    __slots__ = ("_leaves", "_nesting", "_open")

    def __init__(self, leaves: Leaves) -> None:
        """Start at the top; leaves go to `leaves`."""
        self._leaves = leaves
        self._nesting = Nesting()
        self._open = OpenLeaf(leaves, self._nesting)

    @property
    def in_code(self) -> bool:
        return self._open.in_fence

    @property
    def in_table(self) -> bool:
        return self._open.in_table

    def snapshot(self) -> Snapshot:
        """Remember what is open."""
        return self._nesting.snapshot(), self._open.state

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to what was remembered."""
        nesting, self._open.state = snapshot
        self._nesting.restore(nesting)

    def line(self, text: str, start: int, end: int) -> None:
        """Take a line, or what has come of it.

        Args:
            text: Without its line feed.
            start: Where it stands in the source.
            end: Where it ends there.
        """
        cursor = Cursor(text)
        matched = self._matched(cursor)
        all_matched = matched == len(self._nesting.containers)
        if all_matched and self._open.goes_on_as_code(cursor, end):
            return
        while not cursor.blank:
            if cursor.indent >= 4:
                if not self._open.in_paragraph:
                    self._close_to(matched)
                    self._open.begin_indented(cursor, start, end)
                    return
                break
            in_flow = all_matched and self._open.in_paragraph
            if self._container(cursor, matched, in_flow=in_flow):
                matched, all_matched = len(self._nesting.containers), True
                continue
            if self._leaf(cursor, matched, start, end, in_flow=in_flow):
                return
            break
        if cursor.blank:
            self._blank_line(matched)
        # A paragraph also goes on in a line that lacks its quote's or item's marks.
        elif not self._open.goes_on(cursor.ahead, end) and not (
            all_matched and self._open.add_row(cursor.ahead, end)
        ):
            self._close_to(matched)
            self._open.begin_paragraph(cursor.ahead, start, end)

    def more(self, text: str, start: int, end: int) -> None:
        """Take more of a line that is too long to be looked at as one."""
        self._open.more(text, start, end)

    def end(self) -> None:
        """Close everything: no more lines."""
        self._close_to(0)

    def _matched(self, cursor: Cursor) -> int:
        """Go past the marks and indents of what is open, and count what this line is part of."""
        containers = self._nesting.containers
        for number, container in enumerate(containers):
            match container:
                case Quote():
                    if cursor.indent >= 4 or cursor.following != ">":
                        return number
                    _skip_quote_mark(cursor)
                case Item(columns=columns, shown=shown):
                    if cursor.blank:
                        if not shown and number + 1 == len(containers):
                            return number  # an item begins with one empty line at most
                        cursor.to_next()
                    elif cursor.indent >= columns:
                        cursor.skip_columns(columns)
                    else:
                        return number
                case List():
                    pass
        return len(containers)

    def _container(self, cursor: Cursor, matched: int, *, in_flow: bool) -> bool:
        """Open a quote, an item or a footnote if one begins here."""
        if matched >= MAX_DEPTH:
            return False
        following = cursor.following
        if following == ">":
            self._close_to(matched)
            self._nesting.push(Quote(self._nesting.new_id()))
            _skip_quote_mark(cursor)
            return True
        if following == "[":
            note = starts.footnote(cursor.ahead)
            if note is None:
                return False
            self._close_to(matched)
            cursor.skip_marker(note[0])
            cursor.to_next()
            self._nesting.push(Item(self._nesting.new_id(), f"[{note[1]}] ", 4))
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
        nesting = self._nesting
        last = nesting.containers[matched - 1] if matched else None
        if isinstance(last, List) and last.sign == mark.sign:
            self._close_to(matched, keep_list=True)
            number = None if last.number is None else last.number + 1
            nesting.containers = (*nesting.containers[:-1], last._replace(number=number))
        else:
            self._close_to(matched)
            number = mark.number
            nesting.push(List(nesting.new_id(), mark.sign, number))
        shown = bullet() if number is None else f"{number}{mark.sign} "
        nesting.push(Item(nesting.new_id(), shown, columns))

    def _leaf(self, cursor: Cursor, matched: int, start: int, end: int, *, in_flow: bool) -> bool:
        """Make a leaf of the line if it begins one that is no paragraph."""
        line = cursor.ahead
        if line[0] == "#" and (found := starts.heading(line)):
            self._close_to(matched)
            self._put_line(found[1], (start, end), f"heading{found[0]}")
            return True
        if line[0] in "`~" and (opening := starts.fence(line)):
            self._close_to(matched)
            self._open.begin_fence(*opening, cursor.indent, (start, end))
            return True
        if in_flow and self._open.make_heading(line, start, end):
            return True
        if line[0] in "*-_" and starts.is_rule(line):
            self._close_to(matched)
            place, _ = self._nesting.place()
            self._leaves.put(Rule((start, end), place))
            return True
        return in_flow and line[0] in "-:|" and self._open.make_table(line, end)

    def _put_line(self, markdown: str, source: tuple[int, int], base: Ink = "text") -> None:
        """Put a leaf that is complete as it is."""
        place, _ = self._nesting.place()
        leaf = Paragraph(markdown, source, place, self._leaves.references, base)
        self._leaves.put(leaf)
        self._leaves.settle(leaf, markdown)

    def _blank_line(self, matched: int) -> None:
        self._open.close()
        containers = self._nesting.containers
        for at in range(matched, len(containers)):
            if isinstance(containers[at], Quote):
                self._close_to(at)
                break
        else:
            if matched < len(containers):
                self._close_to(matched, keep_list=True)
        self._nesting.blank = True

    def _close_to(self, matched: int, *, keep_list: bool = False) -> None:
        """Close the leaf, and the containers that this line is not part of."""
        self._open.close()
        nesting = self._nesting
        while len(nesting.containers) > matched:
            last = nesting.containers[-1]
            if not isinstance(last, List) and not last.shown:
                end = self._leaves.list[-1].source[1] if self._leaves.list else 0
                self._put_line("", (end, end))
            nesting.containers = nesting.containers[:-1]
        if not keep_list and nesting.containers and isinstance(nesting.containers[-1], List):
            nesting.containers = nesting.containers[:-1]


def _skip_quote_mark(cursor: Cursor) -> None:
    cursor.skip_marker(1)
    cursor.skip_columns(1)
