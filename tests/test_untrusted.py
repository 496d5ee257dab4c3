import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import chat_tui

PACKAGE = Path(chat_tui.__file__).parent
SOURCES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if re.search(r"^\s*(from|import) textual\b", path.read_text("utf-8"), re.MULTILINE)
)
"""Whatever may have to do with widgets."""

MARKUP_SWITCH = {"Static", "Label", "OptionList"}
"""Widgets that read markup unless they are told not to."""
ALWAYS_MARKUP = {
    "Button", "Checkbox", "Collapsible", "DataTable", "Digits", "Link", "Log", "Markdown",
    "RadioButton", "RichLog", "SelectionList", "Tab", "Tabs", "TabPane", "Tooltip", "Tree",
}  # fmt: skip
"""Widgets whose texts are read as markup, whatever one says."""
MARKUP_ATTRIBUTES = {
    "border_title", "border_subtitle", "tooltip", "title", "sub_title",
}  # fmt: skip
MARKUP_METHODS = {
    "add_option", "add_options", "set_options", "replace_option_prompt",
    "replace_option_prompt_at_index", "add_row", "add_rows", "add_column", "add_columns",
    "add_tab", "add_pane", "from_text",
}  # fmt: skip
"""What takes texts to show, and reads those that are plain strings as markup."""
LITERAL = {"Content", "Text", "Content.assemble"}
"""What holds a text as it is."""
CHECKED_NAMES = {
    "f'Theme: {name}'",  # a theme's name has letters, digits and dashes
    "f'Pane: move {direction}'",  # one of four
    "session.conversation.title",  # not of a widget
}
"""What looks like a text for something that reads markup, and cannot have any in it."""


def name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return name_of(value)
        case _:
            return ""


def is_literal(node: ast.expr) -> bool:
    """Whether this can be nothing but a fixed text or an object that is not read as markup."""
    match node:
        case ast.Constant(value=value):
            return not (isinstance(value, str) and "[" in value)
        case ast.Call(func=function):
            return name_of(function) in LITERAL or ast.unparse(function) in LITERAL
        case _:
            return False


def is_shown_as_it_is(node: ast.expr) -> bool:
    """As `is_literal`, or options that were looked at where they are made."""
    match node:
        case ast.Call(func=function) if name_of(function) == "Option":
            return True
        case ast.Starred(value=value) | ast.ListComp(elt=value) | ast.GeneratorExp(elt=value):
            return is_shown_as_it_is(value)
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id=made), *_]):
            return made.startswith("_option")
        case ast.Call(func=function) if name_of(function).startswith("_option"):
            return True
        case ast.Call(func=ast.Name(id="drawn")):
            return True  # of the menu's own file: each is `Content`
        case _:
            return is_literal(node)


def says_no_markup(call: ast.Call) -> bool:
    return any(
        keyword.arg == "markup"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is False
        for keyword in call.keywords
    )


def in_call(call: ast.Call, switched: set[str]) -> Iterator[str]:
    name = name_of(call.func)
    texts = [*call.args, *(k.value for k in call.keywords if k.arg in ("title", "label"))]
    if name in switched and not says_no_markup(call):
        yield f"{name} without markup=False"
    elif name in ALWAYS_MARKUP and not all(map(is_literal, texts)):
        yield f"{name} reads markup"
    elif name in MARKUP_METHODS and not says_no_markup(call):
        if isinstance(call.func, ast.Attribute) and not all(
            map(is_shown_as_it_is, texts[1:] if name.startswith("replace_option") else texts)
        ):
            yield f"{name} reads markup"
    elif name == "Option" and not all(map(is_literal, call.args[:1])):
        yield "Option reads markup"
    elif name == "SystemCommand":
        wrong = [a for a in call.args[:2] if not is_literal(a)]
        if any(ast.unparse(argument) not in CHECKED_NAMES for argument in wrong):
            yield "the palette reads markup"
    elif name == "update" and not all(map(is_literal, call.args)):
        yield "update with a string that may be markup"
    elif name == "from_markup" or (name == "notify" and is_super(call)):
        if not says_no_markup(call):
            yield f"{name} reads markup"
    elif any(k.arg == "markup" for k in call.keywords) and not says_no_markup(call):
        yield "markup that is not False"


