"""What one page tells the next ("the document is registered"): Flask's flashes, in a signed cookie for one answer.

Nothing else is kept in Flask's session; who is logged in is known to the server alone. Laws: signed by our own tokens,
newest key first to sign, all to verify; too old or foreign is empty, never an error.
"""

import json
from datetime import timedelta
from typing import Final

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin

from service.login import cookie_name, current_runtime, drop_secret, keep_secret
from service.tokens import ExpiredToken, ForgedToken, Purpose

COOKIE: Final = "notices"
KEPT_FOR: Final = timedelta(minutes=5)
"""Longer than any redirect; a notice that was never shown is stale by then."""


class NoticeSessions(SessionInterface):
    """Keeps the flashes between a deed and the page that follows it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what the browser brought, if it is ours and fresh."""
        del app
        token = request.cookies.get(cookie_name(COOKIE))
        if not token:
            return SecureCookieSession()
        try:
            text = current_runtime().tokens.verify(Purpose.NOTICE, token, max_age=KEPT_FOR)
        except (ForgedToken, ExpiredToken):
            return SecureCookieSession()
        found = json.loads(text)
        return SecureCookieSession({"_flashes": [tuple(notice) for notice in found]})

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Give the browser what was not shown yet."""
        del app
        if not session.modified:
            return
        notices = session.get("_flashes")
        if notices:
            keep_secret(response, COOKIE, current_runtime().tokens.sign(Purpose.NOTICE, json.dumps(notices)))
        else:
            drop_secret(response, COOKIE)
