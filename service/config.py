"""The settings: one frozen value, read once from the environment, and nowhere else.

Every variable is spelled ``FOLIOTRACE_`` and the field's name in capitals. A variable with that prefix that
is no field is refused: a misspelt limit must not be a missing limit.
"""

import os
import tempfile
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfoNotFoundError

from babel.dates import get_timezone
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as UnreadableValue

from registry.rules.levels import ENABLED_BY_DEFAULT, Scheme
from registry.rules.marks import MARK_RULES, Dots, InvalidMarkRules, MarkRules, parse_mark_rules
from service.faults import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
PREFIX = "FOLIOTRACE_"
MEBIBYTE = 1024 * 1024

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Bytes = Annotated[int, Field(ge=1024)]


class Printer(BaseModel):
    """A printer that print runs can be sent to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120)]
    destination: Annotated[
        str, Field(pattern=r"^(ipps?://[\w.][\w.:-]*/printers/)?[\w.][\w.-]*$", max_length=200)
    ]
    """A queue of this machine's print system, or ``ipp://HOST[:PORT]/printers/QUEUE`` of another's."""
    dots: Annotated[str, Field(pattern=r"^[234]/(8|10|12)$")] | None = None
    """Side and pitch of dots, in device pixels, that this printer is known to print well."""


class Settings(BaseSettings):
    """What an installation decides. Defaults are those of a production server behind HTTPS."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    environment: Literal["production", "development", "test"] = "production"
    debug: bool = False
    """Shows diagnostics to developers; refused in production, and never a stack trace on a page."""
    demo: bool = False
    """Marks every page as a demonstration and allows cookies without HTTPS."""

    data_dir: Path = PROJECT_ROOT / "data"
    database_url: str = Field(default="", repr=False)
    """``sqlite:///PATH`` or ``postgresql+psycopg://…``; empty: an SQLite file in ``data_dir``."""
    keys_dir: Path = Path()
    """Unset: ``data_dir/keys``. Better on another volume, so that a backup of the data holds no key."""

    fonts: Annotated[tuple[Path, ...], NoDecode] = ()
    """Further TrueType files, separated as in ``PATH``, for characters that the bundled face lacks: rare names need one
    with Extension B, such as Debian's fonts-hanazono. Each must allow embedding."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    threads: Annotated[int, Field(ge=1, le=64)] = 8
    public_url: str = ""
    """What people type, such as ``https://papers.example.com``; empty: the Host of each request."""
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    """How many reverse proxies stand in front and overwrite ``X-Forwarded-*``."""
    secure_cookies: bool = True
    """Whether cookies travel over HTTPS only; off in a demo and in development unless set."""

    language: Language = "zh"
    time_zone: str = "Asia/Shanghai"
    organisation_zh: str = "示例公司"
    organisation_en: str = "Example Company"
    return_to_zh: str = "拾到请交回保密室"
    return_to_en: str = "If found, return to the registry"
    ledger_origin: Annotated[str, Field(pattern=r"^[^\s+]+$", max_length=100)] = "foliotrace.invalid/ledger"
    """Name under which checkpoints are signed; unique to the installation and never changed afterwards."""
    state_scheme: bool = False
    """Whether state-secret marks may be used; by law off unless the installation handles state secrets."""
    marks_file: Path | None = None
    """Which marks each level gets, in the manner of ``registry/rules/data/marks-1.toml``; unset: that file itself."""
    _mark_rules: MarkRules = PrivateAttr(default=MARK_RULES)

    session_idle_minutes: Minutes = 15
    session_absolute_minutes: Minutes = 600
    login_window_minutes: Minutes = 15
    login_failures_per_account: Annotated[int, Field(ge=3)] = 5
    """Failures for one login from one address within the window; ten times as many from all addresses."""

    upload_limit_bytes: Bytes = 64 * MEBIBYTE
    form_limit_bytes: Bytes = MEBIBYTE
    """Text fields of one form together; files are limited by ``upload_limit_bytes``."""
    form_parts_limit: Annotated[int, Field(ge=10)] = 500

    sandbox_memory_bytes: Bytes = 1024 * MEBIBYTE
    sandbox_cpu_s: Annotated[int, Field(ge=1)] = 60
    sandbox_wall_s: Annotated[int, Field(ge=1)] = 120
    sandbox_page_cpu_s: Annotated[float, Field(ge=0)] = 0.5
    """What each page adds where their number is known; looking at one takes a tenth of a second when all is quiet."""

    converter_wall_s: Annotated[int, Field(ge=1)] = 90
    """How long LibreOffice may take for one office file; common ones take one to five seconds."""
    converter_memory_bytes: Bytes = 4096 * MEBIBYTE
    """Address space of LibreOffice; it maps about 1.5 GiB before it has opened anything."""
    converter_output_bytes: Bytes = 256 * MEBIBYTE
    converter_cover_required: bool = False
    """Whether office files are refused where the kernel does not let LibreOffice be confined in full; otherwise each is
    converted, and the clerk is told which layers were missing. See ``docs/decisions/0051-intake.md``."""

    job_lease_s: Annotated[float, Field(ge=0.2)] = 20
    """How long a silent worker keeps its job; it reports three times within a lease."""
    job_poll_s: Annotated[float, Field(gt=0)] = 0.5

    printers: tuple[Printer, ...] = ()
    """As JSON: ``[{"name": "机要室", "destination": "registry-1", "dots": "3/8"}]``; see ``docs/printing.md``."""
    printer_timeout_s: Annotated[int, Field(ge=1)] = 120
    """How long a printer may take to accept a job before its fate counts as unknown."""

    light_only: bool = False
    """Whether every document is kept light: under a code name, its content removed when it is printed."""
    light_keep_hours: Annotated[int, Field(ge=1, le=24 * 365)] = 72
    """How long the content of a document that is kept light stays at the most, printed or not."""

    failed_batch_hours: Annotated[int, Field(ge=1)] = 24
    """How long a failed print run can be tried again before the upkeep voids its numbers."""
    import_offer_days: Annotated[int, Field(ge=1)] = 14
    """How long a table that was offered for import may wait before the upkeep ends the offer."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_json: bool = True

    @model_validator(mode="before")
    @classmethod
    def _fill_dependent_defaults(cls, values: dict[str, Any]) -> dict[str, Any]:
        data_dir = Path(values.get("data_dir") or PROJECT_ROOT / "data").absolute()
        relaxed = values.get("environment") in {"development", "test"} or _is_yes(values.get("demo"))
        filled = {key: value for key, value in values.items() if value not in ("", None)}
        filled["data_dir"] = data_dir
        filled.setdefault("database_url", f"sqlite:///{data_dir / 'foliotrace.sqlite3'}")
        filled.setdefault("keys_dir", data_dir / "keys")
        filled.setdefault("secure_cookies", not relaxed)
        return filled

    @property
    def enabled_schemes(self) -> frozenset[Scheme]:
        """The schemes whose marks may be put on documents here."""
        return ENABLED_BY_DEFAULT | {Scheme.STATE} if self.state_scheme else ENABLED_BY_DEFAULT

    @property
    def mark_rules(self) -> MarkRules:
        """Which marks each level gets here; printers want the dots that their setting names, or else the rules."""
        named = {
            printer.name: Dots(*map(int, printer.dots.split("/")))
            for printer in self.printers
            if printer.dots
        }
        return replace(self._mark_rules, printers={**self._mark_rules.printers, **named})

    @field_validator("printers")
    @classmethod
    def _told_apart(cls, printers: tuple[Printer, ...]) -> tuple[Printer, ...]:
        if len({printer.name for printer in printers}) < len(printers):
            raise ValueError("two printers have the same name")
        return printers

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, name: str) -> str:
        try:
            get_timezone(name)
        except (LookupError, ZoneInfoNotFoundError) as error:
            raise ValueError(f"{name!r} is no time zone") from error
        return name

    @field_validator("fonts", mode="before")
    @classmethod
    def _separated(cls, paths: object) -> object:
        return tuple(filter(None, paths.split(os.pathsep))) if isinstance(paths, str) else paths

    @field_validator("public_url")
    @classmethod
    def _plain_origin(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _read_mark_rules(self) -> Self:
        if self.marks_file is not None:
            try:
                self._mark_rules = parse_mark_rules(self.marks_file.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"{PREFIX}MARKS_FILE: {self.marks_file} cannot be read: {error}") from error
            except InvalidMarkRules as error:
                raise ValueError(f"{PREFIX}MARKS_FILE: {self.marks_file}: {error}") from error
        return self

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> Self:
        if self.debug and self.environment == "production":
            raise ValueError("debug is refused in production; set FOLIOTRACE_ENVIRONMENT=development")
        if not self.secure_cookies and self.environment == "production" and not self.demo:
            raise ValueError("cookies without HTTPS are refused in production")
        if self.session_idle_minutes > self.session_absolute_minutes:
            raise ValueError("the idle limit of a session is longer than its absolute limit")
        return self


def load_settings(**overrides: object) -> Settings:
    """Return the settings of this process.

    Args:
        overrides: Field values that win over the environment, such as options of a command.

    Raises:
        SettingsError: a value is refused, or a variable with our prefix is no setting.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    problems = []
    for variable in sorted(name for name in os.environ if name.upper().startswith(PREFIX)):
        if variable.upper() not in known:
            close = get_close_matches(variable.upper(), known, n=1)
            problems.append(f"{variable} is no setting" + (f", did you mean {close[0]}?" if close else ""))
    if problems:
        raise SettingsError(problems)
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks each value
    except UnreadableValue as error:
        raise SettingsError([f"{PREFIX}PRINTERS: must be a list in JSON, see docs/printing.md"]) from error
    except ValidationError as error:
        raise SettingsError(
            [_in_words(problem["loc"], problem["msg"]) for problem in error.errors()]
        ) from error


def child_environment() -> dict[str, str]:
    """Return the environment of a child process: no setting, no secret, only what the loader needs."""
    kept = ("SYSTEMROOT", "LD_LIBRARY_PATH", "TZDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def live_in(folder: Path) -> None:
    """Make a folder the home of this process, and the place of its temporary files."""
    os.environ.update(HOME=str(folder), TMPDIR=str(folder))
    tempfile.tempdir = None  # found out anew


def _in_words(location: tuple[int | str, ...], message: str) -> str:
    name = f"{PREFIX}{str(location[0]).upper()}: " if location else ""
    return name + message.removeprefix("Value error, ")


def _is_yes(value: object) -> bool:
    return value is True or str(value).lower() in {"1", "true", "yes", "on"}
