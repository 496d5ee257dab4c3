"""get3w: predictions whose pictures are watched."""
