"""The logins that a demonstration offers: written by its seed, shown by its login page, absent anywhere else."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from registry.rules.roles import Role
from service.config import Settings

FILE: Final = "demo-accounts.json"


@dataclass(frozen=True)
class DemoAccount:
    """One login of the demonstration."""

    login: str
    password: str
    role: Role
    name_zh: str
    name_en: str


def write(settings: Settings, accounts: Iterable[DemoAccount]) -> None:
    """Keep the logins beside the data of the demonstration.

    Raises:
        ValueError: the installation is no demonstration.
    """
    if not settings.demo:
        raise ValueError("passwords are kept for a demonstration only")
    text = json.dumps([asdict(account) for account in accounts], ensure_ascii=False, indent=1)
    (settings.data_dir / FILE).write_text(text, encoding="utf-8")


def read(settings: Settings) -> list[DemoAccount]:
    """Return the logins of the demonstration, none anywhere else."""
    path = settings.data_dir / FILE
    if not settings.demo or not path.is_file():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    return [DemoAccount(**{**account, "role": Role(account["role"])}) for account in found]
