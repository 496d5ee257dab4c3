"""Code in colours: fences and indented code, line by line, within limits."""
