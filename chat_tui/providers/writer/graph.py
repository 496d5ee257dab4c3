"""How a Knowledge Graph is searched for an answer: its state, its subqueries, its sources.

Vendor page: https://dev.writer.com/home/kg-chat (read 2026-11-20).
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from chat_tui.events import SourceRefs, Step, WorkState
from chat_tui.providers.writer.sources import Passages

SEARCH_ID: Final = "knowledge-graph"


class GraphSearch:
    """The search of one reply, from the objects that tell of it again and again."""

    def __init__(self, passages: Passages, *, parent: str = "") -> None:
        """Begin.

        Args:
            passages: Where sources go.
            parent: The step that subqueries belong to.
        """
        self._passages = passages
        self._parent = parent
        self._steps: dict[str, Step] = {}

    def read(self, data: dict[str, Any]) -> Iterator[Step | SourceRefs]:
        """Yield what is new in an object with `sources`, `subqueries`, `references`, `status`."""
        match data.get("status"):
            case "finished":
                yield from self._search("done")
            case str() as status if status:
                yield from self._search("running")
            case _ if self._parent and any(data.get(key) for key in _FINDINGS):
                yield from self._search("running")  # it tells what it found, but not how it stands
        self._passages.add(data.get("sources"))
        subqueries = data.get("subqueries")
        for subquery in subqueries if isinstance(subqueries, list) else ():
            match subquery:
                case {"query": str() as query, **rest} if query:
                    yield from self._subquery(query, rest.get("answer"))
                    self._passages.add(rest.get("sources"), aside=True)
        self._passages.refer(data.get("references"))
        yield from self._passages.news()

    def end(self, *, complete: bool) -> Iterator[Step]:
        """Yield how what still runs has ended."""
        for key, step in self._steps.items():
            if step.state == "running":
                state: WorkState = "done" if complete else "failed"
                self._steps[key] = ended = msgspec.structs.replace(step, state=state)
                yield ended

    def _search(self, state: WorkState) -> Iterator[Step]:
        known = self._steps.get("")
        if known is None or state == "done":
            yield from self._put("", Step(SEARCH_ID, "searching the Knowledge Graph", state))

    def _subquery(self, query: str, answer: object) -> Iterator[Step]:
        known = self._steps.get(query)
        step_id = known.id if known else f"subquery-{len(self._steps.keys() - {''}) + 1}"
        detail = answer if isinstance(answer, str) else ""
        state: WorkState = "done" if detail.strip() else "running"
        if known is None or state == "done":
            yield from self._put(query, Step(step_id, query, state, detail, parent=self._parent))

    def _put(self, key: str, step: Step) -> Iterator[Step]:
        if self._steps.get(key) != step:
            self._steps[key] = step
            yield step


_FINDINGS: Final = ("sources", "subqueries", "references")
