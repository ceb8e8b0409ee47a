"""The conservation laws of the fund, and one digest over a whole database."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from hffix.demo.schema import KEYS, TABLES


def _fen(column: str) -> str:
    """Write SQL that reads stored money exactly: two decimals always, so the digits alone are whole fen."""
    return f"CAST(replace({column}, '.', '') AS INTEGER)"


_MONTH = "substr(replace(booked_on, '-', ''), 1, 6)"

_LAWS = {
    "C1": f"""
        SELECT count(*) FROM personal_account a LEFT JOIN (
            SELECT account_no, sum({_fen("amount")} + {_fen("interest")}) AS total
            FROM contribution_ledger GROUP BY account_no) l USING (account_no)
        WHERE {_fen("a.balance")} <> coalesce(l.total, 0)""",
    "C2": f"""
        SELECT count(*) FROM personal_account
        WHERE {_fen("balance")} <> {_fen("balance_prev_year")} + {_fen("balance_this_year")}""",
    "C3": f"""
        SELECT count(*) FROM unit u LEFT JOIN (
            SELECT unit_no, sum({_fen("balance")}) AS total FROM personal_account GROUP BY unit_no) a USING (unit_no)
        WHERE {_fen("u.unit_balance")} <> coalesce(a.total, 0)""",
    "C4": f"""
        SELECT count(*) FROM loan
        WHERE {_fen("contract_amount")} - {_fen("principal_repaid")} <> {_fen("principal_balance")}""",
    "C5": f"""
        SELECT count(*) FROM loan n LEFT JOIN (
            SELECT loan_no, sum({_fen("principal")}) AS total
            FROM loan_repayment WHERE biz_type <> '01' GROUP BY loan_no) r USING (loan_no)
        WHERE {_fen("n.principal_repaid")} <> coalesce(r.total, 0)""",
    "C6": f"""
        WITH flow(month, biz_type, total) AS (
            SELECT {_MONTH}, biz_type, sum({_fen("amount")}) FROM contribution_ledger GROUP BY 1, 2
            UNION ALL
            SELECT {_MONTH}, 'lent', sum({_fen("principal")}) FROM loan_repayment WHERE biz_type = '01' GROUP BY 1)
        SELECT count(*) FROM stat_report s WHERE {_fen("reported_value")} <> CASE indicator
            WHEN 'active_persons' THEN
                (SELECT 100 * count(DISTINCT person_no) FROM personal_account WHERE status = '01')
            WHEN 'deposit_balance' THEN (SELECT sum({_fen("balance")}) FROM personal_account)
            WHEN 'loan_balance' THEN (SELECT sum({_fen("principal_balance")}) FROM loan)
            ELSE (
                SELECT coalesce(abs(sum(total)), 0) FROM flow
                WHERE month = replace(s.report_month, '-', '') AND CASE s.indicator
                    WHEN 'month_deposit' THEN biz_type IN ('01', '02')
                    WHEN 'month_withdrawal' THEN biz_type IN ('11', '12')
                    WHEN 'month_transfer_out' THEN biz_type = '07'
                    WHEN 'month_lent' THEN biz_type = 'lent' END) END""",
}


def _reader(database: Path) -> sqlite3.Connection:
    """Open an existing database for reading; in WAL mode a mode=ro connection would leave its -wal file behind."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)
    connection.execute("PRAGMA query_only = ON")
    return connection


def conservation(database: Path) -> dict[str, int]:
    """Count the rows that break each law, C1 to C6, in whole fen."""
    with closing(_reader(database)) as connection:
        return {law: int(connection.execute(statement).fetchone()[0]) for law, statement in _LAWS.items()}


def digest(database: Path) -> str:
    """Hash all tables in the order of their names and keys, every value with its storage type.

    A row is hashed as Python's `ascii` writes it: text in quotes, whole numbers without, NULL as None, so that two
    values which SQLite stores differently never look the same.
    """
    sha = hashlib.sha256()
    with closing(_reader(database)) as connection:
        for table in TABLES:
            sha.update(f"{table}\n".encode())
            rows = connection.execute(f"SELECT * FROM {table} ORDER BY {', '.join(KEYS[table])}")
            while batch := rows.fetchmany(2_000):
                sha.update("".join(f"{row!a}\n" for row in batch).encode())
    return sha.hexdigest()
