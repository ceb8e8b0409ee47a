from hashlib import sha256

import pytest
from pymerkle import InmemoryTree

from hffix.model.merkle import EMPTY, Tree, blocks, cover, cover_nodes, leaf, root

DATA = tuple(str(number).encode() for number in range(257))
LEAVES = tuple(leaf(data) for data in DATA)


def naive(leaves: tuple[bytes, ...]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + naive(leaves[:split]) + naive(leaves[split:])).digest()


def test_roots_are_those_of_rfc_9162_for_every_size() -> None:
    tree, other = Tree(), InmemoryTree(algorithm="sha256")
    for size in range(len(LEAVES) + 1):
        expected = naive(LEAVES[:size])
        assert root(LEAVES[:size]) == tree.root() == expected
        assert tree.leaves == size
        if size:
            assert other.get_root() == expected
        if size < len(LEAVES):
            tree.add([LEAVES[size]])
            other.append_entry(DATA[size])


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_leaf_and_a_node_cannot_be_taken_for_each_other() -> None:
    assert root(LEAVES[:2]) != leaf(LEAVES[0] + LEAVES[1])


@pytest.mark.parametrize("leaves", range(70))
def test_the_nodes_that_cover_the_rest_give_the_root_for_every_beginning(leaves: int) -> None:
    whole = LEAVES[:leaves]
    for first in range(leaves + 1):
        sizes = list(cover(first, leaves))
        nodes = cover_nodes(iter(whole[first:]), first=first, leaves=leaves)
        tree = Tree()
        tree.add(whole[:first])
        for node, size in zip(nodes, sizes, strict=True):
            tree.add_node(node, leaves=size)

        assert (tree.leaves, tree.root()) == (leaves, naive(whole))
        assert sum(sizes) == leaves - first
        assert len(sizes) <= max(leaves.bit_length(), 1)


@pytest.mark.parametrize("first", [0, 1, 2, 3, 8, 13])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9, 21])
def test_blocks_of_leaves_are_nodes_of_the_tree_that_they_stand_in(first: int, count: int) -> None:
    leaves = [leaf(bytes([number])) for number in range(first + count)]
    tree = Tree()
    tree.add(leaves[:first])
    for size, hashed in blocks(leaves[first:], first=first):
        tree.add_node(hashed, leaves=size)
    assert (tree.root(), tree.leaves) == (root(leaves), len(leaves))
