"""Files of lines, compressed: written as a stream with the root of their leaves, read back within stated bounds."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from hffix.errors.changesets import LineTooLong, NotCanonical, RowsChanged
from hffix.model import merkle
from hffix.model.manifest import Root
from hffix.store.beside import Beside, at_once
from hffix.store.files import FILE_MODE, TEMPORARY, read, storing, sync, sync_folder

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL: Final = 1
LONGEST: Final = 8 * 1024 * 1024
# No file of hffix asks for a window of more than 2 MiB; one that does was not made here.
_WINDOW: Final[Mapping[int, int]] = {zstd.DecompressionParameter.window_log_max: 23}
_PIECE: Final = 256 * 1024
_FOLDED: Final = 4096
# So many lines stay in the processor's own memory while they are joined, hashed and compressed.
_JOINED: Final = 1024
# Of lines that come to more, no second piece is held in memory while the first is written.
_WIDE: Final = 1024 * 1024
_ERASED: Final = re.compile(rb'"[0-9a-f]{64}"')


# Gives the root of some lines, at once or when it is called.
Rooting = Callable[[Sequence[bytes]], Callable[[], bytes]]


class Leaves:
    """The tree of a file's lines, in memory of a few thousand hashes.

    As many as are folded away at once are a power of two, and so a node of the tree. `holds_erased` says whether
    a line was met that stands as its leaf, or whose leaf is one of those given as erased.
    """

    def __init__(self, erased: AbstractSet[bytes] = frozenset()) -> None:
        self.holds_erased = False
        self._erased = erased
        self._tree = merkle.Tree()
        self._waiting: list[bytes] = []

    def add(self, lines: Sequence[bytes]) -> None:
        """Hash lines."""
        hashing = sha256
        # Only an erased line begins with a quote.
        if b'"' in {line[:1] for line in lines}:
            self.holds_erased = True
            leaves = [leaf_of(line) for line in lines]
        else:
            leaves = [hashing(b"\x00" + line).digest() for line in lines]
            if self._erased and not self._erased.isdisjoint(leaves):
                self.holds_erased = True
        self._waiting += leaves
        while len(self._waiting) >= _FOLDED:
            self._tree.add_node(merkle.root(self._waiting[:_FOLDED]), leaves=_FOLDED)
            del self._waiting[:_FOLDED]

    def root(self) -> Root:
        """Compute the root of all lines; nothing can be added after it."""
        self._tree.add(self._waiting)
        self._waiting = []
        return Root(root=self._tree.root().hex(), leaves=self._tree.leaves)


class AskedLeaves:
    """The tree of a file's lines whose roots come from elsewhere, some thousand lines at a time."""

    def __init__(self, rooted: Rooting) -> None:
        self._rooted = rooted
        self._waiting: list[bytes] = []
        self._asked: list[Callable[[], bytes]] = []

    def add(self, lines: Sequence[bytes]) -> None:
        """Ask for the roots of lines, none of which stands as its leaf."""
        self._waiting += lines
        while len(self._waiting) >= _FOLDED:
            self._asked.append(self._rooted(self._waiting[:_FOLDED]))
            del self._waiting[:_FOLDED]

    def tree(self) -> merkle.Tree:
        """Give the tree of all lines."""
        tree = merkle.Tree()
        for root in self._asked:
            tree.add_node(root(), leaves=_FOLDED)
        tree.add(map(merkle.leaf, self._waiting))
        return tree

    def root(self) -> Root:
        """Compute the root of all lines."""
        tree = self.tree()
        return Root(root=tree.root().hex(), leaves=tree.leaves)


class LineFile:
    """One new file of lines, written as a stream.

    The roots of its lines may come from elsewhere (`rooted`), where no line stands as its leaf; and a thread may write
    it (`beside`), which tells what fails only later.
    """

    def __init__(
        self, path: Path, *, longest: int = LONGEST, rooted: Rooting | None = None, beside: Beside | None = None
    ) -> None:
        self.path = path
        self.lines = 0
        self._longest = longest
        self._leaves = Leaves() if rooted is None else AskedLeaves(rooted)
        self._do = at_once if beside is None else beside.do
        self._compressor = zstd.ZstdCompressor(level=LEVEL)
        with storing(path):
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")

    def add(self, lines: Sequence[bytes]) -> None:
        """Append lines, which come without their line ends."""
        for start in range(0, len(lines), _JOINED):
            some = lines[start : start + _JOINED]
            joined = checked(text_of(some), longest=self._longest)
            self.lines += len(some)
            written = self._do(partial(self._write, some, joined))
            if len(joined) > _WIDE:
                written()

    def _write(self, lines: Sequence[bytes], joined: bytes) -> None:
        self._leaves.add(lines)
        with storing(self.path):
            self._file.write(self._compressor.compress(joined))

    def finish(self) -> Root:
        """Bring the file to the disk and give the root of its lines."""
        return self.finishing()()

    def finishing(self) -> Callable[[], Root]:
        """Begin to bring the file to the disk; a call waits for that, and gives the root of its lines."""
        return self._do(self._finish)

    def _finish(self) -> Root:
        with storing(self.path), self._file:
            self._file.write(self._compressor.flush())
            sync(self._file)
        return self._leaves.root()

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._file.close()


