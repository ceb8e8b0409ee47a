"""The ten tables of the provident fund, as statements for SQLite."""

import sqlite3
from importlib import resources

TABLES = (
    "bank",
    "contribution_ledger",
    "loan",
    "loan_repayment",
    "person",
    "personal_account",
    "policy_param",
    "stat_report",
    "unit",
    "withdrawal",
)
KEYS = {
    "bank": ("bank_code",),
    "contribution_ledger": ("ledger_id",),
    "loan": ("loan_no",),
    "loan_repayment": ("repay_id",),
    "person": ("person_no",),
    "personal_account": ("account_no",),
    "policy_param": ("policy_year",),
    "stat_report": ("report_month", "org_code", "indicator"),
    "unit": ("unit_no",),
    "withdrawal": ("withdraw_no",),
}


def statements(*, money: str = "TEXT") -> tuple[str, ...]:
    """List the schema's statements, tables first, with the engine's own type for money."""
    text = resources.files("hffix.demo").joinpath("schema.sql").read_text(encoding="utf-8")
    body = text[text.index("CREATE TABLE") :].replace("MONEY", money)
    return tuple(statement.strip() for statement in body.split(";\n") if statement.strip())


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the empty tables."""
    for statement in statements():
        if statement.startswith("CREATE TABLE"):
            connection.execute(statement)


def create_indexes(connection: sqlite3.Connection) -> None:
    """Make the indexes, which cost least when the rows are there."""
    for statement in statements():
        if statement.startswith("CREATE INDEX"):
            connection.execute(statement)
