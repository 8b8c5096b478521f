"""The WSGI entry point: `gunicorn wsgi:app` or any other server."""

from app import create_app

app = create_app()
