"""SQL that refuses every change of the ledger's history, for the migration that makes its tables.

A second fence, not the first: who can drop a trigger can change a row. That is what checkpoints are for.
"""

_APPEND_ONLY = ("ledger_entry", "ledger_subtree", "ledger_checkpoint")
_WRITTEN_ONCE = {
    "ledger_subtree": "level = NEW.level AND position = NEW.position",
    "ledger_checkpoint": "size = NEW.size",
    "ledger_tree": "id = NEW.id",
}
"""The condition under which a row is already there. INSERT OR REPLACE deletes without asking a delete trigger."""


def _refusal(table: str, deed: str, name: str, message: str, *, when: str = "") -> str:
    """Return an SQLite trigger that refuses ``deed`` on ``table``, always or under a condition."""
    condition = f"WHEN {when} " if when else ""
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} {condition}"
        f"BEGIN SELECT RAISE(ABORT, '{table} {message}'); END"
    )


def _sqlite() -> tuple[str, ...]:
    only_append = "is append-only"
    gapless = "NEW.seq IS NOT (SELECT size + 1 FROM ledger_tree)"
    grows = "NEW.size IS NOT OLD.size + 1 OR NEW.id IS NOT OLD.id"
    return (
        *(_refusal(table, "UPDATE", "refuses_update", only_append) for table in _APPEND_ONLY),
        *(
            _refusal(table, "DELETE", "refuses_delete", only_append)
            for table in (*_APPEND_ONLY, "ledger_tree")
        ),
        *(
            _refusal(
                table,
                "INSERT",
                "is_written_once",
                only_append,
                when=f"EXISTS (SELECT 1 FROM {table} WHERE {same})",  # noqa: S608 - constants of this file
            )
            for table, same in _WRITTEN_ONCE.items()
        ),
        _refusal("ledger_entry", "INSERT", "is_gapless", "is gapless", when=gapless),
        _refusal("ledger_tree", "UPDATE", "only_grows", "only grows", when=grows),
    )


def _function(name: str, message: str, *, allowed: str = "") -> str:
    """Return a PostgreSQL trigger function that refuses, except where ``allowed`` holds."""
    condition = f"IF {allowed} THEN RETURN NEW; END IF; " if allowed else ""
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {condition}"
        f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$"
    )


def _call(table: str, deed: str, name: str, function: str, *, per: str = "ROW") -> str:
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} FOR EACH {per} EXECUTE FUNCTION {function}()"
    )


def _postgresql() -> tuple[str, ...]:
    refuse = "ledger_refuses_change"
    every = (*_APPEND_ONLY, "ledger_tree")
    return (
        _function(refuse, "the ledger is append-only"),
        _function(
            "ledger_entry_gapless",
            "ledger_entry is gapless",
            allowed="NEW.seq = (SELECT size + 1 FROM ledger_tree)",
        ),
        _function(
            "ledger_tree_grows",
            "ledger_tree only grows",
            allowed="NEW.size = OLD.size + 1 AND NEW.id = OLD.id",
        ),
        *(_call(table, "UPDATE", "refuses_update", refuse) for table in _APPEND_ONLY),
        *(_call(table, "DELETE", "refuses_delete", refuse) for table in every),
        *(_call(table, "TRUNCATE", "refuses_truncate", refuse, per="STATEMENT") for table in every),
        _call("ledger_entry", "INSERT", "is_gapless", "ledger_entry_gapless"),
        _call("ledger_tree", "UPDATE", "only_grows", "ledger_tree_grows"),
    )


TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": _sqlite(), "postgresql": _postgresql()}
"""Statements by the name of SQLAlchemy's dialect, to be executed one by one once the tables exist."""

UNDO: dict[str, tuple[str, ...]] = {
    "sqlite": (),
    "postgresql": tuple(
        f"DROP FUNCTION IF EXISTS {name}() CASCADE"
        for name in ("ledger_refuses_change", "ledger_entry_gapless", "ledger_tree_grows")
    ),
}
"""What is left to remove when the tables go; SQLite drops triggers with their tables."""
