"""Unified social credit codes made at random, valid to both check characters."""

from __future__ import annotations

import random

from forms.credit_code import ALPHABET, CREDIT_CODE, ORGANISATION


def sealed(first8: str, organisation: str) -> str:
    """A whole code from its registration part (8 characters) and its organisation body (8 characters)."""
    first17 = first8 + organisation + ORGANISATION.of(organisation)
    return first17 + CREDIT_CODE.of(first17)


def random_code(rng: random.Random, district: str) -> str:
    """A valid enterprise code of `district` (six digits of GB/T 2260) whose body is drawn at random."""
    return sealed("91" + district, "MA" + "".join(rng.choice(ALPHABET) for _ in range(6)))
