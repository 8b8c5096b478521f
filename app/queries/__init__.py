"""Reads shaped for pages. Each takes a `Reading` first, asks access whose rows may be seen, and returns frozen rows."""
