"""The gallery's Policy for tests, and customers of the worked example."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from credit import Policy, compile_policy
from tests.rules.cards import GALLERY


def policy_body() -> dict[str, Any]:
    """A fresh copy of the body of the gallery's Policy."""
    text = (GALLERY / "policies" / "customer_credit.json").read_text(encoding="utf-8")
    body: dict[str, Any] = json.loads(text)["body"]
    return body


@cache
def gallery_policy() -> Policy:
    """The gallery's Policy, compiled once."""
    return compile_policy(policy_body())


def customer(**changes: Any) -> dict[str, Any]:
    """A customer with every input, all good; `changes` replace or add indicators, facts and amounts by name."""
    indicators = {
        "FIN_OCF_SALES": "0.08", "FIN_DEBT": "0.45", "FIN_CURRENT": "1.80", "FIN_NPM": "0.07", "STA_YEARS": 12,
        "STA_TOP1": "0.60", "STA_CHANGES": 1, "REP_NEWS": 0, "REP_SUITS": 1, "TRX_FULFIL": "0.97", "TRX_DBT": 5,
        "CON_BREACH": 0, "CON_DELAY": 1, "EXT_SCORE": "82", "GRW_REV": "0.12",
    }
    facts = {
        "dishonest_active": False, "registration_status": "存续", "bankruptcy_filing": False,
        "serious_illegal_active": False, "enforcement_amount": "0", "max_dpd": 0, "abnormal_operation_active": False,
        "breaches_180d": 0,
    }
    amounts = {"monthly_purchase": "2400000", "tangible_net_worth": "58000000"}
    for name, value in changes.items():
        next((group for group in (indicators, facts, amounts) if name in group), indicators)[name] = value
    return {"id": "T1", "variant": "MFG", "inputs": {"indicators": indicators, "facts": facts, **amounts}}
