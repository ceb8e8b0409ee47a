"""The settings under which values of MariaDB and MySQL are exact, set once and asserted in each transaction."""

from collections.abc import Mapping
from typing import Final

from hffix.database.mysql_driver import Driver
from hffix.errors.targets import CannotReach, NotDurable, NotPinned, UnknownEngine

SQL_MODE: Final = (
    "STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO"
)
LOCK_SECONDS: Final = 5
READING: Final = "REPEATABLE-READ"
WRITING: Final = "READ-COMMITTED"
# As the server reports them; None is NULL: answers are not converted, every text comes as the bytes that are stored.
PINNED: Final[Mapping[str, str | None]] = {
    "time_zone": "+00:00",
    "sql_mode": SQL_MODE,
    "character_set_client": "utf8mb4",
    "character_set_results": None,
    "collation_connection": "utf8mb4_bin",
    "autocommit": "1",
    "completion_type": "NO_CHAIN",
    "foreign_key_checks": "1",
    "unique_checks": "1",
    "sql_auto_is_null": "0",
    "sql_safe_updates": "0",
    "sql_notes": "1",
    "sql_select_limit": str(2**64 - 1),
    "max_error_count": "64",
    "div_precision_increment": "4",
    "default_week_format": "0",
    "lc_time_names": "en_US",
    "innodb_lock_wait_timeout": str(LOCK_SECONDS),
    "lock_wait_timeout": str(LOCK_SECONDS),
    "wait_timeout": "28800",
}
# A long list for IN would become a table of its own, compared without the column's collation and its index.
_OF_MARIADB: Final[Mapping[str, str | None]] = {
    "check_constraint_checks": "1",
    "in_predicate_conversion_threshold": "0",
}
# Whose process is stopped must not keep rows locked; the server ends his session and takes everything back, also in the
# midst of a statement that it reads, or of an answer that nobody takes.
_WHILE_WRITING: Final[Mapping[str, str | None]] = {"net_read_timeout": "30", "net_write_timeout": "60"}
_WRITING_ON_MARIADB: Final[Mapping[str, str | None]] = {"idle_transaction_timeout": "60"}
# A line has at most eight megabytes, and bytes are written with two digits each.
LEAST_PACKET: Final = 16 * 1024 * 1024
_LEAST: Final = {True: (10, 5), False: (8, 0)}
# 3 writes and syncs at each commit too, only in another order.
_SAFE_FLUSH: Final = frozenset({"1", "3"})
_DURABLE: Final = ("innodb_flush_log_at_trx_commit", "innodb_doublewrite", "log_bin", "sync_binlog")


class Pins:
    """The settings of one session."""

    def __init__(self, driver: Driver, *, isolation: str) -> None:
        self._driver = driver
        self.version = _text(driver, "SELECT VERSION()")
        self.mariadb = "mariadb" in self.version.lower()
        self._refuse_old()
        driver.longest = judged_packet(_text(driver, "SELECT @@max_allowed_packet"))
        settings = {**PINNED, **(_OF_MARIADB if self.mariadb else {})}
        if isolation == WRITING:
            settings |= {**_WHILE_WRITING, **(_WRITING_ON_MARIADB if self.mariadb else {})}
        self._written = ", ".join(f"{name} = {_written(value)}" for name, value in settings.items())
        self._isolation = isolation
        self._wanted = {**settings, "tx_isolation" if self.mariadb else "transaction_isolation": isolation}
        self._asked = "SELECT CONNECTION_ID(), " + ", ".join(f"@@SESSION.{name}" for name in self._wanted)
        self._thread = _text(driver, "SELECT CONNECTION_ID()")
        self.set()

    def set(self) -> None:
        """Set them all, and refuse a server that does not take them."""
        self._driver.tell(f"SET SESSION {self._written}")
        # A session that begins at a moment of somebody's choice would write that moment into every row.
        self._driver.tell("SET SESSION timestamp = DEFAULT")
        self._driver.tell(f"SET SESSION TRANSACTION ISOLATION LEVEL {self._isolation.replace('-', ' ')}")
        self.hold()

    def hold(self) -> None:
        """Refuse a session whose settings are no longer those that were set."""
        found = self._driver.ask(self._asked).rows[0]
        thread, *values = [None if value is None else value.decode() for value in found]
        if thread != self._thread:
            # Locks, settings and temporary tables of a session are somebody else's then.
            raise NotPinned("a pooler gave this session another thread of the server")
        other = [
            name
            for (name, wanted), value in zip(self._wanted.items(), values, strict=True)
            if value != wanted
            and not (name == "sql_mode" and set((value or "").split(",")) == set(SQL_MODE.split(",")))
        ]
        if other:
            raise NotPinned(f"the server keeps another value of {', '.join(other)}")

    def _refuse_old(self) -> None:
        numbers = [part for part in self.version.split("-")[0].split(".")[:2] if part.isdecimal()]
        if tuple(map(int, numbers)) < _LEAST[self.mariadb]:
            name, least = ("MariaDB", "10.5") if self.mariadb else ("MySQL", "8.0")
            raise UnknownEngine(f"the server is {self.version}", hint=f"Use {name} {least} or later.")


