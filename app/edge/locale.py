"""The reader's language: sentences from the catalogues, labels of Definitions, numbers and dates as it writes them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import flask_babel
from babel import Locale, numbers
from babel.dates import format_skeleton
from babel.messages.pofile import read_po
from flask import Flask, current_app, g, has_app_context, has_request_context, request

from app.edge.runtime import runtime
from rules import Problem
from rules.figures import plain

LANGUAGES: Mapping[str, str] = {"zh-CN": "zh_Hans_CN", "en": "en"}  # language tag: catalogue folder and Babel locale
COOKIE = "locale"
NOTHING = "—"
LADDER = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")
STYLES = 10  # grade-1 … grade-10 (ui.md U24)
FOLDER = Path(__file__).resolve().parent.parent / "locale"

log = logging.getLogger(__name__)


class MissingText(LookupError):
    """A key without a sentence, or a sentence without its parameter: an error in tests, the key itself elsewhere."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every sentence of a language, from all its .po files. The same key in two files is a mistake."""
    texts: dict[str, str] = {}
    for path in sorted((FOLDER / LANGUAGES[language]).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, abort_invalid=True):
                if not message.id or not message.string or message.fuzzy:
                    continue
                key = str(message.id)
                if key in texts:
                    raise ValueError(f"{path.name}: {key} stands in another catalogue already")
                texts[key] = str(message.string)
    return texts


def language() -> str:
    """The tag of the language being written now: zh-CN or en."""
    if not has_app_context():
        return "zh-CN"
    babel_locale = flask_babel.get_locale()
    return "en" if babel_locale is not None and babel_locale.language == "en" else "zh-CN"


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Write in this language inside: for mails, reports and jobs, whose reader is not the one asking."""
    with flask_babel.force_locale(LANGUAGES[tag]):
        yield


def t(key: str, /, **params: Any) -> str:
    """The sentence of `key` in the reader's language, with its {params} filled in."""
    return translate(language(), key, params)


def translate(tag: str, key: str, params: Mapping[str, Any]) -> str:
    """As `t`, in a language named."""
    text = catalogue(tag).get(key)
    if text is None:
        return _missing(f"{key} has no sentence in {tag}", key)
    try:
        return text.format_map({name: shown(value, tag) for name, value in params.items()})
    except (KeyError, IndexError, ValueError) as error:
        return _missing(f"{key} in {tag} cannot be filled in: {error!r}", text)


def has_text(key: str) -> bool:
    return key in catalogue(language())


def _missing(what: str, instead: str) -> str:
    if has_app_context() and current_app.testing:
        raise MissingText(what)
    log.warning("%s", what)
    return instead


def label(value: Mapping[str, str] | str | None, tag: str | None = None) -> str:
    """The label an admin wrote, in the reader's language or, failing that, in the one there is."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return value.get(tag or language()) or value.get("zh-CN") or next((text for text in value.values() if text), "")


def shown(value: Any, tag: str) -> Any:
    """A parameter of a sentence as the reader sees it."""
    if value is None:
        return NOTHING
    if isinstance(value, Mapping):
        return label(value, tag)
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (list, tuple, set, frozenset)):
        between = ", " if tag == "en" else "、"
        return between.join(str(shown(each, tag)) for each in value)
    return value


def problem_text(problem: Problem) -> str:
    """What is wrong and what to do, in the reader's language."""
    words = CODED.get(problem.code, {})
    return t(problem.code, **{name: _worded(words.get(name), value) for name, value in problem.params.items()})


def problem_sentence(tag: str, problem: Problem) -> str:
    """The same where nobody is signed in, in a language named."""
    return translate(tag, problem.code, problem.params)


# Parameters that are codes with words of their own, by the sentence they stand in: name → beginning of the key.
CODED: Mapping[str, Mapping[str, str]] = {
    "task.already_decided": {"answer": "flow.answer"},
    "task.closed": {"status": "flow.task"},
    "decide.answer": {"allowed": "flow.answer"},
    "duties.conflict": {"reason": "duties.reason"},
    "return.resubmit": {"allowed": "flow.resubmit"},
    "case.final": {"status": "flow.status"},
    "case.not_returned": {"status": "flow.status"},
    "case.not_failed": {"status": "flow.status"},
    "job.finished": {"status": "job.status"},
    "job.not_failed": {"status": "job.status"},
    "job.already_open": {"name": "job.name"},
}


def _worded(key: str | None, value: Any) -> Any:
    if key is None:
        return value
    if isinstance(value, (list, tuple)):
        return [_worded(key, each) for each in value]
    return t(f"{key}.{value}") if has_text(f"{key}.{value}") else value


def _decimal(value: Decimal | int | str) -> Decimal:
    if isinstance(value, float):
        raise TypeError("amounts and ratios are Decimal, never float")
    return Decimal(value)


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _babel() -> Locale:
    return Locale.parse(LANGUAGES[language()])


def _pattern(places: int | None, most: int) -> str:
    fraction = "#" * most if places is None else "0" * places
    return "#,##0." + fraction if fraction else "#,##0"


def format_money(value: Decimal | int | str | None, currency: str = "CNY") -> str:
    """¥1,234,567.50 in Chinese, CN¥1,234,567.50 in English."""
    if value is None:
        return NOTHING
    amount = _rounded(_decimal(value), numbers.get_currency_precision(currency))
    return numbers.format_currency(amount, currency, locale=_babel())