def leaf_of(line: bytes) -> bytes:
    """Hash a line; an erased one stands as the JSON string of its leaf and counts as that."""
    return bytes.fromhex(line[1:-1].decode()) if _ERASED.fullmatch(line) else merkle.leaf(line)


def is_erased(line: bytes) -> bool:
    """Say whether a line stands as its leaf."""
    return _ERASED.fullmatch(line) is not None


def erase_lines(path: Path, leaves: AbstractSet[bytes], *, stated: Root, longest: int = LONGEST) -> int:
    """Put its leaf in the place of each line that has one of these leaves; give how many were put.

    A reader sees the file as it was or as it is then, whole; the root of its lines stays what is `stated`.
    """
    place = path.resolve()
    new = place.with_name(f".{place.name}.erased{TEMPORARY}")
    with storing(new):
        # A crash leaves it.
        new.unlink(missing_ok=True)
    file, count = LineFile(new, longest=longest), 0
    try:
        with storing(new):
            new.chmod(place.stat().st_mode & 0o777)
        for lines in split_lines(read(place), most=stated.leaves, longest=longest):
            kept = [_erased(leaf) if (leaf := merkle.leaf(line)) in leaves else line for line in lines]
            count += sum(one is not line for one, line in zip(kept, lines, strict=True))
            file.add(kept)
        if file.finish() != stated:
            raise RowsChanged(f"{place.name} does not give the root that is stated for it")
        with storing(place):
            new.replace(place)
            sync_folder(place.parent)
    finally:
        file.close()
        new.unlink(missing_ok=True)
    return count


def _erased(leaf: bytes) -> bytes:
    return b'"%s"' % leaf.hex().encode()


class Text(NamedTuple):
    """Lines as a file holds them, each with its end, and how many they are."""

    joined: bytes
    lines: int


def text_of(lines: Sequence[bytes]) -> Text:
    """Write lines as a file holds them."""
    return Text(b"\n".join((*lines, b"")), len(lines))


def checked(text: Text, *, longest: int = LONGEST) -> bytes:
    """Give the bytes of a text; refuse what their readers would refuse or cut elsewhere."""
    joined = text.joined
    if joined.count(b"\n") != text.lines:
        raise NotCanonical("a line holds a line end")
    if len(joined) > longest and any(len(line) > longest for line in joined.split(b"\n")):
        raise LineTooLong(f"a line is longer than {longest >> 20} MiB")
    return joined


def compress(text: Text, *, longest: int = LONGEST) -> bytes:
    """Give the whole of a small file of lines at once."""
    return zstd.compress(checked(text, longest=longest), LEVEL)


def leaves_of(data: bytes, *, most: int, erased: AbstractSet[bytes] = frozenset()) -> Leaves:
    """Read a compressed file's lines into their tree; stop where they are more than `most`."""
    leaves = Leaves(erased)
    for lines in split_lines(data, most=most):
        leaves.add(lines)
    return leaves


def tree_of(data: bytes, *, most: int, rooted: Rooting) -> merkle.Tree | None:
    """Read a compressed file's lines into their tree, some thousand at a time; None where one stands as its leaf."""
    leaves = AskedLeaves(rooted)
    for lines in split_lines(data, most=most):
        if b'"' in {line[:1] for line in lines}:
            return None
        leaves.add(lines)
    return leaves.tree()


def split_lines(data: bytes, *, most: int, longest: int = LONGEST) -> Iterator[list[bytes]]:
    """Give a compressed file's lines, some at a time, within the bounds of what may stand in it."""
    unended: list[bytes] = []
    seen = 0
    for piece in _pieces(data):
        head, *tails = piece.split(b"\n")
        unended.append(head)
        # Pieces are small: only the line that began in an earlier piece, or still goes on, can be too long.
        if sum(map(len, unended)) > longest:
            raise RowsChanged(f"a line is longer than {longest >> 20} MiB")
        if not tails:
            continue
        lines = [b"".join(unended), *tails[:-1]]
        unended = tails[-1:]
        seen += len(lines)
        if seen > most:
            raise RowsChanged("more lines than stated")
        yield lines
    if any(unended):
        raise RowsChanged("the last line has no end")


def _pieces(data: bytes) -> Iterator[bytes]:
    decompressor = zstd.ZstdDecompressor(options=_WINDOW)
    try:
        for fed in _slices(data):
            # One frame is one file; zstd itself would let more follow.
            if decompressor.eof:
                raise RowsChanged("something follows the compressed lines")
            yield decompressor.decompress(fed, max_length=_PIECE)
            while not (decompressor.needs_input or decompressor.eof):
                yield decompressor.decompress(b"", max_length=_PIECE)
    except zstd.ZstdError as fault:
        raise RowsChanged(str(fault)) from fault
    if not decompressor.eof or decompressor.unused_data:
        raise RowsChanged("the compressed lines are cut, or something follows them")


def _slices(data: bytes) -> Iterable[memoryview]:
    view = memoryview(data)
    return (view[at : at + _PIECE] for at in range(0, len(view), _PIECE))
