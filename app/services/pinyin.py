"""How Chinese sounds: what customers are found by, and what keys for programs are made of."""

from __future__ import annotations


def syllables(text: str) -> list[str]:
    """The sounds of `text` without tones, one a sign; what is not Chinese stays as it is, in one piece.

    The dictionary takes as long to read as the rest of the application takes to start: it is read at first use.
    """
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(text, style=Style.NORMAL)
