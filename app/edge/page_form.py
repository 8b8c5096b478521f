"""Forms of our own pages: WTForms whose labels are catalogue keys, and whose errors come from the services."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import request
from wtforms import Form, HiddenField
from wtforms.validators import ValidationError

from app.access import Conflict
from app.edge.locale import problem_text, t
from app.edge.transaction import writing
from app.work import Work
from rules import Invalid, Problem


class Must:
    """Marks a control as required for the reader and the browser; the service is who refuses."""

    field_flags = {"required": True}

    def __call__(self, form: Form, field: Any) -> None:
        if field.raw_data is not None and not any(str(each).strip() for each in field.raw_data):
            raise ValidationError(t("page_form.required", label=field.label.text))


@dataclass(frozen=True, slots=True)
class Refused:
    """The status of a page shown again, and where somebody was first, who and when."""

    status: int
    stale: str | None = None


class PageForm(Form):
    """Labels and descriptions are written as keys and translated when the form is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            if isinstance(field, HiddenField):
                continue  # nobody reads its label
            field.label.text = t(field.label.text)
            if field.description:
                field.description = t(field.description)

    @classmethod
    def posted(cls, **kwargs: Any) -> Any:
        """The form as sent by the browser."""
        return cls(request.form, **kwargs)

    def text(self, name: str) -> str:
        """What was typed into a control, "" where nothing was."""
        return self[name].data or ""

    def send(self, act: Callable[[Work], object]) -> Refused | None:
        """Do `act` in a transaction; None when it is done, else what the page that is shown again answers with.

        Findings are put at their controls. A conflict is told above the form, with everything typed still there.
        """
        try:
            with writing() as work:
                act(work)
        except Invalid as error:
            self.refuse(error)
            return Refused(422)
        except Conflict as error:
            if request.headers.get("HX-Request"):
                raise
            return Refused(409, problem_text(Problem(error.code, params=error.params)))
        return None

    def refuse(self, error: Invalid) -> None:
        """What the service found, at the controls of this form."""
        self.show(error.problems)

    def show(self, problems: Iterable[Problem]) -> None:
        """Put each finding at the control its path names, or above the form."""
        for problem in problems:
            message = problem_text(problem)
            name = problem.path.strip("/").replace("/", "_").replace("-", "_")
            if name in self:
                field = self[name]
                field.errors = [*field.errors, message]
            else:
                self.form_errors = [*self.form_errors, message]
