"""What every page is held to in a browser.

Gates: no fault found by axe, no console error, no report of the Content-Security-Policy, no horizontal scroll.
"""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, expect

from tests.shared import ROOT

AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"
# Only violations are told, so only they are gathered; our style sheets hold nothing that axe would have to fetch.
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'], resultTypes: ['violations'], preload: false}"
REPORTED = "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"


def watched(page: Page, *, spoken: str = "") -> list[str]:
    """What the browser complains of from now on: console errors, exceptions, reports of the policy.

    `spoken` is part of what the browser prints of its own accord when a page is refused on purpose.
    """
    messages: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not (spoken and spoken in message.text):
            messages.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.add_init_script(REPORTED)
    page.evaluate(REPORTED)
    return messages


def in_language(page: Page, language: str) -> None:
    """Switch the page to `language` unless it is so already; the choice stays with the person, not the browser."""
    if page.locator("html").get_attribute("lang") != language:
        page.locator(".top-language").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.wait_for_load_state("networkidle")


def faults(page: Page, messages: list[str], path: str) -> list[str]:
    """What the gates find on the page now open."""
    found = [f"console: {message}" for message in messages]
    messages.clear()
    if page.evaluate("typeof axe") == "undefined":  # reading it takes a browser longer than judging a page
        page.evaluate(AXE.read_text("utf-8"))
    for width, height in ((1440, 900), (1024, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{wide} px too wide at {width}")
        if width != 1024:
            found += page.evaluate(
                f"axe.run(document, {RULES}).then(r => r.violations.map("
                "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')))"
            )
    page.set_viewport_size({"width": 1440, "height": 900})
    return [f"{path}: {each}" for each in found]