def judged_packet(told: str) -> int:
    """Give the longest statement that a server takes; refuse one that would not take every line of a change set."""
    longest = int(told)
    if longest < LEAST_PACKET:
        raise NotPinned(
            f"the server takes statements of {longest // 1024:,} kB at most (max_allowed_packet)",
            hint="Ask who runs the server to set max_allowed_packet to 16M or more.",
        )
    return longest


def _written(value: str | None) -> str:
    if value is None:
        return "NULL"
    return value if value.isdecimal() else f"'{value}'"


def _text(driver: Driver, query: str) -> str:
    value = driver.ask(query).rows[0][0]
    return (value or b"").decode()


def refuse_unwritable(driver: Driver) -> None:
    """Refuse a server to which rows cannot be written one by one."""
    judge_writable(_settings(driver, "GLOBAL.read_only", "GLOBAL.log_bin", "SESSION.binlog_format"))


def judge_writable(found: Mapping[str, str]) -> None:
    """Refuse a replica, and a server whose log of statements would not repeat what is written row by row."""
    if found["read_only"] not in {"0", "OFF"}:
        raise CannotReach("the server is read-only", hint="Use the server that the others follow.")
    if found["log_bin"] == "1" and found["binlog_format"] == "STATEMENT":
        raise NotPinned(
            "the server logs statements, not rows (binlog_format = STATEMENT)",
            hint="Ask who runs the server to set binlog_format to ROW or MIXED: InnoDB refuses READ COMMITTED without.",
        )


def durable(driver: Driver) -> dict[str, str]:
    """Assert that a commit is on disk when it returns, and say by which settings."""
    found = _settings(driver, *(f"GLOBAL.{name}" for name in _DURABLE))
    judge_durable(found)
    return found


def judge_durable(found: Mapping[str, str]) -> None:
    """Refuse settings under which a commit may be lost."""
    hint = "Ask who runs the server to set it to 1."
    flush = found["innodb_flush_log_at_trx_commit"]
    if flush not in _SAFE_FLUSH:
        raise NotDurable(f"innodb_flush_log_at_trx_commit is {flush}, so a commit may be lost", hint=hint)
    if found["log_bin"] == "1" and found["sync_binlog"] != "1":
        raise NotDurable(f"sync_binlog is {found['sync_binlog']}, so a commit may be lost", hint=hint)


def _settings(driver: Driver, *names: str) -> dict[str, str]:
    row = driver.ask("SELECT " + ", ".join(f"@@{name}" for name in names)).rows[0]
    return {name.partition(".")[2]: (value or b"").decode() for name, value in zip(names, row, strict=True)}
