"""The service's own refusals: what goes wrong between the doors and the registry.

Laws: every fault has a stable hyphenated ``code`` and carries its facts as fields; no secret and no personal
name is a fact. ``service/errors.py`` decides the HTTP status, the words for people are keyed by ``code``.
"""

from typing import ClassVar


class ServiceFault(Exception):
    """Root of the faults that the service itself raises."""

    code: ClassVar[str] = "service-fault"


class SettingsError(ServiceFault):
    """The settings contradict each other, or name something that does not exist."""

    code = "bad-settings"

    def __init__(self, problems: list[str]) -> None:
        """Keep every problem, so that all can be mended at once."""
        super().__init__("settings refused: " + "; ".join(problems))
        self.problems = problems


class DatabaseUnfit(ServiceFault):
    """The database would lose or damage what was acknowledged."""

    code = "database-unfit"

    def __init__(self, reason: str) -> None:
        """Keep the reason in words, for the one who starts the service."""
        super().__init__(f"database refused: {reason}")
        self.reason = reason


class StorageFull(ServiceFault):
    """There is no room left to write, or writing is not possible; what exists can still be read."""

    code = "storage-full"


class KeysUnfit(ServiceFault):
    """The keys are missing, damaged or readable by others."""

    code = "keys-unfit"

    def __init__(self, reason: str) -> None:
        """Keep the reason in words, for the one who starts the service."""
        super().__init__(f"keys refused: {reason}")
        self.reason = reason


class FontsUnfit(ServiceFault):
    """A font of the chain cannot be used."""

    code = "fonts-unfit"

    def __init__(self, file: str, reason: str) -> None:
        """Keep which font, and the reason in words, for the one who starts the service."""
        super().__init__(f"font {file} of FOLIOTRACE_FONTS refused: {reason}")
        self.file = file
        self.reason = reason


class LoginRequired(ServiceFault):
    """The page or call is for people who are logged in."""

    code = "login-required"


class PasswordToChange(ServiceFault):
    """The password was chosen or seen by somebody else; one's own comes before anything else."""

    code = "password-to-change"


class NoDesk(ServiceFault):
    """None of the visitor's roles has a page to start from."""

    code = "no-desk"


class FormStale(ServiceFault):
    """The token of the form is missing, too old, or from another session."""

    code = "form-stale"


class FormForeign(ServiceFault):
    """The form was sent from another site."""

    code = "form-foreign"


class LoginFailed(ServiceFault):
    """Account name or password is wrong, or the account is closed."""

    code = "login-refused"


class LoginThrottled(ServiceFault):
    """This login failed too often and waits."""

    code = "too-many-attempts"
