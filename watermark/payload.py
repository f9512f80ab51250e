"""What the dots of one page say: 64-bit identity and page number as 256 protected symbols, and back.

A tile is 16 x 16 cells, each saying one symbol of 0…15. An eighth of the cells are *sync* (the message does not touch
them), the other 224 carry a keyed random linear code over GF(16) of dimension 20. A keyed mask is added to all 256.
Where the symbols lie on paper is decided by :mod:`watermark.marks.dots`.

Laws to keep in mind:

* For any message, fixed beforehand, the 256 symbols are uniform and independent over the mask. So whatever a picture
  shows, as long as it was made without knowledge of the mask, the product over cells of ``16 * p(symbol)`` has
  expectation 1 for each of the 2^79 messages, however good or bad the weights ``p`` are (they need only sum to one in
  each cell). Markov's inequality and a union over messages turn that product into a bound on false readings that does
  not depend on how the decoder searched.
* Only code cells count as evidence. The same bound then holds for pictures that *are* marked, against every other
  message: the difference of two words of a random code is uniform. Sync cells agree with every message alike; counting
  them would let a true mark vouch for a wrong name.
* Format 1 is frozen by ``docs/dot-format.md`` and pinned by vectors.
"""

import hashlib
import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

TILE = 16
"""Cells along each side of a tile."""
SYMBOLS = 16
"""Symbols one cell can say."""
IDENTITY_BITS = 64
PAGE_BITS = 15
"""As many page numbers as the three base-32 characters of the QR text hold."""
MESSAGE_BITS = IDENTITY_BITS + PAGE_BITS

_LABEL = b"foliotrace/dots/1"
_RESERVED = 8  # the first bit of a message is zero
_SYMBOL_BITS = 4
_PAGE_SYMBOLS = 4  # the reserved bit and the page number
_DIMENSION = 20  # 4-bit symbols of the message: one reserved zero bit, page, identity
_ROWS, _COLS = np.indices((TILE, TILE))
_SYNC: NDArray[np.bool_] = (3 * _ROWS + _COLS) % 8 == 0  # the nearest to a cell lie (2, 2) and (1, -3) away
EVIDENCE: NDArray[np.bool_] = ~_SYNC
"""``(16, 16)``: True for the cells of a tile that tell one copy from another."""
_CODE_CELLS = np.flatnonzero(EVIDENCE)

# The model of a cell is never quite right; three temperatures are mixed in the evidence, and no cell may cost more than
# log10(0.05) = 1.3 decades. A mixture of weights that each sum to one sums to one: the bound holds.
_TEMPERATURES = (1.0, 0.5, 0.25)
_DOUBT = 0.05

# Effort of the search (power, not safety). The most trusted set is searched deeply; then many other sets a little:
# where writing or a slip of the lattice makes cells lie with confidence, a set free of lies is found by chance. With
# 16 of 80 cells lying, 4 % of the sets hold at most one lie, so that 120 sets fail in less than one case of a hundred.
_SETS = 120
_DEEP_PAIRS, _DEEP_TRIPLES = 90, 24
_PAIRS, _TRIPLES = 30, 0
_SHUFFLE = 0.15  # standard deviation added to the doubt of cells when another set is drawn


@dataclass(frozen=True)
class Decoded:
    """The best message for a tile.

    Attributes:
        identity: 64-bit identity.
        page: Page number.
        log10_evidence: Decades by which the code cells prefer this message over uniform symbols. The expectation of
            ``10 ** log10_evidence`` is at most 1 for each message but the one that is printed.
    """

    identity: int
    page: int
    log10_evidence: float


@dataclass(frozen=True)
class _Code:
    """Keyed parts of the format: ``mask`` (256,) and ``generator`` (20, 224), entries 0…15.

    ``products`` (20, 16, 224) has each row of the generator times each symbol.
    """

    mask: NDArray[np.uint8]
    generator: NDArray[np.uint8]
    products: NDArray[np.uint8]


def tile_symbols(identity: int, page: int, key: bytes) -> NDArray[np.uint8]:
    """Return the (16, 16) symbols of a page's tile, row 0 at the top, column 0 at the left.

    Args:
        identity: 0 … 2^64 - 1.
        page: 0 … 2^15 - 1.
        key: Secret of the installation; empty is allowed and means that everyone can read.

    Raises:
        ValueError: identity or page out of range.
    """
    tile: NDArray[np.uint8] = tiles(identity, (page,), key)[0]
    return tile


