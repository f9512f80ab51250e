"""The one tree of errors of the register.

An error is a refusal that leaves no trace in the tables: the transaction rolls back. What must be remembered is
returned as a value instead. Laws:

* Every concrete error has a stable hyphenated ``code``; words for people live in templates, keyed by that code.
* Facts are plain values given by keyword; never a secret, never a personal name.
* The message is one lower-case clause for logs and tests, got before wanted.
"""

from typing import ClassVar, TypeAlias

Fact: TypeAlias = str | int | bool | tuple[str, ...] | tuple[int, ...] | None


class RegistryError(Exception):
    """A command that the register refuses.

    Attributes:
        code: Stable hyphenated name of the refusal.
        facts: What was found, by name; also readable as attributes (``error.state``).
    """

    code: ClassVar[str] = "registry-refused"

    def __init__(self, message: str, /, **facts: Fact) -> None:
        if "code" in facts or "facts" in facts:
            raise TypeError("a fact may not be called 'code' or 'facts'")
        super().__init__(message)
        self.facts: dict[str, Fact] = facts

    def __getattr__(self, name: str) -> Fact:
        """Return the fact of that name; only reached when there is no ordinary attribute."""
        try:
            return self.__dict__["facts"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None


class PermissionDenied(RegistryError):
    """The actor may not do this at all (HTTP 403)."""

    code = "not-permitted"


class UnknownError(RegistryError):
    """There is no such thing, or none that this actor may know of (HTTP 404)."""

    code = "unknown"


class ConflictError(RegistryError):
    """The thing exists but its present state forbids the act (HTTP 409)."""

    code = "conflict"


class InvalidError(RegistryError):
    """What was given cannot be meant (HTTP 400)."""

    code = "invalid"
