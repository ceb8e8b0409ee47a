"""The lock of a lineage on MariaDB and MySQL, and the session that holds it."""

from hffix.database import lease
from hffix.database.mysql_driver import Driver, DriverError
from hffix.database.mysql_faults import refusal_of_query


class MySQLGrip:
    """The session that holds the lock; its name, and every number here, is hffix's own or the server's."""

    def __init__(self, driver: Driver, *, name: str) -> None:
        self._driver = driver
        self._name = name
        try:
            driver.tell(f"SET SESSION wait_timeout = {lease.LEASE_SECONDS}")
        except DriverError as fault:
            raise refusal_of_query(fault, sql="") from fault

    def take(self) -> bool:
        """Ask for the lock, and do not wait for it."""
        return self._ask(f"SELECT GET_LOCK('{self._name}', 0)") == 1

    def speak(self) -> bool:
        """Ask for nothing."""
        try:
            self._driver.ask("SELECT 1")
        except DriverError:
            return False
        return True

    def silence(self) -> float | None:
        """Look for how long the holder's session has slept; one that is not shown to this user is alive."""
        holder = self._holder()
        return None if holder is None else float(self._slept(holder) or 0)

    def told(self) -> str:
        """Name the server's thread, where this user is shown it."""
        holder = self._holder()
        shown = holder is not None and self._slept(holder) is not None
        return f" (server thread {holder})" if shown else ""

    def close(self) -> None:
        """Hang up."""
        self._driver.close()

    def _slept(self, thread: int) -> int | None:
        return self._ask(f"SELECT MAX(TIME) FROM information_schema.PROCESSLIST WHERE ID = {thread}")

    def _holder(self) -> int | None:
        return self._ask(f"SELECT IS_USED_LOCK('{self._name}')")

    def _ask(self, sql: str) -> int | None:
        try:
            found = self._driver.ask(sql).rows[0][0]
        except DriverError as fault:
            raise refusal_of_query(fault, sql="") from fault
        return None if found is None else int(found)
