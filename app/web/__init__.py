"""Pages, one blueprint per audience: parse, open a transaction or a reading, call one service or query, render."""
