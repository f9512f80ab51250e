"""Every table of the product, imported here so that the metadata is complete: for migrations, and for tests."""

from registry import models as registry_models
from service import idempotency, jobs, sessions

__all__ = ["idempotency", "jobs", "registry_models", "sessions"]
