"""A small server that shows the layouts and macros with made-up content, under the product's content security policy."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
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
from wtforms.fields.choices import SelectChoice

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DIST = ROOT / "static" / "dist"
NONCE = "made-for-the-gallery"
POLICY = (
    f"default-src 'self'; script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'nonce-{NONCE}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")
FOLDERS = {"zh-CN": "zh_Hans_CN", "en": "en"}
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LONG_ZH = "中华人民共和国华东地区橡胶与塑料制品精密机械制造及国际贸易进出口供应链管理服务股份有限公司宁波分公司第一事业部"
LONG_EN = "The Extraordinarily Long Named International Precision Machinery and Plastics Trading Company of Eastern China Limited"


def texts(locale: str) -> dict[str, str]:
    """The catalogue of common words in one language."""
    with (ROOT / "app" / "locale" / FOLDERS[locale] / "ui.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def options(**words: str) -> list[SelectChoice]:
    return [SelectChoice(value, shown) for value, shown in words.items()]


class RequestForm(Form):
    """One field of each control, so that each branch of the field macro is drawn."""

    customer = SelectField("客户", choices=options(c1="宁波海天塑料科技股份有限公司", c2="𠮷龘镕贸易"), validators=[validators.InputRequired()])
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
    items = [("inbox", "inbox", "inbox", 12, "i"), ("done", "done", "done", 0, None), ("customers", "customers", "customers", 0, "c"),
             ("ratings", "rating", "ratings", 0, None), ("alerts", "alert", "alerts", 3, None), ("reports", "report", "reports", 0, None)]
    return [
        {"words": words[f"ui.menu.{key}"], "href": f"/{locale}/{page}", "icon": icon, "count": count, "go": go, "current": page == here}
        for key, icon, page, count, go in items
    ]


def tasks(locale: str) -> list[dict[str, Any]]:
    """Rows of the inbox, the longest names among them."""
    names = ["苏州恒瑞精密机械有限公司", "宁波海天塑料科技股份有限公司", LONG_ZH, "山东鲁泰纺织集团有限公司", "𠮷龘镕（杭州）信息技术有限公司",
             LONG_EN, "武汉长江港航物流有限公司", "成都天府食品工业有限公司", "青岛海润新材料股份有限公司", "厦门鹭岛国际贸易有限公司"]
    flags = [None, ("触发否决", "bad"), ("人工调整", "warn"), ("触发否决", "bad"), ("缺报表", "warn")]
    return [
        {"id": f"t{n}", "name": name, "number": f"PJ20261{100 + n}", "kind": "年度复评", "before": GRADES[(n + 4) % 10],
         "after": GRADES[(n * 3 + 2) % 10], "score": Decimal("66.0") + n, "amount": Decimal(3000000 + 500000 * n), "step": "财务复核",
         "left": ["超时 3 小时", "1 天 3 小时", "5 小时"][n % 3], "way": ["bad", None, "warn"][n % 3], "flag": flags[n % 5]}
        for n, name in enumerate(names)
    ]


CHARTS = {
    "radar": {"kind": "radar", "axes": [{"name": n} for n in ("偿债能力", "经营背景", "履约记录", "成长性", "营运能力", "盈利能力")],
              "series": [{"name": "本期", "values": ["71", "82", "78", "88", "66", "80"]},
                         {"name": "行业中位", "values": ["64", "69", "75", "60", "62", "66"]}]},
    "step": {"kind": "step", "x": ["22Q1", "22Q3", "23Q1", "23Q3", "24Q1", "24Q3"], "levels": ["B", "BB", "BBB", "A", "AA", "AAA"],
             "values": ["BBB", "BBB", "A", None, "BBB", "AA"]},
    "stack": {"kind": "stack", "x": ["7月", "8月", "9月", "10月", "11月"], "unit": "万元",
              "series": [{"name": "未到期", "values": ["1500", "1620", "1580", "1700", "1690"]},
                         {"name": "逾期 1–30", "values": ["110", "100", "150", "110", "130"]},
                         {"name": "逾期 31–90", "values": ["40", "50", "20", "40", "60"]},
                         {"name": "逾期 >90", "values": ["10", "10", "15", "20", "25"]}]},
    "bar": {"kind": "bar", "x": list(GRADES), "values": [12, 140, 420, 510, 388, 240, 130, 84, 40, 15],
            "styles": [f"grade-{n}" for n in range(1, 11)]},
    "line": {"kind": "line", "x": ["7月", "8月", "9月"], "series": [{"name": "额度", "values": [1, 2, 3]}, {"name": "敞口", "values": [1, 1.5, 2]}]},
}  # fmt: skip

TRACE = [
    {"level": "dimension", "name": "财务健康度", "points": "72.00", "weight": "30", "share": "21.60", "causes": []},
    {"level": "factor", "name": "资产负债率", "value": "0.61", "band": "0.55–0.65", "points": "60", "weight": "40", "share": "7.20",
     "share_max": 12, "causes": [], "note": "2025 年审计报告，327 天前"},
    {"level": "factor", "name": "利息保障倍数", "value": None, "band": None, "points": None, "weight": "20", "share": None, "share_max": 6,
     "causes": ["缺少利润表，按缺失处理"], "note": None},
    {"level": "total", "name": "总分", "points": None, "weight": None, "share": "83.60", "causes": []},
]  # fmt: skip


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
        wan=lambda value: f"{format_decimal(Decimal(value) / 10000, locale=short)} 万",
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
    return environment(locale).get_template(f"{page}.html").render(
        menu=menu(locale, page), tasks=tasks(locale), charts=CHARTS, trace=TRACE, form=form, now=NOW, today=date(2026, 11, 23), grades=GRADES,
        shell={"home": f"/{locale}/inbox", "search": f"/{locale}/customers", "language": "/language", "logout": "/logout", "sign_in": f"/{locale}/signin",
               "person": f"/{locale}/person", "bell": f"/{locale}/bell", "bell_count": 2, "name": "王丽华", "line": "风控审批 · 华东区", "here": "/"},
        status=404, message=None, reference="7c1f03", retry=None, **more,
    )  # fmt: skip


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
            self.answer(404, "text/plain", b"")
        elif page == "preview":
            task = next(each for each in tasks(locale) if each["id"] == rest[0])
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
            self.answer(409, "application/problem+json", json.dumps({"title": "x", "problems": [{"message": "王敏已于 09:12 同意。"}]}).encode())
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
