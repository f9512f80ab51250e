"""The application behind the pages and the API: everything put together, in one place and in order."""

import secrets
from typing import Final

import structlog
from flask import Flask, g, request, url_for
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from service import errors, filters, forms, headers, i18n, login, logs, navigation, notices, terms
from service.api import API_BLUEPRINTS
from service.config import PROJECT_ROOT, Settings
from service.pages import PAGE_BLUEPRINTS
from service.runtime import Runtime, open_runtime

LAST_ROW: Final = 2**31 - 1
"""The largest number that a row can have (INTEGER of PostgreSQL)."""

FORM_OVERHEAD_BYTES = 1024 * 1024
"""What a request may carry beside the largest file: fields, names, boundaries."""


class RowNumber(IntegerConverter):
    """A number in an address; one that no row can have leads nowhere."""

    def __init__(self, of: Map) -> None:
        super().__init__(of, max=LAST_ROW)


def create_app(settings: Settings, *, runtime: Runtime | None = None) -> Flask:
    """Return the application of an installation.

    Args:
        settings: What the installation decides.
        runtime: The tools of the flows; opened from the settings if omitted.
    """
    logs.configure(settings)
    runtime = runtime or open_runtime(settings)
    app = Flask(
        "service",
        root_path=str(PROJECT_ROOT / "service"),
        static_folder=str(PROJECT_ROOT / "static"),
        template_folder=str(PROJECT_ROOT / "templates"),
    )
    app.config.update(
        DEBUG=settings.debug,
        TESTING=settings.environment == "test",
        PROPAGATE_EXCEPTIONS=False,
        MAX_CONTENT_LENGTH=settings.upload_limit_bytes + FORM_OVERHEAD_BYTES,
        MAX_FORM_MEMORY_SIZE=settings.form_limit_bytes,
        MAX_FORM_PARTS=settings.form_parts_limit,
        SEND_FILE_MAX_AGE_DEFAULT=0 if settings.debug else 3600,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = False
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the documented way to wrap it
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    app.url_map.converters["int"] = RowNumber
    app.before_request(_begin_request)
    forms.register(app)
    login.register(app, runtime)
    app.session_interface = notices.NoticeSessions()
    i18n.register(app, runtime)
    filters.register(app)
    terms.register(app)
    headers.register(app)
    errors.register(app)
    for blueprint in (*PAGE_BLUEPRINTS, *API_BLUEPRINTS):
        app.register_blueprint(blueprint)
    app.context_processor(_context)
    return app


def _begin_request() -> None:
    """Give the request the number by which it is found in the log."""
    g.request_id = secrets.token_hex(6)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id, endpoint=request.endpoint)


def _context() -> dict[str, object]:
    """Return what every page shows: the language, the visitor, the menu."""
    runtime = login.current_runtime()
    visitor = login.current_visitor()
    language = i18n.current_language()
    user = None
    if visitor is not None:
        names = {"zh": visitor.name_zh, "en": visitor.name_en}
        roles = [filters.role_text(role) for role in sorted(visitor.actor.roles)]
        user = {"name": names[language], "roles": roles, "login": visitor.login}
    scan = navigation.SCAN_ENDPOINT
    return {
        "demo": runtime.settings.demo,
        "organisation": {"zh": runtime.settings.organisation_zh, "en": runtime.settings.organisation_en}[
            language
        ],
        "lang": language,
        "user": user,
        "navigation": navigation.menu(runtime, visitor.actor) if visitor else [],
        "scan_url": url_for(scan) if scan and visitor else None,
    }