def tiles(identity: int, pages: Sequence[int], key: bytes) -> NDArray[np.uint8]:
    """Return the symbols of several pages at once, ``(pages, 16, 16)``; as :func:`tile_symbols` for each."""
    if not 0 <= identity < 1 << IDENTITY_BITS:
        raise ValueError(f"identity must have 64 bits, got {identity}")
    for page in pages:
        if not 0 <= page < 1 << PAGE_BITS:
            raise ValueError(f"page must be 0 to {(1 << PAGE_BITS) - 1}, got {page}")
    code = _code(key)
    symbols = np.tile(code.mask, (len(pages), 1))
    # The code is linear: what the identity says is the same on every page, and four symbols say the page.
    same = _encode(_message(identity, 0), code.generator)
    said = np.array([_message(0, page)[:_PAGE_SYMBOLS] for page in pages], np.uint8).reshape(
        -1, _PAGE_SYMBOLS
    )
    products = _TIMES[said[:, :, None], code.generator[None, :_PAGE_SYMBOLS]]
    symbols[:, _CODE_CELLS] ^= same ^ np.bitwise_xor.reduce(products, axis=1)
    return symbols.reshape(-1, TILE, TILE)


def unmasked(logits: NDArray[np.float64], page: int, key: bytes) -> NDArray[np.float64]:
    """Return what a tile says of the identity alone, so that the tiles of several pages can be added up.

    Args:
        logits: ``(16, 16, 16)``, row, column, symbol: log-likelihoods up to a constant per cell.
        page: The page number that its dots say.
        key: As for :func:`tile_symbols`.

    Returns:
        ``(224, 16)``: cell that bears evidence, symbol of :func:`identity_symbols`.
    """
    code = _code(key)
    hidden = code.mask.copy()
    hidden[_CODE_CELLS] ^= _encode(_message(0, page), code.generator)
    plain = np.arange(SYMBOLS)[None, :] ^ hidden[:, None]
    return np.take_along_axis(logits.reshape(TILE * TILE, SYMBOLS), plain, axis=1)[_CODE_CELLS]


def identity_symbols(
    identities: NDArray[np.uint64], key: bytes, cells: NDArray[np.intp] | None = None
) -> NDArray[np.uint8]:
    """Return ``(n, 224)``: what the cells that bear evidence say of each identity, mask and page aside.

    Args:
        identities: ``(n,)``.
        key: As for :func:`tile_symbols`.
        cells: Which cells, if not all.
    """
    products = _code(key).products[_PAGE_SYMBOLS:]
    if cells is not None:
        products = products[:, :, cells]
    symbols = np.zeros((len(identities), products.shape[2]), np.uint8)
    for place, product in enumerate(products):
        shift = np.uint64(IDENTITY_BITS - _SYMBOL_BITS * (place + 1))
        said = (identities >> shift).astype(np.uint8) & np.uint8(SYMBOLS - 1)
        symbols ^= product[said]
    return symbols


def sync_evidence(logits: NDArray[np.float64], key: bytes) -> NDArray[np.float64]:
    """Return natural-log evidence of the sync cells for every shift of a tile.

    Args:
        logits: ``(16, 16, 16)``, row, column, symbol: log-likelihoods, up to a constant per cell, of a torus whose
            origin is not known.
        key: As for :func:`tile_symbols`.

    Returns:
        ``(16, 16)``: entry ``[r, c]`` supposes that cell ``[r, c]`` is the first cell of the tile.
    """
    gain = np.log(SYMBOLS * _weights(logits, _TEMPERATURES[1]))
    mask = _code(key).mask.reshape(TILE, TILE)
    total = np.zeros((TILE, TILE))
    for row, col in zip(*np.nonzero(_SYNC), strict=True):
        total += np.roll(gain[:, :, mask[row, col]], (-row, -col), axis=(0, 1))
    return total


