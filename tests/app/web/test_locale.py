"""Sentences, labels, numbers and dates in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from app.access import Right, Role, Scope
from app.edge import locale
from app.edge.locale import LANGUAGES, MissingText, catalogue, label, problem_text, speaking, t, translate
from config import Settings
from rules import Problem
from tests.builders import Clock

AREAS = ("people", "admin", "errors")
ROOT = Path(locale.__file__).resolve().parents[2]


@pytest.fixture
def spoken(app: Flask) -> Iterator[Flask]:
    with app.test_request_context():
        yield app


def _keys(area: str, folder: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with (locale.FOLDER / folder / f"{area}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_say_the_same_things(area: str) -> None:
    chinese, english = (_keys(area, folder) for folder in LANGUAGES.values())
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert text.strip()
        assert english[key].strip()
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", english[key])), key
        assert not re.search(r"[\u4e00-\u9fff]", english[key]), f"Chinese in the English text of {key}"


def test_every_closed_vocabulary_has_its_words() -> None:
    keys = {f"role.{role.value}" for role in Role}
    keys |= {f"right.{right.value}" for right in Right}
    keys |= {f"scope.{scope.name.lower()}" for scope in Scope}
    keys |= {f"setting.{name}" for name in Settings.__dataclass_fields__}
    for tag in LANGUAGES:
        assert not keys - catalogue(tag).keys()


def test_every_key_our_code_and_templates_name_has_a_sentence() -> None:
    """Literal keys only; those put together are covered by the pages' own tests."""
    files = [
        *(ROOT / "app" / "edge").glob("*.py"),
        *(ROOT / "app" / "web" / f"{name}.py" for name in ("auth", "me", "admin", "admin_users", "admin_org")),
        *(ROOT / "app" / "services" / f"{name}.py" for name in ("people", "organisation", "tokens", "passwords")),
        *(path for folder in ("auth", "me", "admin") for path in (ROOT / "app" / "templates" / folder).glob("*.html")),
    ]
    pattern = re.compile(r"""(?:\bt\(|Problem\(|Conflict\(|Field\()\s*['"]([a-z_]+(?:\.[a-z_0-9]+)+)['"]\s*[,)\]]""")
    used = {key for path in files for key in pattern.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 100
    for tag in LANGUAGES:
        assert not used - catalogue(tag).keys()


def test_missing_texts_and_parameters_are_loud_in_tests_only(spoken: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(MissingText):
        t("no.such.key")
    with pytest.raises(MissingText):
        t("sign_in.wait")
    spoken.testing = False
    assert t("no.such.key") == "no.such.key"
    assert t("sign_in.wait") == "尝试次数过多，请在 {seconds} 秒后重试"
    assert "no.such.key" in caplog.text


def test_parameters_are_shown_as_the_reader_writes_them(spoken: Flask) -> None:
    params = {"name": {"zh-CN": "华东", "en": "East"}, "people": Decimal("2.50"), "below": None}
    problem = Problem("department.not_empty", params=params)
    assert problem_text(problem) == "「华东」还有 2.50 名成员、— 个下级部门，请先移走再删除"
    with speaking("en"):
        assert problem_text(problem).startswith("“East” still has 2.50 people")
        assert t("token.days", choices=[30, 90]) == "The token may be valid for 30, 90 days"
    assert t("token.days", choices=[30, 90]) == "有效期只能是 30、90 天之一"
    at = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
    assert "2026年1月5日 09:00" in t("row.changed_by", name="x", by="y", at=at)


def test_braces_in_parameters_are_only_text(spoken: Flask) -> None:
    assert t("access.missing", what="{what.__class__}") == "找不到该{what.__class__}，可能不存在，或不在您的数据范围内"


def test_labels_fall_back_to_the_language_there_is(spoken: Flask) -> None:
    both = {"zh-CN": "注册资本", "en": "Registered capital"}
    assert (label(both), label(both, "en")) == ("注册资本", "Registered capital")
    assert label({"zh-CN": "注册资本"}, "en") == "注册资本"
    assert label({"en": "Capital"}) == "Capital"
    assert (label(None), label("plain"), label({})) == ("", "plain", "")


A = Decimal("1234567.5")


@pytest.mark.parametrize(
    ("filter_name", "args", "chinese", "english"),
    [
        ("money", (A,), "¥1,234,567.50", "CN¥1,234,567.50"),
        ("money", ("0.005",), "¥0.01", "CN¥0.01"),
        ("money", (A, "USD"), "US$1,234,567.50", "$1,234,567.50"),
        ("money", (A, "JPY"), "JP¥1,234,568", "¥1,234,568"),
        ("money", (Decimal("-3"),), "-¥3.00", "-CN¥3.00"),
        ("money", (None,), "—", "—"),
        ("wan", (Decimal(35000000),), "3,500", "3,500"),
        ("wan", (A,), "123.46", "123.46"),
        ("wan", (Decimal("0"),), "0", "0"),
        ("wan", (Decimal("49.99"),), "0", "0"),
        ("wan", (Decimal("50"),), "0.01", "0.01"),
        ("wan", (Decimal(35000000), True), "3,500 万元", "CN¥35M"),
        ("wan", (Decimal(123000000), True), "1.23 亿元", "CN¥123M"),
        ("wan", (Decimal("281000"), False, 2), "28.10", "28.10"),
        ("wan", (Decimal("5"), False, 2), "0.00", "0.00"),
        ("wan", (None,), "—", "—"),
        ("number", (A,), "1,234,567.5", "1,234,567.5"),
        ("number", (A, 2), "1,234,567.50", "1,234,567.50"),
        ("number", (A, 0), "1,234,568", "1,234,568"),
        ("number", ("84.80",), "84.8", "84.8"),
        ("number", (7,), "7", "7"),
        ("percent", (Decimal("0.1234"),), "12.34%", "12.34%"),
        ("percent", (Decimal("0.12"),), "12%", "12%"),
        ("percent", (Decimal("0.12345"), 1), "12.3%", "12.3%"),
        ("percent", (Decimal("0.125"), 0), "13%", "13%"),
        ("date", (date(2026, 11, 23),), "2026年11月23日", "Nov 23, 2026"),
        ("date", ("2026-11-23",), "2026年11月23日", "Nov 23, 2026"),
        ("date", (datetime(2026, 11, 22, 16, 0, tzinfo=UTC),), "2026年11月23日", "Nov 23, 2026"),
        ("datetime", (datetime(2026, 11, 23, 6, 3, tzinfo=UTC),), "2026年11月23日 14:03", "Nov 23, 2026 2:03\u202fPM"),
        ("datetime", ("2026-11-23T06:03:09+00:00",), "2026年11月23日 14:03", "Nov 23, 2026 2:03\u202fPM"),
        ("datetime", (None,), "—", "—"),
    ],
)
def test_filters(spoken: Flask, filter_name: str, args: tuple[object, ...], chinese: str, english: str) -> None:
    made = spoken.jinja_env.filters[filter_name]
    for tag, expected in (("zh-CN", chinese), ("en", english)):
        with speaking(tag):
            assert made(*args) == expected


@pytest.mark.parametrize("name", ["money", "wan", "number", "percent"])
def test_floats_have_no_place(spoken: Flask, name: str) -> None:
    with pytest.raises(TypeError):
        spoken.jinja_env.filters[name](1.5)


def test_timeago(spoken: Flask, clock: Clock) -> None:
    made = spoken.jinja_env.filters["timeago"]
    assert made(clock.now - timedelta(hours=3)) == "3小时前"
    assert made(clock.now + timedelta(days=2)) == "2天后"
    with speaking("en"):
        assert made(clock.now - timedelta(hours=3)) == "3 hours ago"


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("AAA",), "grade-1"),
        (("D",), "grade-10"),
        (("Z",), "grade-none"),
        ((None,), "grade-none"),
        (("X1", 0, 5), "grade-1"),
        (("X5", 4, 5), "grade-10"),
        (("X3", 2, 5), "grade-6"),
        (("X", 3), "grade-4"),
        (("X", 99), "grade-10"),
        (("X", 0, 1), "grade-1"),
        (("X", 9, 10), "grade-10"),
        (("X", 4, 10), "grade-5"),
    ],
)
def test_ten_styles_spread_over_any_ladder(args: tuple[object, ...], expected: str) -> None:
    assert locale.grade_class(*args) == expected  # type: ignore[arg-type]


def test_ranks_never_share_a_style_while_there_are_enough() -> None:
    for of in range(2, 11):
        styles = [locale.grade_class("x", rank, of) for rank in range(of)]
        assert len(set(styles)) == of


def test_without_a_request_the_language_is_named() -> None:
    assert translate("en", "role.sales", {}) == "Sales"
    assert translate("zh-CN", "role.sales", {}) == "销售"
