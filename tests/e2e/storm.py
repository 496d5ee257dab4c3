"""A storm of keys, mouse, pastes and sizes, made of a seed, and a look at what it leaves behind."""

import random
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.e2e.terminal import Terminal

CLEARS: Final = (b"\x1b[2J", b"\x1b[J", b"\x1b[0J", b"\x1b[3J")
"""A screen that is cleared before it is painted flickers."""
LEAST_COLUMNS: Final = 24
LEAST_ROWS: Final = 7
NEXT_PANE: Final = "\x1b[18~"
ASKS: Final = ("long", "code", "table", "picture", "error", "think", "hello", "markdown")
KEYS: Final[Mapping[str, tuple[str, int]]] = {
    "F1": ("\x1bOP", 1),
    "F2": ("\x1bOQ", 1),
    "F3": ("\x1bOR", 1),
    "F4": ("\x1bOS", 1),
    "F5": ("\x1b[15~", 1),
    "F6": ("\x1b[17~", 2),
    "Shift+F6": ("\x1b[17;2~", 2),
    "F7": (NEXT_PANE, 4),
    "F8": ("\x1b[19~", 1),
    "Esc": ("\x1b", 10),
    "Ctrl+P": ("\x10", 1),
    "Ctrl+F": ("\x06", 1),
    "Ctrl+N": ("\x0e", 1),
    "Alt+G": ("\x1bg", 1),
    "Alt+S": ("\x1bs", 2),
    "Alt+C": ("\x1bc", 1),
    "Alt+A": ("\x1ba", 1),
    "Alt+Z": ("\x1bz", 3),
    "Alt+W": ("\x1bw", 2),
    "Alt+U": ("\x1bu", 1),
    "Alt+M": ("\x1bm", 1),
    "Alt+Left": ("\x1b[1;3D", 1),
    "Alt+Right": ("\x1b[1;3C", 1),
    "Tab": ("\t", 4),
    "Enter": ("\r", 4),
    "space": (" ", 3),
    "j": ("j", 3),
    "k": ("k", 3),
    "c": ("c", 1),
    "slash": ("/", 1),
    "Up": ("\x1b[A", 1),
    "Down": ("\x1b[B", 1),
    "PgUp": ("\x1b[5~", 1),
    "PgDn": ("\x1b[6~", 1),
    "Home": ("\x1b[H", 1),
    "End": ("\x1b[F", 1),
    "words": ("some words ", 1),
    "a command": ("/th", 1),
    "a path": ("@", 1),
    "backspace": ("\x7f" * 12, 1),
    "paste": ("\x1b[200~two\nlines\x1b[201~", 1),
    "long paste": ("\x1b[200~" + "many words\n" * 40 + "\x1b[201~", 1),
    "focus out": ("\x1b[O", 1),
    "focus in": ("\x1b[I", 1),
}
"""What a terminal sends, and how often it is sent as against the others."""
PAUSES_S: Final = (0.0, 0.0, 0.0, 0.004, 0.02, 0.05, 0.12)
"""How long the terminal is read before the next act: some come together, some find a reply grown."""

Cells = list[list[Any]]


@dataclass
class Difference:
    """Something that stood on the terminal, and should not have."""

    after: Sequence[str]
    what: str
    rows: Sequence[tuple[str, str]] = ()
    """As they stood, and as they should."""

    def __str__(self) -> str:
        rows = (f"  {stood!r}\n  {right!r}" for stood, right in self.rows)
        return "\n".join([self.what, *rows, f"  after {', '.join(self.after)}"])


