"""Contracts, guarantees and visits of made customers: answers to the ready-made books, drawn by customer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

SUBJECTS = (
    "年度框架供货协议", "精密零件采购", "包装材料供应", "仓储与配送服务", "注塑件采购", "设备维护服务",
    "电子元器件供货", "旺季备货补充协议",
)  # fmt: skip
GUARANTORS = ("实际控制人个人连带保证", "母公司连带责任保证", "厂房抵押", "应收账款质押", "银行保证金", "信用保险保单")
KINDS = ("surety", "surety", "mortgage", "pledge", "deposit", "insurance")
MET = ("财务负责人", "总经理、财务负责人", "采购经理", "法定代表人")
REPORTS = {
    "good": "现场生产正常，订单饱满，库存周转较快，付款流程清晰。",
    "fair": "生产基本正常，库存略高，客户表示回款周期有所延长。",
    "poor": "部分产线停工，库存积压明显，建议缩短账期并跟踪回款。",
}
SIGNS = ("idle", "wages", "stock", "moved")
Found = tuple[str, dict[str, Any]]  # which book, and the answers


def records(number: str, customer_id: str, today: date) -> Iterator[Found]:
    """What the books hold of one customer, known by its `number`; nothing for most of them."""
    rng = random.Random(f"records/{number}")
    yield from _contracts(rng, number, customer_id, today)
    if rng.random() < 0.25:
        yield _guarantee(rng, number, customer_id, today)
    if rng.random() < 0.35:
        yield _visit(rng, customer_id, today)


def _contracts(rng: random.Random, number: str, customer_id: str, today: date) -> Iterator[Found]:
    for place in range(rng.choice((0, 0, 1, 1, 2, 3))):
        signed = today - timedelta(days=rng.randint(20, 900))
        ends = signed + timedelta(days=365)
        status = "stopped" if rng.random() < 0.08 else "running" if ends >= today else "done"
        yield "contracts", {
            "contract_no": f"HT-{signed.year}-{number}-{place + 1}", "customer": customer_id,
            "subject": rng.choice(SUBJECTS), "amount": str(rng.randint(4, 400) * 5000),
            "signed_on": signed.isoformat(), "ends_on": ends.isoformat(),
            "payment_days": str(rng.choice((30, 45, 60, 90))), "status": status,
        }  # fmt: skip


def _guarantee(rng: random.Random, number: str, customer_id: str, today: date) -> Found:
    which = rng.randrange(len(KINDS))
    begins = today - timedelta(days=rng.randint(10, 700))
    return "guarantees", {
        "guarantee_no": f"DB-{begins.year}-{number}", "customer": customer_id, "kind": KINDS[which],
        "guarantor": GUARANTORS[which], "amount": str(rng.randint(2, 60) * 50_000), "valid_from": begins.isoformat(),
        "valid_to": (begins + timedelta(days=rng.choice((365, 730)))).isoformat(), "released": rng.random() < 0.1,
    }  # fmt: skip


def _visit(rng: random.Random, customer_id: str, today: date) -> Found:
    impression = rng.choices(("good", "fair", "poor"), (6, 3, 1))[0]
    share = {"good": (70, 100), "fair": (45, 75), "poor": (10, 45)}[impression]
    signs = rng.sample(SIGNS, 2) if impression == "poor" else []
    return "site_visits", {
        "customer": customer_id, "visited_on": (today - timedelta(days=rng.randint(3, 500))).isoformat(),
        "met": rng.choice(MET), "impression": impression, "running_share": f"{rng.randint(*share)}%", "signs": signs,
        "report": REPORTS[impression],
    }  # fmt: skip
