"""The first row of every value, on disk."""

from __future__ import annotations

from app.services.imports_first import First


def test_the_first_row_with_a_value_keeps_it() -> None:
    first, other = First(), First()
    assert [first.row(7, "number", "A"), first.row(8, "number", "A"), first.row(9, "code", "A")] == [7, 7, 9]
    assert other.row(3, "number", "A") == 3, "every list has its own"
    assert [first.row(10, "a", "b"), first.row(11, "ab"), first.row(12, "a', 'b")] == [10, 11, 12], "parts stay apart"


def test_what_a_cell_holds_need_not_be_good_text() -> None:
    first = First()
    assert [first.row(1, "k", "\ud800"), first.row(2, "k", "\ud800"), first.row(3, "k", "\x00")] == [1, 1, 3]