@dataclass
class Storm:
    """One storm over one running program."""

    terminal: Terminal
    seed: int
    differences: list[Difference] = field(default_factory=list)
    rests: int = 0
    """How often the program was looked at."""
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._screen = self.terminal._screen
        self._size = self._screen.columns, self._screen.lines
        self._marks: dict[str, list[str]] = {}
        self._seen: dict[str, Cells] = {}
        self._cursor = (0, 0)
        self._screen.set_icon_name = self._marked  # type: ignore[method-assign]

    def blow(self, acts: int, *, between_rests: int) -> None:
        """Do that much, and look again and again."""
        kinds: list[tuple[Callable[[], str], int]] = [
            (self._ask, 16),
            (self._press, 46),
            (self._click, 8),
            (self._drag, 6),
            (self._wheel, 9),
            (self._resize, 5),
            (self.shake, 4),
        ]
        for number in range(1, acts + 1):
            [act] = self._random.choices([kind for kind, _ in kinds], [many for _, many in kinds])
            self.done.append(act())
            self._read(self._random.choice(PAUSES_S))
            if number % between_rests == 0:
                self.look()

    def look(self) -> None:
        """Compare what stands on the terminal with what belongs there, once nothing changes."""
        for attempt in range(6):
            self._marks.clear()
            self._seen.clear()
            self.terminal.signal(signal.SIGUSR1)
            self.terminal.wait_until(
                lambda _: bool(self._marks.keys() & {"busy", "laid"}), "a rest or none"
            )
            if "laid" in self._marks:
                self.rests += 1
                self._compare()
                return
            self.terminal.send("\x1b" if attempt % 3 < 2 else NEXT_PANE)  # a reply is running

    def shake(self) -> str:
        """Have another size for a moment: what it cuts off is not there when the old is back."""
        columns, rows = self._screen.columns, self._screen.lines
        less = self._random.choice((1, 5))
        self.terminal.resize(max(LEAST_COLUMNS, columns - less), max(LEAST_ROWS, rows - less))
        self._read(self._random.choice((0.0, 0.004)))
        self.terminal.resize(columns, rows)
        return f"shake {less}"

    def _ask(self) -> str:
        words = self._random.choice(ASKS)
        self.terminal.send(f"{words}\r")
        return f"ask {words!r}"

    def _press(self) -> str:
        [key] = self._random.choices([*KEYS], [often for _, often in KEYS.values()])
        self.terminal.send(KEYS[key][0])
        return key

    def _click(self) -> str:
        x, y = self._cell()
        self.terminal.send(f"\x1b[<35;{x};{y}M\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")
        return f"click {x} {y}"

    def _drag(self) -> str:
        (x, y), (to_x, to_y) = self._cell(), self._cell()
        self.terminal.send(
            f"\x1b[<0;{x};{y}M\x1b[<32;{(x + to_x) // 2};{(y + to_y) // 2}M"
            f"\x1b[<32;{to_x};{to_y}M\x1b[<0;{to_x};{to_y}m"
        )
        return f"drag {x} {y} {to_x} {to_y}"

    def _wheel(self) -> str:
        (x, y), way, times = self._cell(), self._random.choice((64, 65)), self._random.randint(1, 5)
        self.terminal.send(f"\x1b[<{way};{x};{y}M" * times)
        return f"wheel {way} {x} {y} {times} times"

    def _resize(self) -> str:
        columns = max(LEAST_COLUMNS, self._size[0] + self._random.randint(-20, 20))
        rows = max(LEAST_ROWS, self._size[1] + self._random.randint(-6, 6))
        self.terminal.resize(columns, rows)
        return f"resize {columns} {rows}"

    def _cell(self) -> tuple[int, int]:
        screen = self._screen
        return self._random.randint(1, screen.columns), self._random.randint(1, screen.lines)

    def _read(self, pause_s: float) -> None:
        until = time.monotonic() + pause_s
        while self.terminal._read(until):
            pass

    def _marked(self, param: str) -> None:
        name, *rest = param.split()
        screen = self._screen
        self._marks[name] = rest
        self._seen[name] = [
            [screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)
        ]
        if name == "rest":
            self._cursor = screen.cursor.x, screen.cursor.y
        if name in ("rest", "painted"):  # so that nothing old can stand for what is not painted
            screen.erase_in_display(2)

    def _compare(self) -> None:
        x, y, wanted_x, wanted_y, screen, keys, toasts = self._marks["rest"]
        where = f"{screen}, keys at {keys}"
        self._rows_that_differ("rest", "painted", f"not as painted: {where}")
        if [toasts] == self._marks["laid"]:  # no message at the edge of the screen went away
            self._rows_that_differ("painted", "laid", f"not as laid out: {where}")
        if (int(x), int(y)) != self._cursor:
            self._differ(f"the cursor is at {self._cursor}, not at {x} {y}: {where}")
        if (x, y) != (wanted_x, wanted_y):
            self._differ(f"the cursor is at {x} {y}, not at {wanted_x} {wanted_y}: {where}")

    def _rows_that_differ(self, stood: str, right: str, what: str) -> None:
        rows = [
            (y, before, after)
            for y, (before, after) in enumerate(
                zip(self._seen[stood], self._seen[right], strict=True)
            )
            if list(map(_look, before)) != list(map(_look, after))
        ]
        if rows:
            places = [_place(y, before, after) for y, before, after in rows]
            words = [(_words(before), _words(after)) for _, before, after in rows]
            self._differ(f"{what}: rows and columns {places}", words)

    def _differ(self, what: str, rows: Sequence[tuple[str, str]] = ()) -> None:
        self.differences.append(Difference(self.done[-12:], what, rows))


class Unblinking(Terminal):
    """A terminal that notices when it is cleared."""

    cleared = False

    def _feed(self, output: bytes) -> None:
        self.cleared = self.cleared or any(clear in output for clear in CLEARS)
        super()._feed(output)


def log_of(home: Path) -> str:
    """What the program wrote down below this folder of its own."""
    path = home / "chat-tui.log"
    return path.read_text("utf-8") if path.exists() else ""


def _look(cell: Any) -> Any:
    """What is seen of a cell: a blank one has no colour of its own."""
    plain = not (cell.reverse or cell.underscore or cell.strikethrough)
    return (cell.bg,) if not cell.data.strip() and cell.data and plain else cell


def _place(y: int, before: Sequence[Any], after: Sequence[Any]) -> tuple[int, int, int]:
    columns = [
        x
        for x, (one, two) in enumerate(zip(before, after, strict=True))
        if _look(one) != _look(two)
    ]
    return y, columns[0], columns[-1]


def _words(row: Sequence[Any]) -> str:
    return "".join(cell.data for cell in row).rstrip()
