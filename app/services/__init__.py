"""Verbs: the only writers. Each takes the open `Work` first, loads, asks an engine, stores and records."""
