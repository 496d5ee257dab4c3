"""The network seam: HTTP client, SSE and NDJSON framing, limits, error translation."""
