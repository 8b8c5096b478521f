"""`flask import`: lists with their faults told, all or nothing, and the Polish companies rated."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from sqlalchemy import func, select

from app.models.credit import ExposureItem, Rating
from app.models.customer import Customer, Evidence
from app.models.job import Job
from app.models.ledger import Entry
from app.models.upload import Upload
from app.services import imports
from tests.app.services.test_imports import ITEM_HEAD, customer, item, text
from tests.builders import House
from tests.shared import shared_path


def run(house: House, *words: str) -> Result:
    return house.app.test_cli_runner().invoke(args=["import", *words])


def count(house: House, table: Any) -> int:
    with house.work() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def written(folder: Path, content: bytes, name: str = "list.csv") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_the_faulty_sheet(house: House, tmp_path: Path) -> None:
    path = str(shared_path("data/customers_import_bad.xlsx"))
    refused = run(house, "customers", path)
    assert refused.exit_code == 1
    assert "K12 申请额度(元) [错误]" in refused.output
    assert "可导入 149 行，有错误 50 行" in refused.output
    assert count(house, Customer) == 0
    out = tmp_path / "result.xlsx"
    done = run(house, "customers", path, "--good-only", "--as", "sunli", "--result", str(out))
    assert done.exit_code == 1  # some rows were bad
    assert "已新建 149 户客户" in done.output
    assert count(house, Customer) == 149
    assert len(list(openpyxl.load_workbook(out).worksheets[0].iter_rows())) == 201
    with house.work() as work:
        names = set(work.session.scalars(select(Entry.actor_name).where(Entry.verb == "customer.created")))
    assert names == {"孙丽"}


def test_good_lists_and_dry_runs(house: House, tmp_path: Path) -> None:
    path = written(tmp_path, text(customer(0)))
    dry = run(house, "customers", path, "--dry-run")
    assert (dry.exit_code, count(house, Customer), count(house, Upload)) == (0, 0, 0)
    assert run(house, "customers", path).exit_code == 0
    assert count(house, Customer) == 1
    items = written(tmp_path, text(item("R1"), item("R2"), head=ITEM_HEAD), "items.csv")
    done = run(house, "items", items)
    assert done.exit_code == 0, done.output
    assert count(house, ExposureItem) == 2


def test_large_lists_run_their_jobs_here(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST_AT_ONCE", 2)
    done = run(house, "customers", written(tmp_path, text(*(customer(n) for n in range(4)))))
    assert done.exit_code == 0, done.output
    assert count(house, Customer) == 4


def test_refusals(house: House, tmp_path: Path) -> None:
    path = written(tmp_path, text(customer(0)))
    assert "找不到" in run(house, "customers", path, "--as", "nobody").output
    assert run(house, "customers", path, "--as", "lina").exit_code == 1
    assert "没有找到表头" in run(house, "customers", written(tmp_path, b"a,b\n1,2\n", "x.csv")).output
    assert run(house, "customers", str(tmp_path / "absent.csv")).exit_code == 2
    assert count(house, Customer) == 0


def first_companies(folder: Path, number: int) -> Path:
    """The first rows of the public file."""
    path = folder / "companies.csv.gz"
    with gzip.open(shared_path("data/polish_companies_year1.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        rows = [row for row, _ in zip(csv.reader(file), range(number + 1), strict=False)]
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_companies_are_stored_rated_and_seen_by_those_who_see_all(house: House, tmp_path: Path) -> None:
    path = first_companies(tmp_path, 300)
    done = run(house, "companies", str(path), "--as-of", "2025-12-31")
    assert done.exit_code == 0, done.output
    assert "新存入 300 家" in done.output
    with house.work() as work:
        rows = work.session.scalars(select(Customer)).all()
        verbs = Counter(work.session.scalars(select(Entry.verb)))
        kinds = set(work.session.execute(select(Evidence.kind, Evidence.source)).all())
    assert {(row.source, row.owner_id, row.department_id, row.currency) for row in rows} == {
        ("companies", None, None, "PLN")
    }
    assert all(row.score is not None for row in rows)
    assert all(row.coverage is not None and row.coverage <= 30 for row in rows)  # the financial dimension only
    assert kinds == {("statement", "polish_companies")}
    assert (verbs["customer.created"], verbs["evidence.stored"], verbs["rating.made"]) == (300, 300, 300)
    again = run(house, "companies", str(path))
    assert "已在档 300 家" in again.output
    assert count(house, Rating) == 300


def test_a_damaged_file_of_companies(house: House, tmp_path: Path) -> None:
    path = written(tmp_path, b"nothing", "c.csv.gz")
    done = run(house, "companies", path)
    assert done.exit_code == 1
    assert "c.csv.gz" in done.output
    assert count(house, Customer) == count(house, Job) == 0
