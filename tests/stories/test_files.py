"""Files in a browser: chosen, dropped and drawn, kept through a refusal, read again; with mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from app import create_app
from app.edge.runtime import EXTENSION
from config import Settings
from tests.app.services.filed import PDF, ask, image, setup
from tests.builders import House
from tests.stories import place
from tests.stories.conftest import SignIn
from tests.stories.gates import faults, in_language, watched
from tests.stories.hands import pick
from tests.stories.place import Place

pytestmark = pytest.mark.browser
NEW = "/books/site_visits/new"


@pytest.fixture(scope="module")
def visited(lived_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The lived-in demo, whose site visits ask for papers, photographs and a signature."""
    home = tmp_path_factory.mktemp("visited") / "home"
    with place.serving(lived_in, home) as running:
        app = create_app(Settings(home=home, argon2_memory_kib=64, argon2_rounds=1, jobs="off"))
        ask(
            House.found(app, running.passwords), "site_visits", setup("attachment", "papers", "f_80", types=["pdf"]),
            setup("image", "photos", "f_81"), setup("signature", "signed", "f_82", required=True),
        )  # fmt: skip
        app.extensions[EXTENSION].database.dispose()
        yield running


def stroke(page: Page) -> None:
    """Open the pad and draw a stroke of a signature on it."""
    page.locator("#part-signed button").click()
    pad = page.locator(".sign-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 50, steps=5)
    page.mouse.up()


def use(page: Page) -> None:
    page.locator(".sign-holder button").first.click()


def fill(page: Page) -> None:
    pick(page, "#customer", "公司")
    page.fill("#visited_on", "2026-01-02")
    page.fill("#met", "王总")
    page.select_option("#impression", "good")
    page.fill("#report", "生产正常")


@pytest.mark.parametrize(("width", "locale"), [(1440, "zh-CN"), (390, "zh-CN"), (1440, "en"), (390, "en")])
def test_files_are_attached_kept_and_read(
    visited: Place, sign_in: SignIn, tmp_path: Path, width: int, locale: str
) -> None:
    paper, photo, fake = tmp_path / "合同.pdf", tmp_path / "现场.png", tmp_path / "网页.pdf"
    paper.write_bytes(PDF + f"% {width} {locale}".encode() + b"\n%%EOF\n")
    photo.write_bytes(image(size=(400, 300)))
    fake.write_bytes(b"<html></html>")
    page = sign_in(visited, "lina", width=width)
    messages = watched(page)
    in_language(page, locale)
    page.goto(NEW)
    # By keyboard: the input is reached and opens the dialog.
    with page.expect_file_chooser() as chooser:
        page.locator("#papers").focus()
        page.keyboard.press("Enter")
    chooser.value.set_files(paper)
    expect(page.locator("#part-papers .file-list")).to_contain_text("合同.pdf")
    # By mouse: a file is dropped on the field.
    dropped = page.evaluate_handle(
        "bytes => { const made = new DataTransfer();"
        " made.items.add(new File([new Uint8Array(bytes)], '现场.png')); return made; }",
        list(photo.read_bytes()),
    )
    page.dispatch_event("[data-files=photos]", "drop", {"dataTransfer": dropped})
    expect(page.locator("#part-photos .file-list")).to_contain_text("现场.png")
    stroke(page)
    use(page)
    expect(page.locator("#part-signed .file-list")).to_contain_text("signature.png")
    assert [each for each in messages if "422" not in each] == []
    # What is refused says why, and leaves the rest alone.
    page.set_input_files("#papers", fake)
    expect(page.locator("#toasts")).to_contain_text("网页.pdf")
    page.locator("#toasts button").first.click()
    messages.clear()  # the browser itself reports the refusal
    page.click("button[data-save]")
    expect(page.locator(".error-summary")).to_be_visible()
    for part, name in (("papers", "合同.pdf"), ("photos", "现场.png"), ("signed", "")):
        expect(page.locator(f"#part-{part} .file-list")).to_contain_text(name)
        expect(page.locator(f"#part-{part} .file-list input:checked")).to_have_count(1)
    messages.clear()
    assert faults(page, messages, NEW) == []
    page.set_viewport_size({"width": width, "height": 900})
    fill(page)
    page.click("button[data-save]")
    page.wait_for_url(lambda url: not url.endswith("/new"), wait_until="commit")
    expect(page.locator("main")).to_contain_text("现场.png")
    small = page.locator(".file-small img").first
    expect(small).to_be_visible()
    for picture in page.locator(".file-small img").all():  # without eval, which the page's policy forbids
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("each => each.naturalWidth") > 0
    with page.expect_download() as kept:
        page.get_by_role("link", name="合同.pdf").click()
    assert kept.value.suggested_filename == "合同.pdf"
    assert Path(kept.value.path()).read_bytes() == paper.read_bytes()
    assert faults(page, messages, "record") == []


def test_what_is_under_way_outlives_the_answer_of_a_check(visited: Place, sign_in: SignIn, tmp_path: Path) -> None:
    """A signature half drawn and a file on its way in: the check that is answered meanwhile draws neither anew."""
    paper = tmp_path / "合同.pdf"
    paper.write_bytes(PDF + b"% slow\n%%EOF\n")
    page = sign_in(visited, "lina")
    page.goto(NEW)
    sent: list[Route] = []
    page.route("**/files*", lambda route: sent.append(route))
    stroke(page)
    page.set_input_files("#papers", paper)
    expect(page.locator("[data-files=papers]")).to_have_attribute("data-busy", "yes")
    with page.expect_response("**/check*"):
        pick(page, "#customer", "公司")
    expect(page.locator("#part-customer .errors")).to_have_count(0)
    expect(page.locator(".sign-pad")).to_be_visible()
    sent[0].continue_()
    expect(page.locator("#part-papers .file-list")).to_contain_text("合同.pdf")
    page.unroute("**/files*")
    use(page)
    expect(page.locator("#part-signed .file-list")).to_contain_text("signature.png")
