"""`chat-tui schema`: the JSON Schema of what `ask --json` writes."""

from typing import Any

import click


@click.command(short_help="Write the JSON Schema of what `ask --json` writes.")
def schema() -> int:
    """Write the JSON Schema of the events that `ask --json` writes, one a line."""
    import msgspec

    made = msgspec.json.encode(event_schema())
    click.echo(msgspec.json.format(made, indent=2).decode())
    return 0


def event_schema() -> dict[str, Any]:
    """Make the schema; the bytes of pictures are not in it, as they are never written."""
    import msgspec

    from chat_tui.events import ImagePreview, ImageResult, StreamEvent

    made = msgspec.json.schema(StreamEvent)
    for event in (ImagePreview, ImageResult):
        fields = made["$defs"][event.__name__]
        fields["properties"].pop("data", None)
        fields["required"] = [name for name in fields.get("required", ()) if name != "data"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
