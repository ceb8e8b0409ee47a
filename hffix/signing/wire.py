"""The byte form of SSH: lengths, strings and numbers (RFC 4251, section 5)."""


class Reader:
    """Takes fields off the front of bytes; a ValueError says that they do not have that form."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def raw(self, size: int) -> bytes:
        """Take exactly `size` bytes."""
        end = self._at + size
        if end > len(self._data):
            raise ValueError("it is cut short")
        taken, self._at = self._data[self._at : end], end
        return taken

    def byte(self) -> int:
        """Take one byte as a number."""
        return self.raw(1)[0]

    def uint32(self) -> int:
        """Take a number of four bytes."""
        return int.from_bytes(self.raw(4))

    def string(self) -> bytes:
        """Take a length and as many bytes."""
        return self.raw(self.uint32())

    def name(self) -> str:
        """Take a string that holds printable ASCII."""
        text = self.string()
        if not all(0x20 < byte < 0x7F for byte in text):
            raise ValueError("a name in it is not plain ASCII")
        return text.decode("ascii")

    def positive(self) -> int:
        """Take a number of any size, above zero and in its shortest form."""
        body = self.string()
        number = int.from_bytes(body, signed=True)
        if number <= 0 or mpint(number) != string(body):
            raise ValueError("a number in it is not positive, or not in its shortest form")
        return number

    def end(self) -> None:
        """Refuse bytes that are left over."""
        if self._at != len(self._data):
            raise ValueError("bytes follow its end")


def uint32(number: int) -> bytes:
    """Write a number in four bytes."""
    return number.to_bytes(4)


def string(data: bytes) -> bytes:
    """Write a length and the bytes."""
    return uint32(len(data)) + data


def mpint(number: int) -> bytes:
    """Write a positive number in its shortest form, with room for the sign."""
    return string(number.to_bytes(number.bit_length() // 8 + 1))
