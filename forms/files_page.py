"""Controls of files: what is attached as ticked boxes, and a box to choose more; scripts add dropping and drawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from wtforms import widgets

from .controls import ABSENT, Control

UPLOAD = "$files"  # an upload of the page is posted under the field's name with this behind it


def _tag(tag: str, inner: object = None, /, **attributes: Any) -> Markup:
    kept = {key.replace("_", "-").strip("-"): value for key, value in attributes.items() if value is not None}
    opened = Markup("<{}{}>").format(tag, Markup(" " + widgets.html_params(**kept) if kept else ""))
    return opened if inner is None else Markup("{}{}</{}>").format(opened, inner, tag)


def _shared(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """What of a control's attributes goes to its input of files."""
    names = ("aria-describedby", "aria-invalid", "aria-required", "disabled")
    found = {name: kwargs[name] for name in names if name in kwargs}
    return {**found, "disabled": True} if "readonly" in kwargs else found


def file_inputs(control: Files, **kwargs: Any) -> Markup:
    """Attached files with a box each, kept while it is ticked, and the input that adds files."""
    locked = "readonly" in kwargs
    ticks = Markup("").join(
        _tag("li", _tick(control, file.hash, file.name, control.address(file), locked)) for file in control.files()
    )
    box = _tag(
        "input", type="file", name=control.name + UPLOAD, id=control.id, accept=control.accept,
        multiple=control.most > 1 or None, class_="form-control", aria_label=control.label.text, **_shared(kwargs),
    )  # fmt: skip
    inner = Markup("").join((
        _tag("input", type="hidden", name=control.name, value=""),
        _tag("ul", ticks, class_="file-list"),
        Markup("") if locked else box,
        _tag("div", "", class_="file-progress", aria_live="polite"),
    ))
    return _tag(
        "div", inner, class_="files", role="group", aria_label=control.label.text, data_files=control.name,
        data_most=str(control.most), data_max_mb=str(control.max_mb), data_type=kwargs.get("data-type"),
    )  # fmt: skip


def _tick(control: Control, value: str, name: str, address: str | None, locked: bool) -> Markup:
    words: object = name if address is None else _tag("a", name, href=address)
    box = _tag(
        "input", type="checkbox", name=control.name, value=value, checked=True, id=f"{control.id}-{value[-12:]}",
        aria_label=name, disabled=locked or None,
    )  # fmt: skip
    kept = _tag("input", type="hidden", name=control.name, value=value) if locked else ""
    return Markup("{}{} {}").format(box, kept, words)


class Files(Control):
    """Files attached to a field, by hash.

    `named` gives the files of a typed value. Whoever shows posted answers again adds to `known` the files it knows,
    and sets `address` to tell where each can be downloaded.
    """

    widget = staticmethod(file_inputs)
    data: Any

    def __init__(
        self, *args: Any, accept: str, most: int, max_mb: int, named: Callable[[Any], Sequence[Any]], **kwargs: Any
    ) -> None:
        self.accept, self.most, self.max_mb, self.named = accept, most, max_mb, named
        self.known: dict[str, Any] = {}
        self.address: Callable[[Any], str | None] = lambda file: None
        super().__init__(*args, **kwargs)

    def process_data(self, value: Any) -> None:
        files = self.named(value or ())
        self.know(files)
        self.data = [file.hash for file in files]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if valuelist:
            self.filled = True
            self.data = [str(value) for value in valuelist if str(value).strip()]

    def know(self, files: Sequence[Any]) -> None:
        """Files by which posted hashes are shown; a hash nobody knows is not shown again."""
        self.known.update((file.hash, file) for file in files)

    def files(self) -> list[Any]:
        return [self.known[hash] for hash in dict.fromkeys(self.data or ()) if hash in self.known]

    def raw(self) -> Any:
        return list(self.data or ()) if self.filled else ABSENT


def sign_inputs(control: Sign, **kwargs: Any) -> Markup:
    """The signature there is, and boxes to give another: a line to type a name, an image to choose or to draw."""
    locked = "readonly" in kwargs
    ticks = Markup("").join(
        _tag("li", _tick(control, value, words, control.address(value), locked)) for value, words in control.given()
    )
    parts = [_tag("input", type="hidden", name=control.name, value=""), _tag("ul", ticks, class_="file-list")]
    if not locked and control.writes:
        parts.append(_tag(
            "input", type="text", name=control.name, value=control.typed(), maxlength=str(control.longest),
            id=control.id, class_="form-control", autocomplete="off", aria_label=control.label.text,
            placeholder=control.hint, **_shared(kwargs),
        ))  # fmt: skip
    if not locked and control.draws:
        id = f"{control.id}-image" if control.writes else control.id
        parts.append(_tag(
            "input", type="file", name=control.name + UPLOAD, id=id, accept=".png,.jpg,.jpeg,.webp",
            class_="form-control", aria_label=control.label.text, **_shared(kwargs),
        ))  # fmt: skip
    parts.append(_tag("div", "", class_="file-progress", aria_live="polite"))
    return _tag(
        "div", Markup("").join(parts), class_="files is-signature", role="group", aria_label=control.label.text,
        data_files=control.name, data_most="1", data_sign="draw" if control.draws else "type",
        data_drawn=control.drawn, data_type=kwargs.get("data-type"),
    )  # fmt: skip


class Sign(Control):
    """A signature: the one given (ticked while it is kept), a name typed, or an image.

    `told` says a typed value in words; of what is posted the last that is not empty counts.
    """

    widget = staticmethod(sign_inputs)
    data: Any

    def __init__(
        self, *args: Any, draws: bool, writes: bool, longest: int, told: Callable[[Any], str], kept: str, drawn: str,
        hint: str, **kwargs: Any,
    ) -> None:
        self.draws, self.writes, self.longest, self.hint = draws, writes, longest, hint
        self.words, self.kept, self.drawn = told, kept, drawn
        self.known: dict[str, str] = {}
        self.address: Callable[[str], str | None] = lambda value: None
        super().__init__(*args, **kwargs)

    def process_data(self, value: Any) -> None:
        self.data = None if value is None else self.to_text(value)
        if value is not None and (value.bound or value.image is not None):
            self.known[self.data] = self.words(value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if valuelist:
            self.filled = True
            self.data = next((str(each) for each in reversed(valuelist) if str(each).strip()), "")

    def given(self) -> list[tuple[str, str]]:
        """(what is posted, what is read) of the signature there is, unless it is only typed."""
        return [(self.data, self.known[self.data])] if self.data in self.known else []

    def typed(self) -> str:
        return "" if self.data is None or self.data in self.known or self.data.startswith(self.drawn) else self.data

    def raw(self) -> Any:
        return self.data if self.filled else ABSENT