def format_wan(value: Decimal | int | str | None, unit: bool = False, places: int | None = None) -> str:
    """An amount in ten thousands; with `unit` as a phrase: 3,500 万元, 1.23 亿元, CN¥35M.

    At most two places, or exactly `places`, for columns whose figures stand under each other.
    """
    if value is None:
        return NOTHING
    amount = _decimal(value)
    if unit and language() == "en":
        return numbers.format_compact_currency(amount, "CNY", locale="en", fraction_digits=2)
    size, word = (8, " 亿元") if unit and abs(amount) >= 10**8 else (4, " 万元")
    exact = _rounded(amount.scaleb(-size), 2 if places is None else places)
    text = numbers.format_decimal(exact, _pattern(places, 2), locale=_babel())
    return text + word if unit else text


def plain_wan(value: Decimal) -> str:
    """An amount in ten thousands as charts read it: at most two places, no separators, no zeros at the end."""
    return plain(_rounded(value.scaleb(-4), 2))


def format_number(value: Decimal | int | str | None, places: int | None = None) -> str:
    """With thousands separators; exactly `places` decimals, or as many as there are, up to eight."""
    if value is None:
        return NOTHING
    exact = _rounded(_decimal(value), 8 if places is None else places)
    return numbers.format_decimal(exact, _pattern(places, 8), locale=_babel())


def format_percent(value: Decimal | int | str | None, places: int | None = None) -> str:
    """A ratio as percentage: 0.1234 is 12.34%; exactly `places` decimals, or at most two."""
    if value is None:
        return NOTHING
    hundredfold = _rounded(_decimal(value).scaleb(2), 2 if places is None else places)
    return numbers.format_decimal(hundredfold, _pattern(places, 2), locale=_babel()) + "%"


def format_date(value: date | datetime | str | None) -> str:
    """2026年11月23日, Nov 23, 2026; an instant is told as the day it was in the configured zone."""
    if value is None:
        return NOTHING
    day = date.fromisoformat(value[:10]) if isinstance(value, str) and len(value) == 10 else _instant(value)
    return str(flask_babel.format_date(day, "medium"))


def format_datetime(value: datetime | str | None) -> str:
    """2026年11月23日 14:03, in the configured zone."""
    if value is None:
        return NOTHING
    instant = _instant(value)
    return f"{flask_babel.format_date(instant, 'medium')} {flask_babel.format_time(instant, 'short')}"


def format_brief(value: datetime | str | None) -> str:
    """11月23日 14:03, Nov 23, 14:03; with the year where it is another one than now."""
    if value is None:
        return NOTHING
    zone = flask_babel.get_timezone()
    instant = _instant(value).astimezone(zone)
    if instant.year != runtime().clock().astimezone(zone).year:
        return format_datetime(value)
    return f"{format_skeleton('MMMd', instant, locale=_babel())} {flask_babel.format_time(instant, 'short')}"


def format_timeago(value: datetime | str | None) -> str:
    """3 小时前, 3 hours ago; 2 天后, in 2 days."""
    if value is None:
        return NOTHING
    away = _instant(value) - runtime().clock()
    return str(flask_babel.format_timedelta(away, add_direction=True))


def _instant(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def grade_class(grade: str | None, rank: int | None = None, of: int | None = None) -> str:
    """The style of a grade: ten styles spread over the ranks (0 is best) of a ladder of `of` grades."""
    if grade is None:
        return "grade-none"
    if rank is None:
        return f"grade-{LADDER.index(grade) + 1}" if grade in LADDER else "grade-none"
    if of is None or of < 2:
        return f"grade-{min(max(rank, 0), STYLES - 1) + 1}"
    return f"grade-{1 + (2 * rank * (STYLES - 1) + of - 1) // (2 * (of - 1))}"


def pick_language(accepted: Sequence[str] = tuple(LANGUAGES)) -> str:
    """The person's own choice, else the browser's cookie, else what it asks for, else the setting.

    A program that calls with a token says itself, call by call, in which language it wants to be answered.
    """
    default = runtime().settings.locale
    if not has_request_context():
        return default
    wanted = request.accept_languages.best_match(["zh-CN", "zh-Hans-CN", "zh", "en"])
    if wanted is None or not g.get("bearer"):
        for choice in (g.get("user_locale"), request.cookies.get(COOKIE)):
            if choice in accepted:
                return str(choice)
    if wanted is None:
        return default
    return "en" if wanted == "en" else "zh-CN"


def register(app: Flask) -> None:
    """Babel for dates, and what templates write with."""
    app.config["BABEL_DEFAULT_LOCALE"] = "zh_Hans_CN"
    flask_babel.Babel(
        app,
        locale_selector=lambda: LANGUAGES[pick_language()],
        timezone_selector=lambda: runtime().settings.timezone,
    )
    app.jinja_env.globals.update(
        t=t, label=label, language=language, problem_text=problem_text, has_text=has_text, LANGUAGES=tuple(LANGUAGES)
    )
    app.jinja_env.filters.update(
        money=format_money,
        wan=format_wan,
        number=format_number,
        percent=format_percent,
        date=format_date,
        datetime=format_datetime,
        timeago=format_timeago,
        brief=format_brief,
        grade_class=grade_class,
        label=label,
    )
