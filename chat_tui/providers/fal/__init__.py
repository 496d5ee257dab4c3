"""fal.ai: streams and the queue."""
