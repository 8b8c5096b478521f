"""Names of what was chosen in pickers, for a page that shows posted answers again: the page posts ids alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.edge.locale import label
from app.services.lookups import Lookups
from app.work import Reading
from forms.composed import Picker
from forms.controls import PageForm, Rows


def know(view: Reading, page: PageForm) -> None:
    """Name each chosen record that the reader may see; what is none stays as typed, in the box."""
    _know(Lookups(view.session, view.viewer), page)


def _know(lookups: Lookups, page: PageForm) -> None:
    for _, control in page.controls():
        if isinstance(control, Rows):
            for entry in control.entries:
                _know(lookups, entry.form)
        elif isinstance(control, Picker):
            for id in control.values():
                record = None if id in control.names else lookups.find(control.of, id)
                if record is not None and record["id"] == id:
                    control.names[id] = _words(record.get("name") or id)


def _words(name: Any) -> str:
    return label(name) if isinstance(name, Mapping) else str(name)