def decode(logits: NDArray[np.float64], key: bytes, enough: float = math.inf) -> Decoded:
    """Return the best message found for an aligned tile.

    Ordered statistics over GF(16): the most trusted 20 independent cells give a message; up to three of them are
    changed, cheapest first; repeated from other trusted sets.

    Args:
        logits: ``(16, 16, 16)``, row, column, symbol: log-likelihoods up to a constant per cell.
        key: As for :func:`tile_symbols`.
        enough: Stop early once the evidence reaches this many decades.
    """
    code = _code(key)
    masked = np.arange(SYMBOLS)[None, :] ^ code.mask[:, None]
    plain = np.take_along_axis(logits.reshape(TILE * TILE, SYMBOLS), masked, axis=1)[_CODE_CELLS]
    weights = _weights(plain, _TEMPERATURES[1])
    gain = np.log(weights)
    best_score, best = -math.inf, np.zeros(_DIMENSION, np.uint8)
    chance = np.random.default_rng(0)  # a fixed sequence: the same picture gives the same answer
    for attempt in range(_SETS):
        doubt = 1.0 - weights.max(axis=1) + (attempt > 0) * chance.normal(0.0, _SHUFFLE, len(weights))
        pool = (_DEEP_PAIRS, _DEEP_TRIPLES) if attempt == 0 else (_PAIRS, _TRIPLES)
        message, score = _search_around(code.generator, gain, np.argsort(doubt, kind="stable"), pool)
        if score > best_score and message[0] < _RESERVED:
            best_score, best = score, message
            if _log10_evidence(plain, best, code) >= enough:
                break
    value = int("".join(f"{digit:x}" for digit in best), 16)
    return Decoded(
        identity=value & ((1 << IDENTITY_BITS) - 1),
        page=(value >> IDENTITY_BITS) & ((1 << PAGE_BITS) - 1),
        log10_evidence=_log10_evidence(plain, best, code),
    )


def _message(identity: int, page: int) -> NDArray[np.uint8]:
    return np.array([int(digit, 16) for digit in f"{page << IDENTITY_BITS | identity:020x}"], np.uint8)


