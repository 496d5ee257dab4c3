"""The table of files in CONTRIBUTING, made from the docstrings: `python -m tests.file_table` writes it."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- files -->", "<!-- end of files -->"


def role(path: Path) -> str:
    """Return the first line of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return docstring.splitlines()[0] if docstring else ""


def table() -> str:
    """Make the table, a row a module, packages before what is in them."""
    package = ROOT / "chat_tui"
    rows = ["| file | role |", "|---|---|"]
    for path in sorted(package.rglob("*.py"), key=_order):
        name = path.relative_to(ROOT).as_posix()
        shown = (
            f"**{name.removesuffix('__init__.py')}**" if path.name == "__init__.py" else f"`{name}`"
        )
        rows.append(f"| {shown} | {_cell(path)} |")
    return "\n".join(rows)


def _cell(path: Path) -> str:
    return role(path).replace("|", r"\|")


def _order(path: Path) -> tuple[bool, str]:
    folder = path.parent.relative_to(ROOT).as_posix()
    return folder != "chat_tui", f"{folder}/{'' if path.name == '__init__.py' else path.name}"


def written() -> str:
    """Return the table that stands in CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    return text.partition(BEGIN)[2].partition(END)[0].strip()


def write() -> None:
    """Put the table into CONTRIBUTING."""
    path = ROOT / "CONTRIBUTING.md"
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    write()
