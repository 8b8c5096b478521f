"""What is refused is refused in words: for each kind of fault of each type, the sentence both readers get.

`data/told.tsv` holds one row for each type and code that `data/reading.csv` refuses, with the sentences as they read.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.forms.build import filled, form_of, refused, setup
from tests.forms.test_reading import rows

TABLE = Path(__file__).parent / "data" / "told.tsv"


def told_rows() -> list[list[str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


@pytest.mark.parametrize(("type", "members", "raw", "code", "chinese", "english"), told_rows())
def test_sentence(type: str, members: str, raw: str, code: str, chinese: str, english: str) -> None:
    problem = refused(form_of(setup(type, **json.loads(members))), {"x": json.loads(raw)})[0]
    assert problem.code == code
    assert filled(problem, "zh-CN") == chinese
    assert filled(problem, "en") == english


def test_each_refusal_of_the_table_of_readings_is_told() -> None:
    wanted = {(type, want[1:]) for type, _, _, want in rows() if want.startswith("!")}
    assert {(row[0], row[3]) for row in told_rows()} == wanted


def write() -> None:
    """Fill the table anew: ``python -m tests.forms.test_told``; read what changed before keeping it."""
    seen: dict[tuple[str, str], str] = {}
    for type, members, raw, want in rows():
        if not want.startswith("!") or (type, want[1:]) in seen:
            continue
        problem = refused(form_of(setup(type, **json.loads(members))), {"x": json.loads(raw)})[0]
        line = [type, members, raw, problem.code, filled(problem, "zh-CN"), filled(problem, "en")]
        seen[type, problem.code] = "\t".join(line)
    TABLE.write_text("\n".join(["type\tsetup\traw\tcode\tzh-CN\ten", *seen.values()]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
