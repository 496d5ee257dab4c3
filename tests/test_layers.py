import ast
import json
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import chat_tui

PACKAGE = Path(chat_tui.__file__).parent
MODULES = sorted(found.name for found in pkgutil.walk_packages([str(PACKAGE)], "chat_tui."))
SOURCES = sorted(PACKAGE.rglob("*.py"))

COMMANDS = ("chat_tui.cli", "chat_tui.__main__")
ON_SCREEN = ("chat_tui.app", "chat_tui.screens", "chat_tui.themes", "chat_tui.widgets")
HEAVY = ("httpx", "httpx_sse", "h11", "keyring", "platformdirs", "sqlite3", "PIL")
"""What is imported when it is needed, and not before."""
LATE = (
    "chat_tui.simulator",
    "chat_tui.providers.demo",
    "chat_tui.store.connection",
    "chat_tui.store.mending",
    "chat_tui.store.salvage",
    "chat_tui.net.transport",
    "chat_tui.net.wire",
)
"""What cannot be without one of these, and is itself imported when it is needed."""

IMPORT_WITHOUT = """
import importlib, json, sys
sys.modules.update(dict.fromkeys(json.loads(sys.argv[2])))
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
"""
"""With None in its place in `sys.modules`, importing a module fails and says who wanted it."""
IMPORT_EACH_FIRST = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    for ours in [name for name in sys.modules if name.partition(".")[0] == "chat_tui"]:
        del sys.modules[ours]
    importlib.import_module(name)
"""
IMPORT_UNDER_WATCH = """
import importlib, json, os, sys

ACTS = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.chmod", "os.system", "os.putenv",
        "socket.bind", "socket.connect", "socket.getaddrinfo", "subprocess.Popen",
        "sqlite3.connect", "tempfile.mkstemp", "webbrowser.open"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
seen = []

def watch(event, args):
    if event in ACTS or (event == "open" and isinstance(args[2], int) and args[2] & WRITING):
        seen.append([event, str(args[0]) if args else ""])

modules = json.loads(sys.argv[1])
sys.addaudithook(watch)
for name in modules:
    importlib.import_module(name)
print(json.dumps(seen))
"""


def python(program: str, *arguments: str, home: Path | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env=os.environ
        | {"PYTHONPATH": str(PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1"}
        | ({"HOME": str(home)} if home else {}),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def import_without(modules: list[str], absent: tuple[str, ...]) -> None:
    python(IMPORT_WITHOUT, json.dumps(modules), json.dumps(absent))


def relative(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


def word(node: ast.AST) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def at_import(tree: ast.Module) -> list[ast.AST]:
    """Every node that runs when the module is imported."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += [] if isinstance(node, ast.Lambda) else node.decorator_list
            waiting += [
                default for default in node.args.defaults + node.args.kw_defaults if default
            ]
        elif not (isinstance(node, ast.If) and "__name__" in ast.dump(node.test)):
            waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.timeout(600)
def test_any_module_can_be_imported_first() -> None:
    python(IMPORT_EACH_FIRST, json.dumps(MODULES))


def test_nothing_below_the_screen_imports_textual() -> None:
    below = [name for name in MODULES if not name.startswith((*ON_SCREEN, *COMMANDS))]
    import_without(below, ("textual",))


def test_the_command_line_starts_without_textual() -> None:
    import_without([name for name in MODULES if name.startswith(COMMANDS)], ("textual",))


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    ours = [name for name in MODULES if not name.startswith((*ON_SCREEN, *LATE))]
    import_without(ours, HEAVY)


def test_the_screen_needs_nothing_heavy_but_what_textual_does() -> None:
    screen = [name for name in MODULES if name.startswith(ON_SCREEN)]
    import_without(screen, tuple(name for name in HEAVY if name != "platformdirs"))


def test_importing_does_nothing_to_the_machine(tmp_path: Path) -> None:
    assert json.loads(python(IMPORT_UNDER_WATCH, json.dumps(MODULES), home=tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_importing_reads_no_file_and_no_environment(path: Path) -> None:
    calls = {"getenv", "open", "read_text", "read_bytes", "home", "cwd", "getcwd"}
    read: set[str] = set()
    for node in at_import(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            read |= {word(node.func)} & calls
        # To name `os.environ` as a default reads nothing yet.
        if isinstance(node, ast.Attribute | ast.Call | ast.Compare | ast.Subscript):
            read |= {word(part) for part in ast.iter_child_nodes(node)} & {"environ"}
    assert read == set()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_module_begins_with_its_role_in_one_line(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")), clean=False)
    assert docstring
    first, *rest = docstring.splitlines()
    assert first.endswith((".", ":"))
    assert rest[:1] in ([], [""])


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("__init__.py")), ids=relative)
def test_a_package_file_holds_no_code(path: Path) -> None:
    body = ast.parse(path.read_text("utf-8")).body[1:]
    if path.parent == PACKAGE:
        assert [ast.unparse(node) for node in body] == [f"__version__ = {chat_tui.__version__!r}"]
    else:
        assert body == []


def test_workers_are_given_functions_to_call() -> None:
    starting = {
        path.relative_to(PACKAGE).as_posix()
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and word(node.func) == "run_worker"
    }
    # A coroutine made before a worker begins is never awaited where the program ends right then.
    assert starting == {"widgets/background.py"}


def test_no_statement_numbers_its_places() -> None:
    # Python 3.14 refuses a sequence of values for them.
    numbered = {
        path.relative_to(PACKAGE).as_posix()
        for path in (PACKAGE / "store").glob("*.py")
        if re.search(r"[ =(]\?\d", path.read_text("utf-8"))
    }
    assert numbered == set()
