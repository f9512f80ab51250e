"""Deleting what nobody needs any more: ended sessions, old failures, old keys; the ledger keeps what happened."""

from datetime import timedelta

from service import idempotency, sessions
from service.runtime import Runtime


def forget_old(runtime: Runtime) -> None:
    """Delete what logins and repeated calls left behind."""
    now = runtime.now()
    window = timedelta(minutes=runtime.settings.login_window_minutes)
    with runtime.database.transaction() as session:
        sessions.forget_old(session, now=now, limits=runtime.session_limits, window=window)
        idempotency.forget_old(session, now=now)
