"""Writes the documents that are made from the code."""

from tests.references import configuration, events, manual

for path, text in (configuration.made(), events.made(), manual.made()):
    path.write_text(text, "utf-8")
