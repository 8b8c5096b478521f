"""A made portfolio of invented customers: `make` draws it from a seed, `write_csv` stores it."""

from app.gallery.portfolio.files import csv_tables, write_csv
from app.gallery.portfolio.make import DEMO_SEED, make
from app.gallery.portfolio.rows import Portfolio

__all__ = ["DEMO_SEED", "Portfolio", "csv_tables", "make", "write_csv"]
