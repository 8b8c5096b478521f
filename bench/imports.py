"""How fast lists come in, and how much memory that takes: rows a second and peak of the process at several sizes.

Each size runs in a process of its own over a fresh house: a list of new records or of new customers is sent in, checked
by a job, and taken over by a job. ``by cpu s`` counts rows taken over in a second of processor time, which a busy
machine does not distort. The peak is of this process, the reader of the file has its own limits. The last columns tell
rows by processor second and peak as shares of those at the smallest size: 1.00 is flat.

    python -m bench.imports [--rows 10000,50000,100000] [--lists records,customers] [--database postgresql+psycopg://…]
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import resource
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from app.jobs import drain, load_handlers
from app.services import imports
from app.services.imports_survey import CUSTOMERS, RECORDS
from bench import pages
from forms.credit_code import CREDIT_CODE, ORGANISATION
from tests.app.desk import bring
from tests.builders import House

LISTS = {RECORDS: "contracts", CUSTOMERS: None}
BY = {RECORDS: "lina", CUSTOMERS: "sunli"}
HEADS = {
    RECORDS: ("合同编号", "客户", "合同标的", "合同金额", "签订日期", "状态"),
    CUSTOMERS: ("客户编号", "客户名称", "统一社会信用代码", "所属行业", "结算币种", "注册资本(万元)"),
}


def code(number: int) -> str:
    """A unified social credit code that checks."""
    organisation = f"{number:08}"
    head = f"91330200{organisation}{ORGANISATION.of(organisation)}"
    return head + CREDIT_CODE.of(head)


def content(kind: str, rows: int) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS[kind])
    for n in range(rows):
        if kind == RECORDS:
            writer.writerow((f"HT-{n:07}", "C2", "仓储服务", (n % 5000 + 1) * 1000, "2025-12-01", "履行中"))
        else:
            writer.writerow((f"B{n:07}", f"宁波第{n}贸易有限公司", code(n), "批发业", "CNY", n % 900 + 100))
    return out.getvalue().encode()


def forget_peak() -> None:
    """Begin anew with the peak of this process, where the system can; making and sending the list is none of it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def peak_mib() -> float:
    with suppress(OSError):
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def stage(house: House) -> tuple[float, float]:
    """Run what is due; seconds by the clock and of this processor, which others may share."""
    began, busy = time.perf_counter(), time.process_time()
    drain(house.instance)
    return time.perf_counter() - began, time.process_time() - busy


def one(kind: str, rows: int, database: str) -> dict[str, float]:
    """One list of this size, checked and taken over."""
    load_handlers()
    by = BY[kind]
    with pages.furnished(database) as house:
        bring(house)
        sent = content(kind, rows)
        with house.reading(by) as view:
            found = imports.examine(view, kind, "list.csv", sent, LISTS[kind])
        with house.work(by) as work:
            upload_id = imports.keep(work, found).id
        del found, sent
        forget_peak()
        before = peak_mib()
        checking = stage(house)
        with house.work(by) as work:
            imports.take(work, upload_id, None, good_only=False)
        taking = stage(house)
        with house.work() as work:
            row = imports.get(work.session, None, upload_id)
            assert (row.status, row.stored) == ("imported", rows), (row.status, row.stored, row.report)
        peak = peak_mib()
        return {
            "check": rows / checking[0], "take": rows / taking[0], "busy": rows / taking[1], "peak": peak,
            "grown": peak - before,
        }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="10000,50000,100000", help="sizes, the smallest first")
    parser.add_argument("--lists", default=",".join(LISTS))
    parser.add_argument("--database", default="", help="PostgreSQL: fresh databases beside this one")
    parser.add_argument("--one", nargs=2, metavar=("LIST", "ROWS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one[0], int(given.one[1]), given.database)))
        return
    print("list           rows  checked/s   taken/s  by cpu s  peak MiB  for rows  taken, peak ×")
    for kind in given.lists.split(","):
        first: dict[str, float] | None = None
        for rows in map(int, given.rows.split(",")):
            with pages.beside(given.database, f"{kind}_{rows}") as database:
                command = [sys.executable, "-m", "bench.imports", "--one", kind, str(rows), "--database", database]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
            first = first or told
            steady = f"{told['busy'] / first['busy']:.2f}, {told['peak'] / first['peak']:.2f}"
            print(
                f"{kind:<10} {rows:>8} {told['check']:>10.0f} {told['take']:>9.0f} {told['busy']:>9.0f} "
                f"{told['peak']:>9.0f} {told['grown']:>9.0f}  {steady}",
                flush=True,
            )


if __name__ == "__main__":
    main()
