"""What the terminal says when a demonstration starts: where it is, who may log in, and what to try first."""

from flask import Flask
from flask_babel import force_locale
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from registry.rules.lifecycle import State
from registry.rules.roles import Role
from registry.rules.words import PermitState
from registry.views.copies import CopyFilter
from registry.views.holdings import CopyLine
from service import demo_accounts
from service.config import Settings
from service.demo import company
from service.demo.cast import actor_of
from service.filters import role_text
from service.flows import copies, permits
from service.runtime import Runtime

INDENT = (0, 0, 0, 2)


def greet(app: Flask, runtime: Runtime) -> None:
    """Print the address, the logins, and what a guard and an auditor need to begin."""
    settings = runtime.settings
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"\n  [bold]Foliotrace · 演示 Demo[/]\n\n  [bold]http://{settings.host}:{settings.port}[/]\n"
    )
    console.print(Padding(_logins(app, settings), INDENT))
    console.print(
        f"\n  Password 密码  {company.PASSWORD}\n  PIN 码         {company.PIN}   (everybody 所有人)"
    )
    for line in (*_for_the_guard(runtime), *_for_the_auditor(settings)):
        console.print(f"  {line}")
    console.print("\n  Ctrl-C stops everything · 按 Ctrl-C 全部停止")
    console.print("  ./run demo --reset begins anew · 重新开始\n")


def _logins(app: Flask, settings: Settings) -> Table:
    table = Table.grid(padding=(0, 3))
    for account in demo_accounts.read(settings):
        table.add_row(
            f"[bold]{account.login}[/]",
            _role(app, account.role, "en"),
            _role(app, account.role, "zh"),
            f"{account.name_zh} {account.name_en}" if account.name_zh != account.name_en else account.name_en,
        )
    return table


def _role(app: Flask, role: Role, language: str) -> str:
    with app.app_context(), force_locale(language):
        return role_text(role)


def copies_at_the_gate(runtime: Runtime) -> tuple[CopyLine | None, CopyLine | None]:
    """Return a copy that may leave with its carrier, and one that somebody holds and that may not."""
    clerk = actor_of(runtime, "clerk")
    open_ones = [row.copy for row in permits.board(runtime, clerk).permits if row.state is PermitState.OPEN]
    held = copies.listing(runtime, clerk, CopyFilter(state=State.HELD)).rows
    permitted = {copy.code for copy in open_ones}
    stays = next((row.copy for row in held if row.copy.code not in permitted), None)
    return (open_ones[0] if open_ones else None), stays


def _for_the_guard(runtime: Runtime) -> tuple[str, ...]:
    """Return what a hand scanner would read from those copies."""
    leaves, stays = copies_at_the_gate(runtime)
    lines = ["", "At the gate, type or paste · 在门口键入或粘贴"]
    if leaves is not None:
        carrier = company.staff_no("holder")
        told = f"badge 工号 {carrier}, {leaves.pages} pages 页"
        lines.append(f"  {runtime.tokens.qr_text(leaves.code, 1)}   may leave 可放行: {told}")
    if stays is not None:
        lines.append(f"  {runtime.tokens.qr_text(stays.code, 1)}   has no permit 未获批准")
    return tuple(lines)


def _for_the_auditor(settings: Settings) -> tuple[str, ...]:
    leak = settings.data_dir / company.LEAK_FILE
    return ("", f"A leaked page 泄露的一页  {leak}") if leak.is_file() else ()
