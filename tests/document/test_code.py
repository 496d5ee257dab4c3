from collections.abc import Callable

from chat_tui.document.code.code import MOST_CHARS, Code
from chat_tui.document.code.highlight import Colours, WholeFence
from chat_tui.document.markdown.leaf import TOP
from chat_tui.document.spans import Span

WIDTH = 40
PLAIN_ROW = (Span("┃ ", "border"), Span("a: 1", "syntax"))


class Desk:
    """Takes jobs, and does them when it is told to."""

    def __init__(self) -> None:
        self.jobs: list[tuple[WholeFence, Callable[[Colours | None], None]]] = []

    def take(self, fence: WholeFence, done: Callable[[Colours | None], None]) -> None:
        self.jobs.append((fence, done))


def closed(desk: Desk | None) -> Code:
    code = Code("yaml", (0, 0), TOP, desk.take if desk else None)
    code.add("a: 1", 5)
    code.close(9)
    return code


def inks(code: Code, row: int = 1) -> set[str]:
    return {span.ink for span in code.row(row, WIDTH)[1:]}


def test_where_nobody_takes_it_a_closed_fence_is_coloured_at_once() -> None:
    assert len(inks(closed(None))) > 1


def test_what_is_handed_out_is_plain_until_it_is_done() -> None:
    desk = Desk()
    code = closed(desk)
    assert tuple(code.row(1, WIDTH)) == PLAIN_ROW
    ((fence, done),) = desk.jobs
    assert fence == WholeFence("yaml", ("a: 1",))
    done(fence.run())
    assert len(inks(code)) > 1
    assert "".join(span.text for span in code.row(1, WIDTH)) == "┃ a: 1"


def test_a_job_is_handed_out_once_even_if_nothing_comes_of_it() -> None:
    desk = Desk()
    code = closed(desk)
    for _ in range(3):
        code.row(1, WIDTH)
        code.height(WIDTH + 1)
        code.row(1, WIDTH + 1)
    (job,) = desk.jobs
    job[1](None)
    assert tuple(code.row(1, WIDTH)) == PLAIN_ROW
    assert desk.jobs == [job]


def test_colours_of_lines_that_have_changed_since_are_dropped() -> None:
    desk = Desk()
    code = closed(desk)
    code.row(1, WIDTH)
    fence, done = desk.jobs.pop()
    code.add("b: 2", 14)
    done(fence.run())
    assert tuple(code.row(1, WIDTH)) == PLAIN_ROW
    assert desk.jobs[0][0].lines == ("a: 1", "b: 2")


def test_what_is_known_at_once_is_shown_at_once() -> None:
    code = Code("yaml", (0, 0), TOP, lambda fence, done: done(fence.run()))
    code.add("a: 1", 5)
    code.close(9)
    assert len(inks(code)) > 1


def test_a_language_that_goes_by_line_is_not_handed_out() -> None:
    desk = Desk()
    code = Code("python", (0, 0), TOP, desk.take)
    code.add("if a: pass", 10)
    code.close(14)
    assert "syntax.keyword" in inks(code)
    assert desk.jobs == []


def test_what_a_row_far_down_costs_has_a_limit_for_long_lines_too() -> None:
    code = Code("python", (0, 0), TOP)
    line = "a = " + "1 + " * 480
    for number in range(100):
        code.add(line, number)
    code.row(code.height(WIDTH) - 1, WIDTH)
    assert len(code._states) * len(line) <= MOST_CHARS + 2 * len(line)
