"""The driver of MariaDB and MySQL: statements go out as text, every value comes back as the server's own bytes.

PyMySQL opens and authenticates the connection, and reads what is no row. Its reader of rows decodes, converts and takes
three times as long as the one here; so rows are cut out of their packets as the protocol says (MySQL client/server
protocol, text result set).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pymysql
from pymysql import err
from pymysql.connections import MySQLResult
from pymysql.constants import CLIENT, COMMAND, CR, ER
from pymysql.protocol import OKPacketWrapper

from hffix.database.mysql_cells import LENGTHS, NULL, Cells, Cutter
from hffix.database.mysql_packed import Packed, Statement
from hffix.database.mysql_wire import Wire

DriverError: Final[type[Exception]] = pymysql.MySQLError
_IN_TRANSACTION: Final = 0x0001
_EOF, _ERROR = 0xFE, 0xFF
_LONGEST_EOF: Final = 9
# Three bytes of length and one of number before each packet.
_HEAD: Final = 4
_front: Final = struct.Struct("<IB").unpack_from
# Where the value of a packet with one value stands, at the earliest.
_ALONE: Final = _HEAD + 1
_AT_ONCE: Final = 256 * 1024
# A packet of this size is gone on with in the next one.
_FULL_PACKET: Final = 0xFFFFFF
# Commands that PyMySQL has no names for, and the flag by which the types of values are told.
_PREPARE, _CLOSE, _BULK = 0x16, 0x19, 0xFA
_TYPES_TOLD: Final = b"\x80\0"


@dataclass(frozen=True, slots=True)
class Field:
    """What the server says of one column of an answer."""

    name: str
    kind: int
    charset: int
    flags: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a query, and how many warnings it raised."""

    fields: tuple[Field, ...]
    rows: list[Cells]
    warnings: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a statement without rows did."""

    affected: int
    warnings: int


class Stream:
    """The rows of one query as they come; the connection does nothing else until the last one is read."""

    def __init__(self, connection: Any, result: Any) -> None:
        self._connection = connection
        self._ended = False
        # What has arrived and is not yet cut up; the server sends nothing beyond the answer.
        self._arrived = b""
        self.fields = tuple([Field(f.name, f.type_code, f.charsetnr, f.flags) for f in result.fields])
        self.warnings = 0
        self._cutter = Cutter(len(self.fields))

    def take(self, most: int) -> list[Cells]:
        """Read at most so many rows; none at the end."""
        rows: list[Cells] = []
        try:
            while len(rows) < most and not self._ended:
                self._cut(rows, most)
        except err.MySQLError:
            raise
        except BaseException:
            # Half an answer is still to come, and the next statement would take it for its own.
            self._ended = True
            self._connection._force_close()
            raise
        return rows

    def _cut(self, rows: list[Cells], most: int) -> None:
        """Cut rows out of the packets that have arrived whole, and wait for more where none has."""
        arrived, start, cut = self._arrived, 0, self._cutter.cut
        held, alone = len(arrived), len(self.fields) == 1
        while len(rows) < most and start + _HEAD < held:
            head, first = _front(arrived, start)
            length = head & _FULL_PACKET
            end = start + _HEAD + length
            if length == _FULL_PACKET or end > held:
                break
            if first >= _EOF and (first == _ERROR or length < _LONGEST_EOF):
                self._end(arrived[start + _HEAD : end])
                return
            if alone:
                # The rest of the packet is the value, whatever its length.
                value = start + _ALONE if first < NULL else start + _ALONE + LENGTHS.get(first, 0)
                rows.append([None if first == NULL else arrived[value:end]])
            else:
                rows.append(cut(arrived, start + _HEAD, end))
            start = end
        self._arrived = arrived[start:]
        if not start:
            rows.extend(self._wait())

    def _end(self, packet: bytes) -> None:
        self._ended = True
        if packet[0] == _ERROR:
            err.raise_mysql_exception(packet)
        self.warnings = int.from_bytes(packet[1:3], "little")
        self._connection.server_status = int.from_bytes(packet[3:5], "little")

    def _wait(self) -> Iterator[Cells]:
        """Wait until the next packet has arrived whole; give the row of one that is gone on with in those after it."""
        self._receive(_HEAD)
        whole = b""
        while (length := int.from_bytes(self._arrived[:3], "little")) == _FULL_PACKET:
            # The head of the next packet too, whose length says whether there is still more.
            self._receive(2 * _HEAD + length)
            whole += self._arrived[_HEAD : _HEAD + length]
            self._arrived = self._arrived[_HEAD + length :]
        self._receive(_HEAD + length)
        if whole:
            whole += self._arrived[_HEAD : _HEAD + length]
            self._arrived = self._arrived[_HEAD + length :]
            yield self._cutter.cut(whole, 0, len(whole))

    def _receive(self, wanted: int) -> None:
        while len(self._arrived) < wanted:
            try:
                some: bytes = self._connection._rfile.read1(_AT_ONCE)
            except OSError as fault:
                raise self._lost() from fault
            if not some:
                raise self._lost()
            self._arrived += some

    def _lost(self) -> Exception:
        lost: Exception = err.OperationalError(CR.CR_SERVER_LOST, "the connection was lost while rows were read")
        self._ended = True
        self._connection._force_close()
        return lost


class Driver:
    """One connection to a server."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.longest = 2**30
        """The longest statement that the server takes, in bytes; by a longer one it would hang up."""
        self.defined = False
        """Whether a statement that defines a table, and so commits by itself, was run since this was last set."""
        self.packs = False
        """Whether statements may be given packed."""

    @property
    def in_transaction(self) -> bool:
        """Whether the server said, with its last answer, that a transaction is open."""
        return bool(self.connection.server_status & _IN_TRANSACTION)

    @property
    def lost(self) -> bool:
        """Whether the connection is gone."""
        return not self.connection.open

    def stream(self, sql: str) -> Stream:
        """Begin to read a query's rows."""
        result = self._send(sql)
        if not result.unbuffered_active:
            raise err.ProgrammingError(CR.CR_NO_RESULT_SET, "the statement gives no rows")
        # From here on the rows are read by the stream.
        result.unbuffered_active = False
        return Stream(self.connection, result)

    def ask(self, sql: str) -> Answer:
        """Read all rows of a query."""
        stream = self.stream(sql)
        rows: list[Cells] = []
        while some := stream.take(100_000):
            rows = rows + some if rows else some
        return Answer(stream.fields, rows, stream.warnings)

    def tell(self, statement: Statement) -> Told:
        """Run a statement that gives no rows."""
        if isinstance(statement, Packed):
            return self._tell_packed(statement)
        result = self._send(statement)
        if result.unbuffered_active:
            result.unbuffered_active = False
            for _ in _pages(Stream(self.connection, result)):
                pass
            raise err.ProgrammingError(CR.CR_COMMANDS_OUT_OF_SYNC, "the statement gives rows")
        return Told(result.affected_rows, result.warning_count)

    def try_packing(self) -> None:
        """Find out whether statements may be given packed: a server may allow none that are prepared."""
        if self.connection.bulk:
            try:
                self._forget(self._prepare("DO ?"))
            except err.MySQLError:
                return
            self.packs = True

    def _tell_packed(self, packed: Packed) -> Told:
        self._refuse_long(len(packed.rows))
        connection, number = self.connection, self._prepare(packed.sql)
        try:
            said = b"".join((number, _TYPES_TOLD, packed.types, packed.rows))
            connection._execute_command(_BULK, said)
            done = OKPacketWrapper(connection._read_packet())
        finally:
            self._forget(number)
        connection.server_status = done.server_status
        return Told(done.affected_rows, done.warning_count)

    def _prepare(self, sql: str) -> bytes:
        """Let the server parse a statement with marks for values; give the number that it has there."""
        connection = self.connection
        connection._execute_command(_PREPARE, sql.encode())
        told = connection._read_packet().get_all_data()
        for place in (7, 5):
            described = int.from_bytes(told[place : place + 2], "little")
            for _ in range(described + 1 if described else 0):
                connection._read_packet()
        number: bytes = told[1:5]
        return number

    def _forget(self, number: bytes) -> None:
        if self.connection.open:
            self.connection._execute_command(_CLOSE, number)

    def warnings(self) -> list[int]:
        """Give the numbers of the warnings that the last statement raised."""
        return [int(code or b"0") for _, code, _ in self.ask("SHOW WARNINGS").rows]

    def close(self) -> None:
        """Hang up."""
        if self.connection.open:
            self.connection.close()

    def _send(self, sql: str) -> Any:
        connection, said = self.connection, sql.encode()
        self._refuse_long(len(said))
        connection._execute_command(COMMAND.COM_QUERY, said)
        result: Any = MySQLResult(connection)
        result.init_unbuffered_query()
        if result.server_status is not None:
            connection.server_status = result.server_status
        return result

    def _refuse_long(self, length: int) -> None:
        if length >= self.longest:
            raise err.OperationalError(ER.NET_PACKET_TOO_LARGE, "the statement is longer than the server takes")


def _pages(stream: Stream) -> Iterator[list[Cells]]:
    while page := stream.take(1_000):
        yield page


def connect(**options: Any) -> Driver:
    """Open a connection whose statements count the rows that they matched, not those that they changed."""
    return Driver(
        Wire(charset="utf8mb4", client_flag=CLIENT.FOUND_ROWS, autocommit=True, program_name="hffix", **options)
    )


def code_of(fault: BaseException) -> int:
    """Give the server's, or the driver's, number of an error; 0 where it has none."""
    first = fault.args[0] if fault.args else 0
    return first if isinstance(first, int) else 0
