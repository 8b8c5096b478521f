"""WTForms fields that show a Form and collect what a person typed, untouched: judging is `check`'s work alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from wtforms import Field as WebField
from wtforms import FieldList, Form, HiddenField, widgets

from rules import Problem

ABSENT: Any = object()

if TYPE_CHECKING:
    _Entries = FieldList[Any]
else:
    _Entries = FieldList


class Control(WebField):
    """A control whose data is the raw text of the page; `raw` is ABSENT when the page did not hold it."""

    widget: Any = widgets.TextInput()
    told: tuple[Problem, ...] = ()
    filled = False

    def __init__(
        self, *args: Any, to_text: Callable[[Any], str] = str, kind: str = "text", key: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.to_text = to_text
        self.kind = kind
        self.key = key
        if self.description:
            self.render_kw = {**(self.render_kw or {}), "aria-describedby": f"{self.id}-help"}

    def process_data(self, value: Any) -> None:
        self.data = None if value is None else self.to_text(value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if valuelist:
            self.filled = True
            self.data = str(valuelist[0])

    def _value(self) -> str:
        return self.data or ""

    def raw(self) -> Any:
        return self.data if self.filled else ABSENT

    def tell(self, problems: Iterable[Problem]) -> None:
        """Tie Problems of this field to its control for screen readers and the template."""
        self.told = tuple(problems)
        if self.told:
            described = (self.render_kw or {}).get("aria-describedby", "")
            self.render_kw = {
                **(self.render_kw or {}),
                "aria-invalid": "true",
                "aria-describedby": f"{described} {self.id}-error".strip(),
            }


class Lines(Control):
    """Text of several lines."""

    widget = widgets.TextArea()


class Percent(Control):
    """A percentage: the box shows a % sign, so a bare number typed there means that many per cent."""

    def raw(self) -> Any:
        raw = super().raw()
        if isinstance(raw, str) and raw.strip() and raw.strip()[-1] not in "%％":
            return raw + "%"
        return raw


def day_input(control: Control, **kwargs: Any) -> Markup:
    """The browser's own date picker, or plain text where what was typed is no ISO date and would be lost in it."""
    typed = control._value()
    iso = len(typed) == 10 and typed[4] == typed[7] == "-" and typed.replace("-", "").isdigit()
    widget = widgets.DateInput() if iso or not typed else widgets.TextInput()
    return Markup(widget(control, **kwargs))


def belongs(control: Options, code: str) -> Markup:
    """Which answers of another field an option goes with, for the script that hides the rest."""
    under = control.under.get(code)
    return Markup(' data-under="{}"').format(" ".join(under)) if under else Markup("")


def select(control: Options, **kwargs: Any) -> Markup:
    """A list to pick one from; neighbours that go with the same answers of another field stand under these."""
    kwargs.setdefault("id", control.id)
    options = Markup("")
    for group, offers in groupby(control.offers(), key=lambda each: control.groups.get(each[0], "")):
        inside = Markup("").join(
            Markup('<option value="{}"{}{}>{}</option>').format(
                code, Markup(" selected") if chosen else "", belongs(control, code), text
            )
            for code, text, chosen in offers
        )
        options += Markup('<optgroup label="{}">{}</optgroup>').format(group, inside) if group else inside
    return Markup("<select {}>{}</select>").format(Markup(widgets.html_params(name=control.name, **kwargs)), options)


def tick_boxes(control: Options, **kwargs: Any) -> Markup:
    """One box an option in a named group; an empty hidden input tells "none" from "not on this page"."""
    boxes = Markup("").join(
        Markup('<label><input type="checkbox" id="{}-{}" name="{}" value="{}"{}{}> {}</label>').format(
            control.id, index, control.name, code, Markup(" checked") if chosen else "", belongs(control, code), text
        )
        for index, (code, text, chosen) in enumerate(control.offers())
    )
    marker = Markup('<input type="hidden" name="{}" value="">').format(control.name)
    kwargs = {"id": control.id, "role": "group", "aria-label": control.label.text, **kwargs, "class": "ticks"}
    return Markup("<div {}>{}{}</div>").format(Markup(widgets.html_params(**kwargs)), marker, boxes)


def words(control: Words, **kwargs: Any) -> Markup:
    """The text of a note."""
    return Markup("<p>{}</p>").format(control.description)


class Day(Control):
    """A date."""

    widget = staticmethod(day_input)


_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def moment_input(control: Control, **kwargs: Any) -> Markup:
    """The browser's own picker of date and time, or plain text for what it could not hold."""
    typed = control._value()
    found = _LOCAL.fullmatch(typed)
    if found is not None and found[1]:
        kwargs["step"] = "1"
    widget = widgets.DateTimeLocalInput() if found is not None or not typed else widgets.TextInput()
    return Markup(widget(control, **kwargs))


