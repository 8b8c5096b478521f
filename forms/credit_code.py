"""The characters of a unified social credit code 统一社会信用代码, and the two among them that check the others."""

from __future__ import annotations

from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: digits and capitals without I, O, S, V, Z."""


@dataclass(frozen=True, slots=True)
class CheckCharacter:
    """A character that brings the weighted sum of those before it to a multiple of the modulus.

    weights  one for each character before it
    values   what a character counts is its place in here
    signs    the check characters that count 0, 1, 2 …: as many as the modulus
    """

    weights: tuple[int, ...]
    values: str
    signs: str

    def of(self, text: str) -> str:
        """The check character of `text`, which has as many characters as there are weights, all of `values`."""
        total = sum(self.values.index(each) * weight for each, weight in zip(text, self.weights, strict=True))
        return self.signs[-total % len(self.signs)]


CREDIT_CODE = CheckCharacter(tuple(pow(3, place, 31) for place in range(17)), ALPHABET, ALPHABET)
"""The 18th character after 17 (GB 32100-2015, annex)."""

ORGANISATION = CheckCharacter((3, 7, 9, 10, 5, 8, 4, 2), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789X")
"""The character after the 8 of an organisation code (GB 11714-1997), which is characters 9 to 17 of the whole."""
