import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

import textual

import chat_tui

PACKAGE: Final = Path(chat_tui.__file__).parent
TEXTUAL: Final = Path(textual.__file__).parent
OTHERS: Final = frozenset({"os._exit"})
"""What has such a name, and is not Textual's."""

USED: Final[Mapping[str, set[str]]] = {
    "chat_tui.app.crashes": {"_dispatch_message", "_exception", "_exit"},
    "chat_tui.app.fitting": {
        "App._batch_count",
        "App._display",
        "App._driver",
        "App._end_batch",
        "App._running",
    },
    "chat_tui.app.telling_app": {
        "App._clipboard",
        "App._driver",
        "App._exception",
        "App._fatal_error",
        "App._handle_exception",
        "App._notifications",
        "App._refresh_notifications",
    },
    "chat_tui.app.terminal": {"_driver"},
    "chat_tui.app.themes": {"_refresh_truecolor_filter"},
    "chat_tui.app.toasts": {
        "textual.widgets._toast.ToastHolder",
        "textual.widgets._toast.ToastRack",
    },
    "chat_tui.screens.conversation_keys": {"DOMNode._bindings"},
    "chat_tui.screens.sources": {"OptionList._on_click"},
    "chat_tui.widgets.clean_area": {
        "TextArea._set_document",
        "textual.document._document.EditResult",
        "textual.document._edit.Edit",
    },
    "chat_tui.widgets.line_input": {"DOMNode._bindings", "Input._on_key", "Input._on_paste"},
    "chat_tui.widgets.picture_desk": {"_driver"},
    "chat_tui.widgets.prompt.prompt": {"TextArea._on_key", "TextArea._on_paste"},
    "chat_tui.widgets.terminal.alt_digits": {"textual._ansi_sequences.ANSI_SEQUENCES_KEYS"},
    "chat_tui.widgets.terminal.driver": {
        "Driver._app",
        "Driver._debug",
        "Driver._loop",
        "LinuxDriver._file",
        "LinuxDriver._get_terminal_size",
        "LinuxDriver._run_input_thread",
        "LinuxDriver._writer_thread",
        "WriterThread._file",
        "WriterThread._queue",
        "textual.drivers._writer_thread.WriterThread",
    },
    "chat_tui.widgets.terminal.egress": {"_render_cache"},
    "chat_tui.widgets.terminal.input": {
        "textual._parser.ParseError",
        "textual._xterm_parser.XTermParser",
    },
    "chat_tui.widgets.terminal.keys": {"textual._ansi_sequences.ANSI_SEQUENCES_KEYS"},
    "chat_tui.widgets.transcript.viewport": {"Widget._vertical_scrollbar", "_start_widget"},
    "chat_tui.widgets.terminal.query": {
        "_driver",
        "textual._parser.Parser",
        "textual._xterm_parser.XTermParser",
    },
    "chat_tui.widgets.transcript.direct_paint": {
        "_batch_count",
        "_compositor",
        "_driver",
        "_layout_required",
        "_queue",
        "_repaint_required",
        "_sync_available",
        "_writer_thread",
    },
    "chat_tui.widgets.transcript.picture_cells": {"Strip._render_cache"},
}
"""By module. What Textual renames is missed here, before anybody runs the program with it."""


def modules() -> Iterator[ModuleType]:
    """Those that may know Textual."""
    for found in pkgutil.walk_packages([str(PACKAGE)], "chat_tui."):
        path = found.name.replace(".", "/")
        source = PACKAGE.parent / f"{path}.py"
        if source.exists() and "textual" in source.read_text("utf-8"):
            yield importlib.import_module(found.name)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@cache
def names_of_textual() -> frozenset[str]:
    """Every private name in its source."""
    sources = (path.read_text("utf-8") for path in TEXTUAL.rglob("*.py"))
    return frozenset(
        name for source in sources for name in re.findall(r"\b_[a-z]\w*", source, re.IGNORECASE)
    )


@cache
def names_of(cls: type) -> frozenset[str]:
    """The private names that a class of Textual gives to those below it."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    own = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return frozenset(filter(is_private, own | vars(cls).keys()))


def inherited(cls: type) -> dict[str, str]:
    """Each private name that a class of ours has from Textual, with whose it is."""
    return {
        name: base.__name__
        for base in reversed(cls.__mro__)
        if base.__module__.partition(".")[0] == "textual"
        for name in names_of(base)
    }


def used_by(cls: type) -> Iterator[str]:
    """What a class of ours takes of its bases, or puts in its place."""
    theirs = inherited(cls)
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(tree, ast.ClassDef)
    taken = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                taken.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                taken.add(name)
            case _:
                pass
    for each in ast.walk(tree):
        if isinstance(each, ast.Attribute) and ast.unparse(each.value) in ("self", "super()"):
            taken.add(each.attr)
    yield from (f"{theirs[name]}.{name}" for name in taken & theirs.keys())


def used_elsewhere(tree: ast.Module) -> Iterator[str]:
    """What is taken of other objects, and of private modules."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=name) if (
                is_private(name)
                and name != "_replace"  # of a named tuple
                and ast.unparse(value) not in ("self", "cls", "super()")
                and ast.unparse(node) not in OTHERS
            ):
                yield name
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
                if is_private(name):
                    yield name
            case ast.ImportFrom(module=str(module)) if re.match(r"textual\b.*\._", module):
                yield from (f"{module}.{alias.name}" for alias in node.names)
            case _:
                pass


def names_used() -> dict[str, set[str]]:
    """All private names of Textual by the module that takes them."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        tree = ast.parse(inspect.getsource(module))
        own = {
            cls
            for cls in vars(module).values()
            if inspect.isclass(cls) and cls.__module__ == module.__name__
        }
        taken = {name for cls in own if inherited_any(cls) for name in used_by(cls)}
        taken |= {
            name
            for name in used_elsewhere(tree)
            if name.startswith("textual") or name in names_of_textual()
        }
        if taken:
            found[module.__name__] = taken
    return found


def inherited_any(cls: type) -> bool:
    return any(base.__module__.partition(".")[0] == "textual" for base in cls.__mro__)


def test_the_private_names_of_textual_that_are_used_are_these() -> None:
    assert names_used() == USED
