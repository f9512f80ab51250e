"""What a flow may touch: the settings, the database, the files, the keys, and the clock.

Laws: one frozen value, opened once per process and handed to every flow; the only clock of the product is
read here.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from registry.errors import RegistryError
from registry.ledger import log
from registry.ledger.notes import KeySigner, PublicKey
from registry.rules.roles import Actor
from service import conversion, sandbox
from service.codebooks import RegisteredCodes
from service.config import Settings
from service.database import Database
from service.faults import FontsUnfit
from service.keys import Keys, open_keys
from service.pageindex import RegisteredPages
from service.sessions import Limits
from service.store import FileStore
from service.tokens import Tokens
from watermark import FontChain, UnusableFontError, open_fonts

CLAIMED_CHARS: Final = 40
"""How much of a claimed id is kept in a denial; every true one is shorter."""


def utc_now() -> datetime:
    """Return the present instant, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runtime:
    """The tools of the flows."""

    settings: Settings
    database: Database
    store: FileStore
    keys: Keys = field(repr=False)
    tokens: Tokens = field(repr=False)
    pages: RegisteredPages = field(repr=False)
    codes: RegisteredCodes = field(repr=False)
    fonts: FontChain = field(default=FontChain(), repr=False)
    clock: Callable[[], datetime] = field(default=utc_now, repr=False)

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        return self.clock()

    @contextmanager
    def deed(self, actor: Actor, action: str, subject: str) -> Iterator[Session]:
        """Yield a writing session; a refusal by the register rolls back, is recorded, and goes on to the caller.

        Args:
            actor: Who acts.
            action: What was asked, such as ``copy.hand-over``.
            subject: What it was asked of, such as ``copy:0123456789ABC``.
        """
        with self.refusals(actor, action, subject), self.database.transaction() as session:
            yield session

    @contextmanager
    def refusals(self, actor: Actor, action: str, subject: str) -> Iterator[None]:
        """Record a refusal by the register that comes before the deed's transaction; it goes on to the caller."""
        try:
            yield
        except RegistryError as refusal:
            with self.database.transaction() as session:
                log.append(
                    session,
                    "deed.denied",
                    _recordable(subject),
                    actor=actor,
                    now=self.now(),
                    action=action,
                    error=refusal.code,
                )
            raise

    @property
    def signer(self) -> KeySigner:
        """Who signs the checkpoints of the ledger."""
        return KeySigner(self.settings.ledger_origin, self.keys.ledger[-1])

    @property
    def ledger_keys(self) -> tuple[PublicKey, ...]:
        """The public keys that have signed checkpoints, oldest first."""
        return tuple(KeySigner(self.settings.ledger_origin, seed).public_key for seed in self.keys.ledger)

    def parse(self, function: str, *arguments: object, pages: int = 0, files: Sequence[int] = ()) -> object:
        """Return what ``module:function`` makes of untrusted bytes, run in a confined child process.

        Args:
            function: ``module:function``.
            arguments: Its arguments.
            pages: How many pages it has to work through, if that is known: a long document may take longer.
            files: Descriptors of open files that the child may read besides.

        Raises:
            WatermarkError: the function refused the file.
            SandboxFault: the child exceeded a limit or broke down.
        """
        return sandbox.call(function, *arguments, limits=self.sandbox_limits(pages), files=files)

    def sandbox_limits(self, pages: int = 0) -> sandbox.Limits:
        """Return what a child that parses an untrusted file of so many known pages may use."""
        more = math.ceil(pages * self.settings.sandbox_page_cpu_s)
        return sandbox.Limits(
            memory_bytes=self.settings.sandbox_memory_bytes,
            cpu_s=self.settings.sandbox_cpu_s + more,
            wall_s=self.settings.sandbox_wall_s + 2 * more,
        )

    @property
    def conversion_limits(self) -> conversion.Limits:
        """What the conversion of an office file may use."""
        return conversion.Limits(
            wall_s=self.settings.converter_wall_s,
            memory_bytes=self.settings.converter_memory_bytes,
            output_bytes=self.settings.converter_output_bytes,
            covered=self.settings.converter_cover_required,
        )

    @property
    def session_limits(self) -> Limits:
        """How long a web session lives."""
        return Limits(
            idle=timedelta(minutes=self.settings.session_idle_minutes),
            absolute=timedelta(minutes=self.settings.session_absolute_minutes),
        )


def _recordable(subject: str) -> str:
    """Return a subject as the ledger takes it: what was claimed to be an id may be anything that can be typed."""
    word, _, claimed = subject.partition(":")
    plain = "".join(letter if "!" <= letter <= "~" else "?" for letter in claimed)
    return f"{word}:{plain[:CLAIMED_CHARS]}" if plain else word


def open_runtime(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Runtime:
    """Open everything that a process of this installation needs; keys are made if nothing was ever recorded.

    Raises:
        DatabaseUnfit: the database could lose what was acknowledged.
        KeysUnfit: a key is missing, damaged or readable by others.
        FontsUnfit: a font of the chain is broken or may not be embedded.
    """
    fonts = _open_fonts(settings)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings)
    keys = open_keys(settings.keys_dir, may_create=database.is_unused)
    return Runtime(
        settings=settings,
        database=database,
        store=FileStore(settings.data_dir / "files", keys.files),
        keys=keys,
        tokens=Tokens(mark_keys=keys.marks, link_keys=keys.links),
        pages=RegisteredPages(settings.data_dir / "pages", keys.files),
        codes=RegisteredCodes(settings.data_dir / "codes", keys.files),
        fonts=fonts,
        clock=clock,
    )


_FONT_WORDS: Final = {
    "broken": "it cannot be read as a TrueType font",
    "no-truetype-outlines": "its outlines are not TrueType; bring the font as .ttf",
    "embedding-forbidden": "its licence bits (OS/2 fsType) forbid to embed a part of it; choose another font",
}


def _open_fonts(settings: Settings) -> FontChain:
    try:
        return open_fonts(settings.fonts)
    except UnusableFontError as error:
        raise FontsUnfit(str(error.facts["file"]), _FONT_WORDS[str(error.facts["reason"])]) from error
