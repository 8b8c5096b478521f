"""Which customers are demo data: a mark put on at their birth, by which they can be taken away again for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcTime

REMOVAL = "demo.remove"  # the job that takes demo data away


class DemoCustomer(Base):
    """The mark of one customer. Insert-only, and refused for a customer that somebody has judged already (triggers).

    It stays when the customer is gone, so it is no foreign key.
    """

    __tablename__ = "demo_customers"
    __silent__ = True  # put on in the transaction that records the customer's creation

    customer_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime())
