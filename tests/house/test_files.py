"""Files are short enough for one sitting, say what they are for, and are named after a noun."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import ENGINES, ROOT, files, product, read

LONGEST = {"engine": 400, "other": 450}
LONGEST_FUNCTION = 70
HOMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}


def lines(path: Path) -> int:
    return len(read(path).splitlines())


def test_files_are_short() -> None:
    long = {
        str(path): lines(path)
        for path in product(".py", ".ts", ".tsx")
        if lines(path) > LONGEST["engine" if path.parts[0] in ENGINES else "other"]
    }
    assert not long, f"past one sitting, which noun is missing? {long}"


def test_functions_fit_a_screen() -> None:
    long = []
    for path in product(".py"):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > LONGEST_FUNCTION:
                long.append(f"{path}:{node.lineno} {node.name}")
    assert not long


def test_modules_say_what_they_are_for() -> None:
    written = [path for path in product(".py") if read(path).strip()]
    silent = [str(path) for path in written if not ast.get_docstring(ast.parse(read(path)))]
    assert not silent


def test_no_homeless_code() -> None:
    homeless = [
        str(path) for path in product(".py", ".ts", ".tsx") if path.stem in HOMELESS or set(path.parts) & HOMELESS
    ]
    assert not homeless, "homeless code means a missing noun"


FORBIDDEN_TEXT = {
    r"\bTODO\b|\bFIXME\b|NotImplementedError": "finish it or leave it out",
    r"pytest\.mark\.(skip|xfail)\b": "a test that cannot fail is no test",
    r"\btime\.sleep\(": "wait for what happens, not for time",
}


@pytest.mark.parametrize(("pattern", "why"), FORBIDDEN_TEXT.items())
def test_nothing_half_done(pattern: str, why: str) -> None:
    own = Path("tests/house/test_files.py")
    found = [
        f"{path}:{number}"
        for path in files(".py", ".ts", ".tsx")
        if path != own
        for number, line in enumerate(read(path).splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert not found, why


def test_no_addresses_of_registries() -> None:
    locks = [path for path in files("") if "requirements" in path.parts or path.name in ("package-lock.json", ".npmrc")]
    assert locks
    found = [str(path) for path in locks if re.search(r"https?://", read(path))]
    assert not found


def test_engines_can_be_lifted_out() -> None:
    for engine in ENGINES:
        folder = ROOT / engine
        assert (folder / "py.typed").exists()
        assert "__all__" in (folder / "__init__.py").read_text(encoding="utf-8")


def test_services_never_commit() -> None:
    found = [
        f"{path}:{number}"
        for path in product(".py")
        if path.parts[:2] in (("app", "services"), ("app", "queries"), ("app", "web"), ("app", "api"))
        and path != Path("app/services/ledger.py")  # the sequencer runs after the business commit
        for number, line in enumerate(read(path).splitlines(), 1)
        if re.search(r"\.(commit|rollback)\(\)", line)
    ]
    assert not found


def test_views_have_no_session_of_their_own() -> None:
    found = [
        str(path)
        for path in product(".py")
        if path.parts[:2] in (("app", "web"), ("app", "api")) and re.search(r"\bSession\(|sessionmaker", read(path))
    ]
    assert not found, "a view asks a query or a service"
