"""What others report about one customer: breaches, suits, registry changes, news, lists, enforcement, scores.

Each kind is Poisson a month: a calm yearly rate, scaled by quality where it depends on the customer, plus an extra
that grows with the square of stress. Lists and enforcement are drawn once, far likelier before a default.
"""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from app.gallery.portfolio.book import Book
from app.gallery.portfolio.chance import MONTHS, START, clamp, money, month_start, poisson
from app.gallery.portfolio.profile import Profile
from app.gallery.portfolio.rows import ExternalScore

PROVIDERS = ("征信机构甲", "征信机构乙")


class Kind(NamedTuple):
    """One type of event: yearly rate when calm, extra yearly rate at full stress, who reports it, in what words."""

    name: str
    calm: float
    stressed: float
    source: str
    texts: tuple[str, ...]


KINDS = (
    Kind(
        "contract_breach", 0.12, 3.0, "合同管理",
        ("未按约定时间付款", "拒绝按合同验收", "擅自变更收货地点", "未按期补足保证金"),
    ),
    Kind(
        "lawsuit_defendant", 0.18, 4.0, "裁判文书",
        ("买卖合同纠纷被诉", "票据追索权纠纷被诉", "劳动争议被诉", "建设工程合同纠纷被诉"),
    ),
    Kind("lawsuit_plaintiff", 0.15, 0.2, "裁判文书", ("买卖合同纠纷起诉他人",)),
    Kind("registry_change_legal_rep", 0.05, 0.8, "工商登记", ("法定代表人变更",)),
    Kind("registry_change_owner", 0.08, 0.7, "工商登记", ("股东及出资比例变更",)),
    Kind("registry_change_business", 0.06, 0.1, "工商登记", ("经营范围变更",)),
    Kind("registry_change_address", 0.06, 0.3, "工商登记", ("住所变更",)),
    Kind(
        "news_negative", 0.15, 3.0, "新闻舆情",
        ("拖欠供应商货款传闻", "产品抽检不合格", "被曝裁员停产", "主要客户流失"),
    ),
    Kind("news_neutral", 0.35, 0.0, "新闻舆情", ("参加行业展会", "签署合作协议", "新生产线投产")),
    Kind("admin_penalty", 0.05, 0.4, "行政处罚", ("环保处罚", "安全生产处罚", "税务处罚")),
)
_UNMOVED_BY_QUALITY = ("news_neutral", "lawsuit_plaintiff")
_ORDINARY = ("contract_breach", "lawsuit_defendant", "news_negative")


def add_events(book: Book, who: Profile) -> None:
    """Draw every event of `who` but the ones that mark its default."""
    scale = math.exp(-0.45 * who.quality)
    for month in range(MONTHS):
        if month_start(month) >= who.founded_on:
            _month(book, who, month, scale)
    _abnormal_operation(book, who, scale)
    _enforcement(book, who, scale)


def _month(book: Book, who: Profile, month: int, scale: float) -> None:
    rng = book.rng
    first = month_start(month)
    stress = who.stress(first)
    for kind in KINDS:
        if kind.name == "contract_breach" and month < who.active_from:
            continue
        calm = kind.calm * (1 if kind.name in _UNMOVED_BY_QUALITY else scale)
        for _ in range(poisson(rng, (calm + kind.stressed * stress * stress) / 12)):
            day = first + timedelta(days=rng.randint(0, 27))
            if who.failure and day > who.failure.day + timedelta(days=60):
                continue
            amount: Decimal | None = None
            if kind.name.startswith("lawsuit") or kind.name == "admin_penalty":
                amount = money(rng.lognormvariate(12, 1.2))
            severity = "high" if stress > 0.6 else "medium" if kind.name in _ORDINARY else "low"
            book.event(who.customer_id, day, kind.name, severity, amount, kind.source, rng.choice(kind.texts))


def _abnormal_operation(book: Book, who: Profile, scale: float) -> None:
    rng, cid = book.rng, who.customer_id
    if rng.random() >= (0.5 if who.failure else 0.015 * scale):
        return
    if who.failure:
        listed = who.failure.day - timedelta(days=rng.randint(5, 120))
    else:
        listed = max(START, who.founded_on) + timedelta(days=rng.randint(0, 900))
    text = "通过登记的住所无法联系,列入经营异常名录"
    book.event(cid, listed, "abnormal_operation_listed", "high", None, "工商登记", text)
    if not who.failure or rng.random() < 0.2:
        removed = listed + timedelta(days=rng.randint(20, 150))
        book.event(cid, removed, "abnormal_operation_removed", "low", None, "工商登记", "移出经营异常名录")


def _enforcement(book: Book, who: Profile, scale: float) -> None:
    rng, cid = book.rng, who.customer_id
    if rng.random() >= (0.55 if who.failure else 0.008 * scale):
        return
    if who.failure:
        listed = who.failure.day - timedelta(days=rng.randint(-30, 60))
    else:
        listed = max(START, who.founded_on) + timedelta(days=rng.randint(0, 1000))
    book.event(cid, listed, "enforcement", "high", money(rng.lognormvariate(13.2, 1.1)), "执行信息", "被执行人立案")
    if who.failure and rng.random() < 0.6:
        day = listed + timedelta(days=rng.randint(5, 40))
        book.event(cid, day, "dishonest_listed", "critical", None, "执行信息", "列入失信被执行人名单")


def add_scores(book: Book, who: Profile) -> None:
    """Draw the bureau scores of `who`: one a quarter, 15 % missing, falling with stress, none after a default."""
    rng = book.rng
    for month in range(max(2, who.active_from), MONTHS, 3):
        day = month_start(month)
        if who.gone_by(day):
            break
        if rng.random() < 0.85:
            score = clamp(68 + 9 * who.quality - 28 * who.stress(day) + rng.gauss(0, 4), 0, 100)
            book.scores.append(ExternalScore(who.customer_id, day, Decimal(f"{score:.1f}"), rng.choice(PROVIDERS)))


def add_ending(book: Book, who: Profile) -> tuple[str | None, str]:
    """Draw how a default ends; returns (reason or None, registration status on the last day)."""
    rng, cid = book.rng, who.customer_id
    if who.failure is None:
        return None, "存续"
    reason = rng.choice(["逾期超过90天", "破产申请", "停业失联"])
    if reason == "破产申请":
        book.event(cid, who.failure.day, "bankruptcy_filing", "critical", None, "法院公告", "被申请破产清算")
    if reason != "停业失联":
        return reason, "存续"
    status = rng.choice(["吊销", "停业"])
    text = f"登记状态变更为{status}"
    book.event(cid, who.failure.day, "registration_status_change", "critical", None, "工商登记", text)
    return reason, status
