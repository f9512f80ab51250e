"""The head of the ledger is signed: from time to time, and at once after what cannot be undone."""

from registry.ledger import log
from service.runtime import Runtime


def sign_head(runtime: Runtime) -> None:
    """Sign the head of the ledger, if anything was appended since the last time."""
    with runtime.database.transaction() as session:
        log.checkpoint(session, runtime.signer, now=runtime.now())
