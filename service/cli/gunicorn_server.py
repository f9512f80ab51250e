"""Gunicorn, started from within: one process, several threads."""

from flask import Flask
from gunicorn.app.base import BaseApplication

from service.config import Settings


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn is not typed
    """An application that is handed over instead of imported."""

    def __init__(self, app: Flask, options: dict[str, object]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return self._app


def serve_gunicorn(app: Flask, settings: Settings) -> None:
    """Serve until stopped."""
    options = {
        "bind": f"{settings.host}:{settings.port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": settings.threads,
        "timeout": 120,
        "graceful_timeout": 20,
        "keepalive": 5,
        "loglevel": settings.log_level,
        "limit_request_line": 4094,
        "forwarded_allow_ips": "",
        "control_socket_disable": True,
    }
    _Server(app, options).run()
