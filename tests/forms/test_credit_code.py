"""Check characters against published codes, and what they promise: no single slip and no swap goes unnoticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.credit_code import ALPHABET, CREDIT_CODE, ORGANISATION

# Codes of well-known enterprises, as their registry pages and reports print them.
PUBLISHED = ("91440300MA5AL62RXF", "914403001922038216", "91110000802100433B", "91330100799655058B")


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_hold(code: str) -> None:
    assert CREDIT_CODE.of(code[:17]) == code[17]
    assert ORGANISATION.of(code[8:16]) == code[16]


def test_the_characters_are_those_of_the_standard() -> None:
    assert len(ALPHABET) == 31
    assert not set("IOSVZ") & set(ALPHABET)
    assert CREDIT_CODE.weights == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


@pytest.mark.parametrize(("body", "sign"), [("00000000", "0"), ("00000001", "9"), ("00000006", "X"), ("10000000", "8")])
def test_the_check_of_an_organisation_code(body: str, sign: str) -> None:
    """11 minus the sum's rest: ten is written X, eleven 0."""
    assert ORGANISATION.of(body) == sign


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_changes_the_check(first17: str, place: int, wrong: str) -> None:
    other = first17[:place] + wrong + first17[place + 1 :]
    assert (CREDIT_CODE.of(other) == CREDIT_CODE.of(first17)) == (other == first17)


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 15))
def test_two_neighbours_swapped_change_the_check(first17: str, place: int) -> None:
    other = first17[:place] + first17[place + 1] + first17[place] + first17[place + 2 :]
    assert (CREDIT_CODE.of(other) == CREDIT_CODE.of(first17)) == (other == first17)


@pytest.mark.parametrize("text", ["", "1" * 16, "1" * 18, "I" * 17, "１" * 17])
def test_what_is_no_beginning_of_a_code_has_no_check(text: str) -> None:
    with pytest.raises(ValueError):
        CREDIT_CODE.of(text)
