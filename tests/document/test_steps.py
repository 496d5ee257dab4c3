import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document.steps import (
    MAX_DEPTH,
    MAX_DETAIL_LINES,
    bounded,
    step_tree,
    steps_body,
    steps_head,
)
from chat_tui.events import Step
from tests.document.test_blocks import rows

ids = st.sampled_from(["", "a", "b", "c", "d"])
steps = st.lists(
    st.builds(Step, ids, st.just("x"), st.just("done"), parent=ids),
    unique_by=lambda step: step.id,
    max_size=5,
)


def drawn(*steps: Step, width: int = 60, running: bool = True) -> list[str]:
    return rows(steps_body(step_tree(steps), running=running), width)


def test_a_step_stands_below_the_one_that_it_is_part_of() -> None:
    tree = step_tree(
        [
            Step("b", "B", "done", parent="a"),
            Step("a", "A", "done"),
            Step("d", "D", "done"),
            Step("c", "C", "done", parent="b"),
        ]
    )
    assert [(branch.step.label, branch.depth) for branch in tree] == [
        ("A", 0),
        ("B", 1),
        ("C", 2),
        ("D", 0),
    ]


def test_a_step_whose_parent_is_not_there_stands_at_the_top() -> None:
    assert [branch.depth for branch in step_tree([Step("a", "A", "done", parent="gone")])] == [0]


def test_steps_that_are_parents_of_each_other_are_shown_once() -> None:
    ring = [Step("a", "A", "done", parent="b"), Step("b", "B", "done", parent="a")]
    assert [(branch.step.id, branch.depth) for branch in step_tree(ring)] == [("a", 0), ("b", 1)]


def test_deep_steps_are_not_indented_for_ever() -> None:
    chain = [Step(str(n), "x", "done", parent=str(n - 1)) for n in range(2_000)]
    assert max(branch.depth for branch in step_tree(chain)) == MAX_DEPTH


@given(steps)
def test_every_step_is_in_the_tree_once(steps: list[Step]) -> None:
    tree = [branch.step for branch in step_tree(steps)]
    assert sorted(step.id for step in tree) == sorted(step.id for step in steps)


def test_times_stand_one_below_the_other() -> None:
    assert drawn(
        Step("1", "Router", "done", elapsed_s=0.3),
        Step("2", "Search documents", "done", "4 sources", 12.6),
        Step("3", "Index", "running", "", 9.96, parent="2"),
    ) == [
        "  ● Router             0.3 s",
        "  ● Search documents  12.6 s  4 sources",
        "    ◌ Index           10.0 s",
    ]


def test_a_long_detail_has_rows_of_its_own() -> None:
    assert drawn(Step("1", "Router", "done", "one\ntwo")) == ["  ● Router", "    one", "    two"]


def test_a_very_long_detail_says_how_much_more_there_is() -> None:
    detail = "\n".join("x" * (MAX_DETAIL_LINES + 2))
    assert drawn(Step("1", "Router", "done", detail))[-1] == "    … 2 more lines"


def test_a_wrapped_label_stays_behind_its_mark() -> None:
    assert drawn(Step("1", "one two", "failed"), width=8) == ["  ✕ one", "    two"]


def test_a_step_that_never_ended_is_not_shown_as_running_after_the_end() -> None:
    assert drawn(Step("1", "Writer", "running"), running=False) == ["  ○ Writer"]


@pytest.mark.parametrize(
    ("steps", "head"),
    [
        ([Step("1", "A", "done")], "steps  1"),
        ([Step("1", "A", "done", "", 1.5), Step("2", "B", "done", "", 2.0)], "steps  2  3.5 s"),
        (
            [Step("1", "A", "done", "", 3.0), Step("2", "B", "done", "", 2.0, "1")],
            "steps  2  3.0 s",
        ),
        ([Step("1", "A", "failed")], "steps  1  1 failed"),
        ([Step("1", "A", "done", "", 61.7)], "steps  1  1 min 2 s"),
    ],
)
def test_the_head_counts_and_adds_up_what_stands_at_the_top(steps: list[Step], head: str) -> None:
    assert steps_head(steps) == head


def test_a_line_that_is_too_long_is_cut_and_counted() -> None:
    assert bounded("a" * 12, 3, max_chars=10) == "a" * 10 + "\n… 2 more characters"
    assert bounded("a\nb\nc", 2) == "a\nb\n… 1 more line"
    assert bounded("a\nb", 2) == "a\nb"
