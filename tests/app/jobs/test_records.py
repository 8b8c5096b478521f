"""A book gets a new column while it holds records: the job writes their values, and lists use it only then."""

from __future__ import annotations

from typing import Any

from app import gallery
from app.jobs import load_handlers
from app.jobs.embedded import drain
from app.models.record import Projection, RecordUnique
from app.queries import records as queries
from app.queries.keyset import START
from app.queries.records import Filters, Listing
from app.services import books, definitions, records
from tests.app.desk import bring
from tests.builders import House

RAW = {"subject": "仓储服务", "amount": "1000", "signed_on": "2025-12-01", "status": "running"}


def publish(house: House, **book: Any) -> None:
    body = gallery.read("forms/contracts")["body"]
    body["book"] |= book
    body["sections"][0]["fields"][2]["unique"] = "form"  # the subject, which two records share
    with house.work("zhoumin") as work:
        row = definitions.draft(work, "form", "contracts", {"zh-CN": "合同台账"}, body)
        definitions.publish(work, row, row.row_version)


def test_a_new_column_is_built_behind_the_scenes(house: House) -> None:
    customer = bring(house, "C2", owner="lina")
    with house.work("lina") as work:
        for number, days in ((1, "60"), (2, "30"), (3, "90")):
            raw = {**RAW, "contract_no": f"HT-{number}", "customer": customer, "payment_days": days}
            records.create(work, "contracts", raw)
    publish(house, columns=["contract_no", "customer", "payment_days"])

    def listed() -> tuple[bool, list[str]]:
        with house.reading("lina") as view:
            shelf = books.open_to(view.session, view.viewer, "contracts")
            listing = Listing("contracts", shelf.book, books.projections(view.session, shelf))
            found = queries.page(view, listing, Filters(), START, sort="payment_days")
            return listing.sortable("payment_days") is not None, [row.title for row in found.rows]

    ready, rows = listed()
    assert not ready, "its values are not there yet"
    assert sorted(rows) == ["HT-1", "HT-2", "HT-3"], "the list goes on without it"
    load_handlers()
    drain(house.instance)
    assert listed() == (True, ["HT-2", "HT-1", "HT-3"])
    with house.work() as work:
        subject = work.session.query(Projection).filter_by(book="contracts", field="f_03").one()
        holds = work.session.query(RecordUnique).filter_by(projection_id=subject.id).all()
        assert [each.value for each in holds] == ["仓储服务"], "the first holds what two share"