@lru_cache(maxsize=8)
def _code(key: bytes) -> _Code:
    seed = hmac.new(key, _LABEL, hashlib.sha256).digest()
    cells = TILE * TILE
    packed = np.frombuffer(
        hashlib.shake_256(seed).digest((cells + _DIMENSION * len(_CODE_CELLS)) // 2), dtype=np.uint8
    )
    nibbles = np.column_stack((packed >> 4, packed & 15)).reshape(-1)
    generator = nibbles[cells:].reshape(_DIMENSION, -1)
    products = _TIMES[np.arange(SYMBOLS)[None, :, None], generator[:, None, :]]
    return _Code(mask=nibbles[:cells], generator=generator, products=products)


def _times_table() -> NDArray[np.uint8]:
    """Products in GF(16) = GF(2)[x] / (x^4 + x + 1), entry ``[a, b]``."""
    table = np.zeros((16, 16), np.uint8)
    for a in range(16):
        for b in range(16):
            product = 0
            for bit in range(4):
                product ^= (a << bit) * (b >> bit & 1)
            for bit in (6, 5, 4):
                product ^= (0b10011 << (bit - 4)) * (product >> bit & 1)
            table[a, b] = product
    return table


_TIMES = _times_table()
_INVERSE = np.array([0, *(int(np.flatnonzero(_TIMES[a] == 1)[0]) for a in range(1, 16))], np.uint8)


def _encode(message: NDArray[np.uint8], generator: NDArray[np.uint8]) -> NDArray[np.uint8]:
    symbols: NDArray[np.uint8] = np.bitwise_xor.reduce(_TIMES[message[:, None], generator], axis=0)
    return symbols


def _weights(logits: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Softmax over the last axis with a floor; sums to one, which is all the bound asks for."""
    scaled = temperature * (logits - logits.max(axis=-1, keepdims=True))
    likelihood = np.exp(scaled)
    shares: NDArray[np.float64] = likelihood / likelihood.sum(axis=-1, keepdims=True)
    return (1 - _DOUBT) * shares + _DOUBT / SYMBOLS


def _log10_evidence(plain: NDArray[np.float64], message: NDArray[np.uint8], code: _Code) -> float:
    """Evidence of one message over the code cells: the mean over the temperatures."""
    symbols = _encode(message, code.generator)
    cells = np.arange(len(symbols))
    totals = np.array(
        [
            np.log(SYMBOLS * _weights(plain, temperature)[cells, symbols]).sum()
            for temperature in _TEMPERATURES
        ]
    )
    mean = np.logaddexp.reduce(totals) - math.log(len(totals))
    return float(mean / math.log(10))


def _trusted_form(
    generator: NDArray[np.uint8], order: NDArray[np.intp]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], list[int]]:
    """Bring the generator to identity on the first independent columns in ``order``.

    Returns:
        The reduced generator, the (20, 20) matrix that takes symbols at the pivots to the message, the pivots.
    """
    work = np.concatenate((generator, np.eye(_DIMENSION, dtype=np.uint8)), axis=1)
    pivots: list[int] = []
    for column in order:
        rank = len(pivots)
        candidates = np.flatnonzero(work[rank:, column])
        if not candidates.size:
            continue
        work[[rank, rank + candidates[0]]] = work[[rank + candidates[0], rank]]
        work[rank] = _TIMES[_INVERSE[work[rank, column]], work[rank]]
        factors = work[:, column].copy()
        factors[rank] = 0
        work ^= _TIMES[factors[:, None], work[rank][None, :]]
        pivots.append(int(column))
        if len(pivots) == _DIMENSION:
            break
    width = generator.shape[1]
    return work[:, :width], work[:, width:], pivots


def _search_around(
    generator: NDArray[np.uint8],
    gain: NDArray[np.float64],
    order: NDArray[np.intp],
    pool: tuple[int, int],
) -> tuple[NDArray[np.uint8], float]:
    """Return the best message that differs in at most three symbols from the trusted set's own, and its score."""
    reduced, to_message, pivots = _trusted_form(generator, order)
    telling = np.flatnonzero(np.ptp(gain, axis=1) > 0)  # cells never seen score the same for every symbol
    if not telling.size:
        return np.zeros(_DIMENSION, np.uint8), -math.inf
    hard = gain[pivots].argmax(axis=1).astype(np.uint8)
    base = _encode(hard, reduced)[telling]
    change = np.arange(1, SYMBOLS, dtype=np.uint8)
    loss = gain[pivots, hard][:, None] - gain[np.array(pivots)[:, None], hard[:, None] ^ change[None, :]]
    cheapest = np.argsort(loss, axis=None, kind="stable")
    place, by = np.unravel_index(cheapest, loss.shape)
    effect = _TIMES[change[by][:, None], reduced[place][:, telling]]
    effect = np.concatenate((effect, np.zeros((1, telling.size), np.uint8)))  # the last one changes nothing
    nothing = len(cheapest)
    place, by = np.append(place, -1), np.append(change[by], 0)
    changes = _combinations(place, *pool)
    words = base[None, :] ^ effect[changes[:, 0]] ^ effect[changes[:, 1]] ^ effect[changes[:, 2]]
    scores = gain[telling][np.arange(telling.size)[None, :], words].sum(axis=1)
    winner = int(scores.argmax())
    symbols = hard.copy()
    for index in changes[winner]:
        if index != nothing:
            symbols[place[index]] ^= by[index]
    return np.bitwise_xor.reduce(_TIMES[symbols[:, None], to_message], axis=0), float(scores[winner])


def _combinations(place: NDArray[np.intp], pairs: int, triples: int) -> NDArray[np.intp]:
    """Return ``(n, 3)`` indices of changes to try together: none, any one, two of the cheapest, three of the cheapest.

    Args:
        place: Which symbol each change concerns, cheapest first; the last one stands for no change.
        pairs: How many of the cheapest are paired.
        triples: How many of the cheapest are tried three at a time.
    """
    nothing = len(place) - 1
    singles = np.column_stack((np.arange(nothing + 1), np.full((nothing + 1, 2), nothing)))
    first, second = np.triu_indices(pairs, 1)
    by_two = np.column_stack((first, second, np.full(first.size, nothing)))
    grid = np.indices((triples,) * 3).reshape(3, -1).T
    by_three = grid[(grid[:, 0] < grid[:, 1]) & (grid[:, 1] < grid[:, 2])]
    several = np.concatenate((by_two, by_three))
    chosen = place[several]
    apart = (chosen[:, 0] != chosen[:, 1]) & (chosen[:, 0] != chosen[:, 2]) & (chosen[:, 1] != chosen[:, 2])
    return np.concatenate((singles, several[apart]))
