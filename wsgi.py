"""The WSGI entry point: `gunicorn wsgi:app` or any other server."""

from app import create_app
from config import Unusable

try:
    app = create_app()
except Unusable as error:
    raise SystemExit(f"Credence cannot start: {error}") from None
