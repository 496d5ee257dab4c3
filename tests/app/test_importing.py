"""`/import` takes conversations in while the app runs."""

import json
from pathlib import Path

from tests.app.desk import Desk, notes, say, until


async def test_import_tells_what_came_in(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "my talks.jsonl"
    line = {"messages": [{"role": "user", "content": "Why [red]x[/red]?"}]}
    path.write_text(json.dumps(line) + "\n{}\n")
    async with desk.app().run_test() as pilot:
        await say(pilot, f'/import "{path}"')
        await until(pilot, lambda: "imported 1 conversation with 1 message" in notes(pilot))
        assert "skipped 1: nothing in it has a form that is known" in notes(pilot)


async def test_a_file_that_cannot_be_imported_is_told(desk: Desk, tmp_path: Path) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, f"/import {tmp_path / 'gone.json'}")
        await until(pilot, lambda: "no such file" in notes(pilot))
