"""The application for a WSGI server: ``gunicorn wsgi:application``."""

from service.app import create_app
from service.config import load_settings

application = create_app(load_settings())