def is_super(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
            return True
        case _:
            return False


class KnownTypes(ast.NodeTransformer):
    """Calls of the file's own functions that return no string become what they return."""

    def __init__(self, tree: ast.Module) -> None:
        self._made = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            and node.returns is not None
            and ast.unparse(node.returns) in {"Content", "Text", "Option"}
        }
        self._made |= {
            name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chat_tui.")
            for name in node.names
            if name.name in {"Option", "Link"}  # values of ours, called as widgets are
        }

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = name_of(node.func)
        if name in self._made:
            literal = ast.Call(ast.Name("Content"), [ast.Constant("")], [])
            return ast.fix_missing_locations(ast.copy_location(literal, node))
        return node


def faults(source: str) -> list[str]:
    """Name the places where a text from outside could be read as markup."""
    tree = ast.parse(source)
    tree = KnownTypes(tree).visit(tree)
    switched = MARKUP_SWITCH | {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(name_of(base) in MARKUP_SWITCH for base in node.bases)
    }
    found: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                found += [f"{node.lineno}: {fault}" for fault in in_call(node, switched)]
            case ast.Assign(targets=targets, value=value):
                found += [
                    f"{node.lineno}: {target.attr} reads markup"
                    for target in targets
                    if isinstance(target, ast.Attribute)
                    and target.attr in MARKUP_ATTRIBUTES
                    and ast.unparse(target) not in CHECKED_NAMES
                    and not is_literal(value)
                ]
            case _:
                pass
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_text_from_outside_is_read_as_markup(path: Path) -> None:
    assert faults(path.read_text("utf-8")) == []


def test_there_are_sources_to_check() -> None:
    folders = {path.relative_to(PACKAGE).parts[0] for path in SOURCES}
    assert folders >= {"app", "screens", "widgets"}
    assert len(SOURCES) > 80


@pytest.mark.parametrize(
    "source",
    [
        "Static(text)",
        "Static('a', markup=True)",
        "Static('a', markup=flag)",
        "class Row(Static): ...\nRow(text)",
        "Label(f'{text}')",
        "Button(text)",
        "Collapsible(title=text)",
        "OptionList(*options)",
        "Option(text)",
        "Option('[b]fixed[/]')",
        "self.query_one(Static).update(text)",
        "self.query_one(Static).update(f'{text}')",
        "self.border_title = text",
        "widget.tooltip = f'{text}'",
        "SystemCommand(text, '', run)",
        "SystemCommand('a', text, run)",
        "Content.from_markup(text)",
        "super().notify(message)",
        "self.notify(message, markup=True)",
        "self.options.add_option(text)",
        "self.options.add_options([text for text in texts])",
        "table.add_row(text)",
        "table.add_column(text)",
        "self.tabs.add_tab(text)",
        "DataTable(text)",
        "Tabs(text)",
        "Checkbox(text)",
        "RadioButton(text)",
        "SelectionList((text, 1))",
        "Content.from_text(text)",
        "self.border_subtitle = text",
    ],
)
def test_markup_from_outside_is_found(source: str) -> None:
    assert len(faults(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "Static(text, markup=False)",
        "Static('', id='a', markup=False)",
        "Option(Text(text))",
        "OptionList(id='a', markup=False)",
        "note.update(Content(text))",
        "self.border_title = Content(text)",
        "self.border_title = 'fixed'",
        "SystemCommand('fixed', '', run)",
        "self.notify(message)",
        "super().notify(message, markup=False)",
        "def _line(text: str) -> Content: ...\noptions.add_options(map(_option, texts))",
        "def _line(text: str) -> Content: ...\noptions.add_option(_line(text))",
        "from chat_tui.commands.completion import Option\nOption(text)",
    ],
)
def test_text_that_cannot_be_markup_is_let_through(source: str) -> None:
    assert faults(source) == []
