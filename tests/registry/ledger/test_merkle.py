"""The tree of RFC 9162, against known roots and against its definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)

# The leaves and roots that implementations of RFC 6962 test themselves with.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree_of(leaves):
    """Return the root by the definition of RFC 9162 §2.1.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(tree_of(leaves[:split]), tree_of(leaves[split:]))


def grow(bodies):
    """Return the frontier after each append, the leaves, and all complete subtrees by level and index."""
    frontier, leaves, stored = Frontier(), [], {}
    frontiers = [frontier]
    for index, body in enumerate(bodies):
        leaves.append(leaf_hash(body))
        stored[0, index] = leaves[-1]
        frontier, completed = frontier.append(leaves[-1])
        for subtree in completed:
            assert (subtree.level, subtree.index) not in stored
            stored[subtree.level, subtree.index] = subtree.hash
        frontiers.append(frontier)
    return frontiers, leaves, lambda level, index: stored[level, index]


def bodies_of(count):
    return [str(number).encode() for number in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_known_ones(size):
    frontiers, _, subtrees = grow([bytes.fromhex(leaf) for leaf in LEAVES[:size]])
    assert frontiers[size].root().hex() == ROOTS[size]
    assert root_of(size, subtrees).hex() == ROOTS[size]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert EMPTY_ROOT.hex() == ROOTS[0]


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_every_root_is_the_one_of_the_definition(bodies):
    frontiers, leaves, subtrees = grow(bodies)
    for size, frontier in enumerate(frontiers):
        assert frontier.root() == root_of(size, subtrees) == tree_of(leaves[:size])


@given(st.integers(0, 200))
def test_a_frontier_survives_being_stored(size):
    frontier = grow(bodies_of(size))[0][-1]
    assert Frontier.from_bytes(size, frontier.to_bytes()) == frontier


@pytest.mark.parametrize(
    ("size", "packed"), [(1, b""), (0, b"x" * 32), (3, b"x" * 32), (1, b"x" * 31), (-1, b"")]
)
def test_a_frontier_that_does_not_fit_its_size_is_refused(size, packed):
    with pytest.raises(ValueError, match=r"^got "):
        Frontier.from_bytes(size, packed)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33])
def test_every_leaf_is_proven_to_be_included(size):
    frontiers, leaves, subtrees = grow(bodies_of(size))
    root = frontiers[-1].root()
    for index in range(size):
        path = inclusion_proof(index, size, subtrees)
        assert is_included(leaves[index], index, size, path, root)
        assert not is_included(leaf_hash(b"other"), index, size, path, root)
        assert not is_included(leaves[index], index, size, (*path, root), root)
        for other in range(size):
            if other != index:
                assert not is_included(leaves[index], other, size, path, root)
    assert not is_included(leaves[0], -1, size, (), root)
    assert not is_included(leaves[0], size, size, (), root)


@pytest.mark.parametrize("new", [1, 2, 3, 7, 8, 21])
def test_every_size_is_proven_to_continue_every_smaller_one(new):
    frontiers, _, subtrees = grow(bodies_of(new))
    new_root = frontiers[new].root()
    for old in range(1, new + 1):
        old_root = frontiers[old].root()
        proof = consistency_proof(old, new, subtrees)
        assert is_consistent(old, old_root, new, new_root, proof)
        assert not is_consistent(old, leaf_hash(b"other"), new, new_root, proof)
        assert not is_consistent(old, old_root, new, leaf_hash(b"other"), proof)
        assert not is_consistent(old, old_root, new, new_root, (*proof, old_root))
        if proof:
            assert not is_consistent(old, old_root, new, new_root, proof[:-1])


@given(st.integers(2, 60), st.data())
def test_a_tree_with_one_changed_leaf_never_continues_the_old_one(size, data):
    changed = data.draw(st.integers(0, size - 2))
    old = data.draw(st.integers(changed + 1, size - 1))
    bodies = bodies_of(size)
    honest = grow(bodies)[0][old].root()
    bodies[changed] = b"changed"
    frontiers, _, subtrees = grow(bodies)
    assert not is_consistent(
        old, honest, size, frontiers[size].root(), consistency_proof(old, size, subtrees)
    )


def test_nothing_is_proven_from_the_empty_tree():
    frontiers, _, subtrees = grow(bodies_of(3))
    assert not is_consistent(0, EMPTY_ROOT, 3, frontiers[3].root(), ())
    for old, new in ((0, 3), (4, 3), (0, 0)):
        with pytest.raises(ValueError, match="wanted 0 < old <= new"):
            consistency_proof(old, new, subtrees)


@pytest.mark.parametrize(("index", "size"), [(3, 3), (-1, 3), (0, 0)])
def test_no_proof_is_made_for_a_leaf_that_is_not_there(index, size):
    with pytest.raises(ValueError, match="of a tree of"):
        inclusion_proof(index, size, grow(bodies_of(3))[2])
