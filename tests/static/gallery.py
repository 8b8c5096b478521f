"""A small server that shows layouts and macros with made-up content, under the product's content security policy."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from wtforms import (
    BooleanField,
    DecimalField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
    widgets,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DIST = ROOT / "static" / "dist"
NONCE = "made-for-the-gallery"
POLICY = (
    f"default-src 'self'; script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'nonce-{NONCE}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")
FOLDERS = {"zh-CN": "zh_Hans_CN", "en": "en"}
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
CONTENT: dict[str, Any] = json.loads((HERE / "content.json").read_text(encoding="utf-8"))


def texts(locale: str) -> dict[str, str]:
    """The catalogue of common words in one language."""
    with (ROOT / "app" / "locale" / FOLDERS[locale] / "ui.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def options(**words: str) -> list[SelectChoice]:
    return [SelectChoice(value, shown) for value, shown in words.items()]


class RequestForm(Form):
    """One field of each control, so that each branch of the field macro is drawn."""

    customer = SelectField("客户", [validators.InputRequired("「客户」必填")], choices=options(c1="海天", c2="𠮷龘镕"))
    limit = DecimalField("申请额度", [validators.InputRequired("「申请额度」必填")], description="不超过净资产的 15%")
    term_days = IntegerField("账期", [validators.NumberRange(max=180, message="「账期」不得超过 180 天")])
    kind = RadioField("申请类型", choices=options(new="首次", more="调增"), default="new")
    guarantees = SelectMultipleField(
        "担保方式",
        choices=options(g="保证", c="抵押"),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    urgent = BooleanField("加急")
    contact = StringField("联系人", [validators.Length(max=20)])
    reason = TextAreaField("申请理由", [validators.InputRequired("「申请理由」必填")])


def menu(locale: str, here: str) -> list[dict[str, Any]]:
    """The menu of an approver: six items, so that the phone needs its "more"."""
    words = texts(locale)
    return [
        {
            "words": words[f"ui.menu.{page}"],
            "href": f"/{locale}/{page}",
            "icon": icon,
            "count": count,
            "go": go,
            "current": page == here,
        }
        for page, icon, count, go in CONTENT["menu"]
    ]


def tasks() -> list[dict[str, Any]]:
    """Rows of the inbox, the longest names among them."""
    return [
        {
            "id": f"t{n}",
            "name": name,
            "number": f"PJ20261{100 + n}",
            "kind": "年度复评",
            "before": GRADES[(n + 4) % 10],
            "after": GRADES[(n * 3 + 2) % 10],
            "score": Decimal("66.0") + n,
            "amount": Decimal(3000000 + 500000 * n),
            "step": "财务复核",
            "left": CONTENT["left"][n % 3][0],
            "way": CONTENT["left"][n % 3][1],
            "flag": CONTENT["flags"][n % 5],
        }
        for n, name in enumerate(CONTENT["names"])
    ]


def environment(locale: str) -> Environment:
    """Jinja with the globals and filters the edge gives the product's templates."""
    words = texts(locale)
    manifest = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    env = Environment(
        loader=ChoiceLoader([FileSystemLoader(ROOT / "app" / "templates"), FileSystemLoader(HERE / "pages")]),
        autoescape=True,
    )
    short = {"zh-CN": "zh_Hans_CN", "en": "en"}[locale]
    env.globals.update(
        t=lambda key, **params: words[key].format(**params),
        label=lambda value: value.get(locale) or value["zh-CN"],
        asset=lambda name: f"/static/dist/{manifest[name]}",
        csp_nonce=lambda: NONCE,
        csrf_token=lambda: "token",
        get_flashed_messages=lambda with_categories=False: [("good", "已保存。")] if with_categories else [],
        locale=locale,
    )
    env.filters.update(
        money=lambda value, currency="CNY": format_currency(value, currency, locale=short),
        wan=lambda value, unit=False, places=None: f"{format_decimal(Decimal(value) / 10000, locale=short)} 万",
        number=lambda value: format_decimal(value, locale=short),
        percent=lambda value: f"{Decimal(value) * 100:.1f}%",
        date=lambda value: format_date(value, "medium" if locale == "en" else "long", locale=short),
        datetime=lambda value: format_datetime(value, "medium", locale=short),
        timeago=str,
        grade_class=lambda key: f"grade-{GRADES.index(key) + 1}" if key in GRADES else "grade-none",
    )
    return env


def render(locale: str, page: str, **more: Any) -> str:
    """One page of the gallery in one language."""
    form = RequestForm(formdata=None, data={"term_days": 200, "contact": "李思远"})
    if page == "form":
        form.validate()
    shell = {
        "home": f"/{locale}/inbox",
        "search": f"/{locale}/customers",
        "language": "/language",
        "logout": "/logout",
        "files": "/files",
        "pick": "/pick",
        "sign_in": f"/{locale}/signin",
        "person": f"/{locale}/person",
        "bell": f"/{locale}/bell",
        "bell_count": 2,
        "name": "王丽华",
        "line": "风控审批 · 华东区",
        "here": "/",
    }
    content = {
        "menu": menu(locale, page),
        "shell": shell,
        "tasks": tasks(),
        "charts": CONTENT["charts"],
        "trace": CONTENT["trace"],
        "form": form,
        "now": NOW,
        "today": NOW.date(),
        "grades": GRADES,
        "status": 404,
        "message": None,
        "reference": "7c1f03",
        "retry": None,
    }
    return environment(locale).get_template(f"{page}.html").render(content | more)


class Handler(BaseHTTPRequestHandler):
    """Pages at /<locale>/<page>, built files at /static/dist/, decisions at /decide/<task> kept in `server.decided`."""

    server: Gallery

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: the test reads what the browser saw."""

    def answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/static/dist/"):
            file = DIST / path.removeprefix("/static/dist/")
            self.answer(200, TYPES.get(file.suffix, "text/plain"), file.read_bytes())
            return
        _, locale, page, *rest = [*path.split("/"), ""]
        if locale not in FOLDERS:
            self.answer(204, "text/plain", b"")  # such as the icon a browser asks for beside JSON
        elif page == "preview":
            task = next(each for each in tasks() if each["id"] == rest[0])
            self.answer(200, "text/html", render(locale, "preview", task=task).encode())
        elif (HERE / "pages" / f"{page}.html").exists():
            self.answer(200, "text/html", render(locale, page).encode())
        else:
            self.answer(404, "text/html", render(locale, "errors/error").encode())

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        task = urlsplit(self.path).path.rsplit("/", 1)[-1]
        self.server.decided.append((task, body))
        if task in self.server.stale:
            problem = {"title": "Conflict", "problems": [{"message": "王敏已于 09:12 同意。"}]}
            self.answer(409, "application/problem+json", json.dumps(problem).encode())
        else:
            self.answer(200, "application/json", b"{}")


class Gallery(ThreadingHTTPServer):
    """The server and what it was told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.decided: list[tuple[str, dict[str, list[str]]]] = []
        self.stale: set[str] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def gallery() -> Iterator[Gallery]:
    """The server, running while the block does."""
    server = Gallery()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
