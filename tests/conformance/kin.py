"""Dialects that hffix does not know, as other vendors make them: of PostgreSQL's or MySQL's, with a name of their own.

Such are those of openGauss, Kingbase or TiDB; here they speak to the servers that the suite has, through drivers that
hffix has no engine for.
"""

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.mysql.mysqlconnector import MySQLDialect_mysqlconnector
from sqlalchemy.dialects.postgresql.base import PGCompiler
from sqlalchemy.dialects.postgresql.pg8000 import PGDialect_pg8000
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


class KinOfPostgreSQL(PGDialect_psycopg2):
    name = "pgkin"
    supports_statement_cache = True


class CompilerOfTwoLocks(PGCompiler):
    """Locks in earnest only where it may not wait, as Firebird's dialect does."""

    def for_update_clause(self, select: Any, **given: Any) -> str:
        return " FOR UPDATE NOWAIT" if select._for_update_arg.nowait else " FOR KEY SHARE"


class KinOfTwoLocks(KinOfPostgreSQL):
    name = "twolocks"
    statement_compiler = CompilerOfTwoLocks
    supports_statement_cache = True


class KinOfPostgreSQLByPg8000(PGDialect_pg8000):
    name = "pgkin"
    supports_statement_cache = True


class KinOfMySQL(MySQLDialect_mysqlconnector):
    name = "mykin"
    supports_statement_cache = True


class KinOfSQLite(SQLiteDialect_pysqlite):
    name = "litekin"
    supports_statement_cache = True


def register() -> None:
    """Let SQLAlchemy know them."""
    for name, made in (
        ("pgkin", KinOfPostgreSQL),
        ("pgkin.psycopg2", KinOfPostgreSQL),
        ("twolocks", KinOfTwoLocks),
        ("twolocks.psycopg2", KinOfTwoLocks),
        ("pgkin.pg8000", KinOfPostgreSQLByPg8000),
        ("mykin", KinOfMySQL),
        ("mykin.mysqlconnector", KinOfMySQL),
        ("litekin", KinOfSQLite),
        ("litekin.pysqlite", KinOfSQLite),
    ):
        registry.register(name, __name__, made.__name__)
