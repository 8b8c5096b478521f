"""Two ways of building a form in its designer: by mouse, and by keys alone; both count what they cost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from playwright.sync_api import Locator, Page

from tests.stories.hands import focused

BEHIND = "it => (document.activeElement.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_PRECEDING) !== 0"
HERE = "it => it === document.activeElement"
FAR = 120


def at(place: str) -> str:
    return f"[data-place='{place}']"


class Hand(ABC):
    """`keys`, `clicks` and `typed` count strokes that move or choose, presses of the mouse, and letters of texts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = self.clicks = self.typed = 0

    def key(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)
            self.keys += 1

    def text(self, words: str) -> None:
        self.page.keyboard.insert_text(words)
        self.typed += len(words)

    def write(self, selector: str, words: str) -> None:
        """Over whatever stands there."""
        self.reach(selector)
        if self._one(selector).get_attribute("type") == "date":
            self._date(selector, words)
            return
        self.key("Control+a")
        self.text(words)

    def _date(self, selector: str, day: str) -> None:
        """Figure by figure into the browser's own control, in whichever order it asks for them."""
        year, month, date = day.split("-")
        for figures in (month + date + year, year + month + date):
            self.key(*figures)
            if self._one(selector).input_value() == day:
                return
        raise AssertionError(f"{day} could not be typed")

    def paste(self, selector: str, rows: list[list[str]]) -> None:
        """Cells copied from a spreadsheet."""
        self.reach(selector)
        sheet = "\n".join("\t".join(row) for row in rows)
        self.page.evaluate("text => navigator.clipboard.writeText(text)", sheet)
        self.key("Control+v")

    @abstractmethod
    def reach(self, selector: str) -> None:
        """The focus stands on it afterwards."""

    @abstractmethod
    def press(self, selector: str) -> None: ...

    @abstractmethod
    def tick(self, selector: str) -> None: ...

    @abstractmethod
    def choose(self, selector: str, value: str) -> None:
        """The option of a select with this value."""

    @abstractmethod
    def add(self, type_: str) -> None:
        """A field of this type behind what is chosen, or a section; its words can be written then."""

    @abstractmethod
    def canvas(self) -> None:
        """Back to what is chosen on the canvas."""

    @abstractmethod
    def part(self, name: str) -> None:
        """Another part of the designer, named as its button reads."""

    def _one(self, selector: str) -> Locator:
        return self.page.locator(selector).locator("visible=true").first


class ByMouse(Hand):
    def reach(self, selector: str) -> None:
        self._one(selector).click()
        self.clicks += 1

    press = tick = reach

    def choose(self, selector: str, value: str) -> None:
        self._one(selector).focus()  # as pressing on it does, which leaves whatever was being typed
        self._one(selector).select_option(value)
        self.clicks += 2

    def add(self, type_: str) -> None:
        self.reach(f".form-palette [data-type={type_}]")

    def canvas(self) -> None:
        """Nothing to do: the mouse goes where it wants."""

    def part(self, name: str) -> None:
        self.reach(f".design-sections button:has-text('{name}')")


class ByKeys(Hand):
    def reach(self, selector: str) -> None:
        goal = self._one(selector).element_handle()
        way = "Shift+Tab" if goal.evaluate(BEHIND) else "Tab"
        for _ in range(FAR):
            if goal.evaluate(HERE):
                return
            self.key(way)
        raise AssertionError(f"{FAR} times {way} never came to {selector}")

    def press(self, selector: str) -> None:
        self.reach(selector)
        self.key("Enter")

    def tick(self, selector: str) -> None:
        self.reach(selector)
        self.key("Space")

    def choose(self, selector: str, value: str) -> None:
        self.reach(selector)
        found: Any = self.page.evaluate(
            "value => { const s = document.activeElement;"
            " return [...s.options].findIndex(o => o.value === value) - s.selectedIndex; }",
            value,
        )
        self.key(*(["ArrowDown"] * found if found > 0 else ["ArrowUp"] * -found))

    def add(self, type_: str) -> None:
        self.key("Control+Enter")
        assert focused(self.page, ".form-palette input")
        self.text(type_)
        self.key("Enter")

    def canvas(self) -> None:
        for _ in range(2):  # the first may only end what is picked in a grid
            self.key("Escape")
            if focused(self.page, ".form-canvas [data-stop]"):
                return
        raise AssertionError("Escape never led back to the canvas")

    def part(self, name: str) -> None:
        self.press(f".design-sections button:has-text('{name}')")
