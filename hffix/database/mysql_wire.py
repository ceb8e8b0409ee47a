"""PyMySQL's connection, which also asks a server of MariaDB to take rows in bulk.

What MariaDB offers beyond MySQL stands in bytes of the greeting that are empty elsewhere, and is asked for in such
bytes of the answer (MariaDB client/server protocol, extended capabilities). PyMySQL leaves them empty.
"""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pymysql.connections import Connection, MysqlPacket
from pymysql.constants import CLIENT

# A server that offers more than MySQL says so by leaving this one out.
_ONLY_MYSQL: Final[int] = CLIENT.LONG_PASSWORD
# MARIADB_CLIENT_STMT_BULK_OPERATIONS, among the extended ones.
_BULK: Final = 0x04
# In the greeting, counted from the end of the server's version.
_LOW, _MORE, _MORE_END = 13, 27, 31
# In the answer: what is asked for, and the bytes left empty, the last four of which MariaDB reads.
_ASKED_END, _EMPTY, _EXTENDED, _END = 4, 9, 28, 32


class Wire(Connection):  # type: ignore[misc]
    """One connection."""

    bulk = False
    """Whether the server takes rows in bulk."""
    _greeting: bytes | None = None
    _entering = False

    def _create_ssl_ctx(self, sslp: Mapping[str, Any]) -> ssl.SSLContext:
        # Where nobody is verified, the system's list of authorities, which takes 20 ms a connection to read, is not.
        return super()._create_ssl_ctx(sslp) if sslp else _trusting()

    def _read_packet(self, packet_type: Any = MysqlPacket) -> Any:
        packet = super()._read_packet(packet_type)
        if self._greeting is None:
            self._greeting = packet.get_all_data()
        return packet

    def _request_authentication(self) -> None:
        self._entering = offers_bulk(self._greeting or b"")
        super()._request_authentication()
        self._entering = False

    def write_packet(self, payload: bytes) -> None:
        """Send a packet; those that say what is asked for are gone on with where PyMySQL stops."""
        if self._entering and payload[_EMPTY:_END] == bytes(_END - _EMPTY):
            payload, self.bulk = asking_for_bulk(payload), True
        super().write_packet(payload)


@cache
def _trusting() -> ssl.SSLContext:
    """Encrypt where the server can, whoever it is: what PyMySQL does where no option of a url asks for more."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def offers_bulk(greeting: bytes) -> bool:
    """Say whether a server's greeting offers to take rows in bulk."""
    start = greeting.find(b"\0", 1) + 1
    if not start or len(greeting) < start + _MORE_END:
        return False
    low = int.from_bytes(greeting[start + _LOW : start + _LOW + 2], "little")
    more = int.from_bytes(greeting[start + _MORE : start + _MORE_END], "little")
    return not low & _ONLY_MYSQL and bool(more & _BULK)


def asking_for_bulk(answer: bytes) -> bytes:
    """Ask for it in the answer to the greeting."""
    asked = int.from_bytes(answer[:_ASKED_END], "little") & ~_ONLY_MYSQL
    extended = _BULK.to_bytes(_END - _EXTENDED, "little")
    return asked.to_bytes(_ASKED_END, "little") + answer[_ASKED_END:_EXTENDED] + extended + answer[_END:]
