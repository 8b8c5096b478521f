"""Controls of several inputs under one name: the page posts their values in order, with and without script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from wtforms import widgets

from .controls import ABSENT, Control

Pairs = Callable[[Any], list[tuple[str, str]]]
_OF_GROUP = ("data-type", "data_type")


def _element(tag: str, inner: Markup, attributes: Mapping[str, Any]) -> Markup:
    return Markup("<{} {}>{}</{}>").format(tag, Markup(widgets.html_params(**attributes)), inner, tag)


def _input(**attributes: Any) -> Markup:
    return Markup("<input {}>").format(Markup(widgets.html_params(**attributes)))


def _group(control: Control, css: str, inner: Markup, kwargs: Mapping[str, Any], **more: Any) -> Markup:
    """The inputs in a named group that carries what the page's scripts look for."""
    kept = {name: kwargs[name] for name in _OF_GROUP if name in kwargs}
    return _element("div", inner, {"class": css, "role": "group", "aria-label": control.label.text, **kept, **more})


def _each(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes every input of the group gets."""
    return {name: value for name, value in kwargs.items() if name not in (*_OF_GROUP, "id", "class", "class_", "rows")}


def days_inputs(control: Days, **kwargs: Any) -> Markup:
    """Two days with a word between; what is no ISO date stands in plain text, so that it is not lost."""
    boxes: list[Markup] = []
    for place, (text, mark) in enumerate(zip(control.ends(), ("start", "end"), strict=True)):
        iso = len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit()
        boxes.append(_input(**{
            **_each(kwargs), "type": "date" if iso or not text else "text", "name": control.name, "value": text,
            "id": f"{control.id}-end" if place else control.id, "class": "form-control", "data-end": mark,
            "aria-label": f"{control.label.text} {control.marks[place]}",
        }))  # fmt: skip
    inner = Markup(' <span aria-hidden="true">{}</span> ').format(control.join).join(boxes)
    return _group(control, "joined is-days", inner, kwargs)


class Days(Control):
    """From and to; one value alone is a span written as text."""

    widget = staticmethod(days_inputs)
    data: Any

    def __init__(self, *args: Any, join: str = "至", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.join = join
        self.marks = ("起", "止") if join == "至" else ("from", "to")

    def process_data(self, value: Any) -> None:
        days = (None, None) if value is None else (value.start, value.end)
        self.data = [day.isoformat() if day is not None else "" for day in days]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if valuelist:
            self.filled = True
            self.data = [str(value) for value in valuelist[:2]]

    def ends(self) -> tuple[str, str]:
        start, end = (*(self.data or ()), "", "")[:2]
        return start, end

    def raw(self) -> Any:
        if not self.filled:
            return ABSENT
        return self.data[0] if len(self.data) == 1 else {"start": self.data[0], "end": self.data[1]}


def address_inputs(control: Address, **kwargs: Any) -> Markup:
    """Three lists, each of what lies inside the one before, and a line below."""
    chosen, line = control.levels_chosen(), control.line_typed()
    boxes: list[Markup] = []
    for place, title in enumerate(control.levels):
        above = chosen[place - 1] if place else ""
        offered = control.within(above) if above or not place else []
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                code, Markup(" selected") if code == chosen[place] else "", name
            )
            for code, name in [("", title), *offered]
        )
        attributes = {
            **_each(kwargs), "name": control.name, "id": f"{control.id}-{place}" if place else control.id,
            "class": "form-select", "aria-label": f"{control.label.text} {title}", "data-level": str(place),
        }  # fmt: skip
        boxes.append(_element("select", options, {**attributes, **({} if offered else {"hidden": True})}))
    below = _input(**{
        **_each(kwargs), "type": "text", "name": control.name, "value": line, "id": f"{control.id}-line",
        "class": "form-control", "placeholder": control.hint, "autocomplete": "off",
        "aria-label": f"{control.label.text} {control.line}",
    })  # fmt: skip
    return _group(control, "joined is-address", Markup("").join((*boxes, below)), kwargs, **{"data-places": True})


class Address(Control):
    """Divisions by code and a line below; the line alone may hold a whole address.

    `within` gives (code, name) of what lies inside a code, `way` the codes down to one.
    """

    widget = staticmethod(address_inputs)
    data: Any

    def __init__(
        self, *args: Any, levels: Sequence[str], line: str, hint: str, within: Pairs, way: Callable[[str], list[str]],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.levels, self.line, self.hint, self.within, self.way = tuple(levels), line, hint, within, way

    def process_data(self, value: Any) -> None:
        self.data = ["", ""] if value is None else [value.code, value.detail]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Of the lists the deepest that lies inside the one before it counts; a page without script may hold more."""
        if not valuelist:
            return
        self.filled = True
        *codes, line = [str(value) for value in valuelist[:4]]
        deepest = ""
        for code in codes:
            if code and (not deepest or deepest in self.way(code)):
                deepest = code
        self.data = [deepest, line]

    def levels_chosen(self) -> tuple[str, ...]:
        codes = self.way(self.data[0]) if self.data else []
        return (*codes, "", "", "")[:3]

    def line_typed(self) -> str:
        return self.data[1] if self.data else ""

    def raw(self) -> Any:
        if not self.filled:
            return ABSENT
        code, line = self.data
        return {"code": code, "detail": line} if code else line


def picker_inputs(control: Picker, **kwargs: Any) -> Markup:
    """What is chosen as ticked boxes, and a box to name another; a script turns it into a search."""
    ticks = Markup("").join(
        Markup('<label class="picked"><input type="checkbox" name="{}" value="{}" checked> {}</label>').format(
            control.name, id, control.names[id]
        )
        for id in control.values() if id in control.names
    )
    typed = ";".join(value for value in control.values() if value not in control.names)
    box = _input(**{
        "placeholder": control.hint, **_each(kwargs), "type": "search", "name": control.name, "id": control.id,
        "value": typed, "maxlength": "200",
        "class": "form-control", "autocomplete": "off", "aria-label": control.label.text,
    })  # fmt: skip
    more = {"data-pick": control.of, **({"data-multiple": True} if control.multiple else {})}
    return _group(control, "picker", ticks + box, kwargs, **more)


class Picker(Control):
    """One record or several of kind `of`: ids that are known by name, or text that names one.

    `named` gives (id, name) of a typed value; whoever shows posted answers again adds to `names` what it knows.
    """

    widget = staticmethod(picker_inputs)
    data: Any

    def __init__(
        self, *args: Any, of: str, named: Pairs, hint: str = "", multiple: bool = False, **kwargs: Any
    ) -> None:
        self.of, self.named, self.hint, self.multiple = of, named, hint, multiple
        self.names: dict[str, str] = {}
        super().__init__(*args, **kwargs)

    def process_data(self, value: Any) -> None:
        pairs = self.named(value) or ([(value, value)] if isinstance(value, str) and value else [])
        self.names.update(pairs)
        self.data = [id for id, _ in pairs]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if valuelist:
            self.filled = True
            self.data = [str(value) for value in valuelist if str(value).strip()]

    def values(self) -> list[str]:
        return list(self.data or ())

    def raw(self) -> Any:
        if not self.filled:
            return ABSENT
        # Of one record what was named last counts: the box stands below what was chosen before.
        return self.values() if self.multiple else next(reversed(self.values()), "")
