"""What a browser is called, from what it says of itself: a line one can compare with the device in one's hand."""

from __future__ import annotations

import re

from flask import Flask

from app.edge.locale import t

# In this order: most browsers also claim to be those they descend from.
BROWSERS = (
    ("MicroMessenger", "WeChat"), ("DingTalk", "DingTalk"), ("Lark", "Lark"), ("QQBrowser", "QQ Browser"),
    ("UCBrowser", "UC Browser"), ("Edg(?:A|iOS)?", "Edge"), ("OPR", "Opera"), ("HuaweiBrowser", "Huawei Browser"),
    ("SamsungBrowser", "Samsung Internet"), ("Firefox|FxiOS", "Firefox"), ("(?:Headless)?Chrome|CriOS", "Chrome"),
    ("Version(?=/[\\d.]+ (?:Mobile/\\w+ )?Safari)", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS|OpenHarmony", "HarmonyOS"), ("Android", "Android"),
    ("Windows", "Windows"), ("Macintosh|Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux|X11", "Linux"),
)  # fmt: skip
LONGEST = 60


def browser_words(agent: str | None) -> str:
    """Chrome 139 · Windows. Of an unknown one the beginning of what it said, of none that it is unknown."""
    if not agent:
        return t("ui.unknown")
    name = next((f"{words} {found[1]}" for mark, words in BROWSERS if (found := _version(mark, agent))), None)
    system = next((words for mark, words in SYSTEMS if re.search(mark, agent)), None)
    if name is None:
        return agent if len(agent) <= LONGEST else agent[:LONGEST] + "…"
    return f"{name} · {system}" if system else name


def _version(mark: str, agent: str) -> re.Match[str] | None:
    return re.search(rf"\b(?:{mark})/(\d{{1,4}})", agent)


def register(app: Flask) -> None:
    app.jinja_env.filters["browser"] = browser_words
