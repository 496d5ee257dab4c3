"""Writer: chat, completions, applications, Knowledge Graphs and web search."""
