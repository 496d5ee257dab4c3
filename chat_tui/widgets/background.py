"""Work that goes on beside the interface."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import ParamSpec

from textual.dom import DOMNode

P = ParamSpec("P")


def run_in_background(
    node: DOMNode,
    group: str,
    work: Callable[P, Coroutine[object, object, object]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Call a coroutine function in a worker.

    The worker calls it when it begins. A coroutine that is given to a worker ready-made is never
    awaited where the worker is cancelled before, as when the program ends right then: Python
    warns of that at some later time, over the restored terminal.

    Args:
        node: Whose worker it is: it ends no later than this.
        group: Which others it belongs to, for one who cancels them.
        work: Called once.
        args: For it.
        kwargs: For it.
    """
    _run(node, group, partial(work, *args, **kwargs), exclusive=False)


def run_instead(
    node: DOMNode,
    group: str,
    work: Callable[P, Coroutine[object, object, object]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Call a coroutine function in a worker that takes the place of all others of its group."""
    _run(node, group, partial(work, *args, **kwargs), exclusive=True)


def _run(
    node: DOMNode,
    group: str,
    work: Callable[[], Coroutine[object, object, object]],
    *,
    exclusive: bool,
) -> None:
    node.run_worker(work, group=group, exclusive=exclusive)