class Moment(Control):
    """A date and a time of day, as the clock of the zone shows them."""

    widget = staticmethod(moment_input)

    def process_data(self, value: Any) -> None:
        seconds = "seconds" if value is not None and value.second else "minutes"
        self.data = None if value is None else value.replace(tzinfo=None).isoformat(timespec=seconds)


class Options(Control):
    """One of a list. What was posted or stored stays selected even when it is not offered any more.

    `choices` are (code, text) pairs to offer, `names` the texts of codes no longer offered. `under` are the codes of
    another field each code belongs to, for the page's own use: without script all are offered, by `groups`, the
    words a code stands under, which the page sets.
    """

    widget: Any = staticmethod(select)

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str]] = (), names: Mapping[str, str] | None = None,
        under: Mapping[str, Sequence[str]] | None = None, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.under = dict(under or {})
        self.groups: Mapping[str, str] = {}
        self.choices = tuple(choices)
        self.names = dict(names or {})

    def chosen(self) -> tuple[str, ...]:
        return (self.data or "",)

    def offers(self) -> Iterable[tuple[str, str, bool]]:
        """(code, text, whether chosen), what is chosen but not on offer last."""
        chosen = self.chosen()
        known = {code for code, _ in self.choices}
        rest = [(code, self.names.get(code, code)) for code in chosen if code and code not in known]
        return [(code, text, code in chosen) for code, text in (*self.choices, *rest)]


class ManyOptions(Options):
    """Several of a list, as tick boxes."""

    widget = staticmethod(tick_boxes)
    data: Any

    def process_data(self, value: Any) -> None:
        self.data = list(value or ())

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if valuelist:
            self.filled = True
            self.data = [str(v) for v in valuelist if v != ""]

    def chosen(self) -> tuple[str, ...]:
        return tuple(self.data or ())


class Words(WebField):
    """A note: label and text to show, nothing to collect."""

    widget: Any = staticmethod(words)
    told: tuple[Problem, ...] = ()

    def __init__(self, *args: Any, kind: str = "note", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def raw(self) -> Any:
        return ABSENT


class Rows(_Entries):
    """Rows of a sub-form; an input of the list's own name tells "no rows" from "not on this page"."""

    told: tuple[Problem, ...] = ()
    kind = "subform"
    filled = False

    def __init__(self, *args: Any, key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key

    def process(self, formdata: Any, data: Any = ABSENT, extra_filters: Any = None) -> None:
        rows = () if data is ABSENT or data is None or not isinstance(data, list | tuple) else data
        super().process(formdata, [dict(row) for row in rows], extra_filters)
        self.filled = formdata is not None and (
            self.name in formdata or any(name.startswith(f"{self.name}-") for name in formdata)
        )

    def raw(self) -> Any:
        return [entry.form.raw_answers() for entry in self.entries] if self.filled else ABSENT

    def tell(self, problems: Iterable[Problem]) -> None:
        self.told = tuple(problems)


class PageForm(Form):
    """A WTForms form that only shows and collects; `check` judges what `raw_answers` holds."""

    def controls(self) -> Iterable[tuple[str, Any]]:
        """Each control by its key, in written order."""
        return self._fields.items()

    def raw_answers(self) -> dict[str, Any]:
        """What the page held, key by key, as typed; what the page did not hold is absent."""
        found: dict[str, Any] = {}
        for name, control in self.controls():
            if isinstance(control, HiddenField):
                found[name] = control.data
                continue
            raw = control.raw()
            if raw is not ABSENT:
                found[name] = raw
        return found

    def tell(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Tie each Problem to the control at its path; returns those that belong to no control."""
        controls = dict(self.controls())
        homeless: list[Problem] = []
        by_control: dict[str, list[Problem]] = {}
        for problem in problems:
            name, _, rest = problem.path.removeprefix("/").partition("/")
            if name not in controls or isinstance(controls[name], HiddenField):
                homeless.append(problem)
                continue
            control = controls[name]
            index, _, inner = rest.partition("/")
            if isinstance(control, Rows) and index.isdigit() and inner and int(index) < len(control.entries):
                below = Problem(problem.code, "/" + inner, problem.params, problem.span, problem.severity)
                homeless.extend(control.entries[int(index)].form.tell([below]))
            else:
                by_control.setdefault(name, []).append(problem)
        for name, told in by_control.items():
            controls[name].tell(told)
        return tuple(homeless)
