"""The verifier as one file for auditors, joined from the very modules that `python -m ledger verify` runs."""

from __future__ import annotations

import ast
from functools import cache
from importlib.resources import files

# In the order of dependence: each module may use only those above it.
MODULES = ("strict", "merkle", "notes", "checkpoint", "findings", "chain", "archive", "trail", "verify", "cli")

HEADER = '''#!/usr/bin/env python3
"""Verify an audit trail file: python verify_trail.py FILE [--key PUBLIC_KEY_FILE] [--anchored CHECKPOINT_FILE]

Needs Python 3.11 or later and the package "cryptography"; no network, no database, no other file.
Exit code: 0 intact, 1 tampered, 2 incomplete, 3 unreadable, 4 shorter than anchored.
A copy that came inside the file it verifies proves little: get this program by another way, and read it.
"""

from __future__ import annotations
'''
FOOTER = '''

if __name__ == "__main__":
    raise SystemExit(main())
'''


@cache
def verifier_source() -> str:
    """The text of verify_trail.py: standard library and cryptography only, no import of ours."""
    taken: dict[str, str] = {}
    parts = [HEADER]
    for name in MODULES:
        source = (files("ledger") / f"{name}.py").read_text(encoding="utf-8")
        parts.append(_section(name, source, taken))
    return "".join(parts) + FOOTER


def _section(name: str, source: str, taken: dict[str, str]) -> str:
    """A module's text without its own opening and its imports of other modules of the ledger."""
    tree = ast.parse(source)
    lines = source.splitlines()
    title = (ast.get_docstring(tree) or "").splitlines()[0]
    for statement in tree.body:
        opening = isinstance(statement, ast.Expr) and statement is tree.body[0]
        if opening or _is_own_import(statement):
            for number in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
                lines[number] = "\0"
        for defined in _defined(statement):
            if taken.setdefault(defined, name) != name:
                raise ValueError(f"{defined} stands in {taken[defined]} and in {name}: one would hide the other")
    body = "\n".join(line for line in lines if line != "\0").strip("\n")
    return f"\n\n# ---- {name}: {title}\n\n{body}\n"


def _is_own_import(statement: ast.stmt) -> bool:
    package = (statement.module or "").split(".")[0] if isinstance(statement, ast.ImportFrom) else ""
    return package in ("ledger", "__future__")


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return []
