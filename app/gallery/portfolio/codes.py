"""Unified social credit codes: the two check characters, a test for validity, and codes made at random."""

from __future__ import annotations

import random

CHARSET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100-2015: no I, O, S, V, Z."""

_WEIGHTS_18 = tuple(pow(3, i, 31) for i in range(17))
_WEIGHTS_9 = (3, 7, 9, 10, 5, 8, 4, 2)
_VALUE = {c: i for i, c in enumerate(CHARSET)}


def org_check(body: str) -> str:
    """The check character of an 8-character organisation code (GB 11714; letters count A=10 .. Z=35)."""
    rest = 11 - sum(int(c, 36) * w for c, w in zip(body, _WEIGHTS_9, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def credit_check(first17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(_VALUE[c] * w for c, w in zip(first17, _WEIGHTS_18, strict=True))
    return CHARSET[(31 - total % 31) % 31]


def sealed(first8: str, organisation: str) -> str:
    """A whole code from its registration part (8 characters) and its organisation body (8 characters)."""
    first17 = first8 + organisation + org_check(organisation)
    return first17 + credit_check(first17)


def is_valid(code: str) -> bool:
    """Whether both check characters hold and only permitted characters occur."""
    return (
        len(code) == 18
        and all(c in _VALUE for c in code)
        and code[16] == org_check(code[8:16])
        and code[17] == credit_check(code[:17])
    )


def random_code(rng: random.Random, district: str) -> str:
    """A valid enterprise code of `district` (six digits of GB/T 2260) whose body is drawn at random."""
    return sealed("91" + district, "MA" + "".join(rng.choice(CHARSET) for _ in range(6)))
