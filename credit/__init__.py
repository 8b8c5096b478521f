"""How much: the credit Policy, limits, tiers and money; pure, with time and Facts as arguments."""

from credit.assessment import Assessment, assess, assess_facts, outcome, read_customer
from credit.limit import Measures, measure, tier_for
from credit.money import Money, floor_to, parse_amount
from credit.policy import Policy, check_against, compile_policy

__all__ = [
    "Assessment",
    "Measures",
    "Money",
    "Policy",
    "assess",
    "assess_facts",
    "check_against",
    "compile_policy",
    "floor_to",
    "measure",
    "outcome",
    "parse_amount",
    "read_customer",
    "tier_for",
]
