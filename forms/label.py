"""Words of a Definition in the reader's language: ``{"zh-CN": …, "en": …}`` with Chinese as the fallback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Label = Mapping[str, str]

LOCALES: tuple[str, ...] = ("zh-CN", "en")


def is_english(locale: str) -> bool:
    """Whether a locale name such as ``en``, ``en_GB`` or ``zh_Hans_CN`` asks for English."""
    return locale.lower().startswith("en")


def say(label: Label | None, locale: str = "zh-CN") -> str:
    """The text of `label` for `locale`; English falls back to Chinese, a missing label is empty."""
    if not label:
        return ""
    if is_english(locale):
        return label.get("en") or label.get("zh-CN", "")
    return label.get("zh-CN") or label.get("en", "")


def listed(words: Iterable[str], locale: str = "zh-CN") -> str:
    """Several words as one: ``甲、乙`` or ``A, B``."""
    return (", " if is_english(locale) else "、").join(words)
