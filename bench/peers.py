"""What watermarks for pictures keep of 64 bits when a page of text is printed, beside ours on the same pages.

`blind-watermark` (MIT) and `invisible-watermark` (MIT) are no dependencies of ours. Whoever wants this table installs
them into an environment of its own that also has ours; without ``opencv-python``, which would overwrite the headless
one::

    pip install --no-deps blind-watermark==0.4.4 invisible-watermark==0.2.0
    pip install PyWavelets

The second imports torch for its method "rivaGan" alone; it is left out, and an empty module stands in for torch.

Both embed into colour pictures; here into the page at 300 dpi. They are lent what they lack: the picture that leaked is
laid over the original by features before they read it. Who stays unnamed there is not unnamed for want of alignment.
"""

import math
import sys
import types
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

import watermark
from bench.channels import channel
from bench.channels.fields import Picture
from bench.report import Row, at_least, show
from bench.tracing import ours, rows, trials
from bench.tracing.documents import TEXTS, registered

_DPI: Final = 300
_BITS: Final = 64
_CERTAIN: Final = 1e-9
_ISSUED: Final = 10_000
_RATIO: Final = 0.8
_CHANNELS: Final = ("scan-300", "phone", "copy-1", "fax", "screenshot")

Colours = NDArray[np.uint8]
Bits = NDArray[np.int64]
Method = tuple[Callable[[Colours, Bits], Colours], Callable[[Colours], Bits]]


def main(quick: bool) -> None:
    """Mark pages with every method that is there, send them through channels, and count."""
    found = _methods()
    for package in ("blind_watermark", "imwatermark"):
        if find_spec(package) is None:
            print(f"{package} is missing; see bench/peers.py for how to install it")
    few = 1 if quick else 4
    shown: list[Row] = []
    for name, method in found.items():
        for way in ("file", "jpeg-75", *_CHANNELS):
            bits, named = 0.0, 0
            for trial in range(few):
                share, is_named = _tried(method, way, trial)
                bits, named = bits + share / few, named + is_named
            shown.append(
                at_least(
                    f"{name}: {way}: {named} of {few} named, bits right",
                    100 * bits,
                    "%",
                    yardstick=50,
                    target=100 * _least_bits(),
                    against="by chance",
                )
            )
    for way in _CHANNELS:
        row = rows.Row(f"peers {way}", way, rows.Kind.MARKED, (way,), target=1.0)
        done = [trials.run(row, 1, trial, ours()) for trial in range(few)]
        named = sum(result.outcome == "named" for result in done)
        shown.append(
            at_least(f"ours: {way}: named", named, "pages", yardstick=few, target=few, against="tried")
        )
    show("peers", shown)


def _methods() -> dict[str, Method]:
    """Return the methods that can be used here."""
    found: dict[str, Method] = {}
    if find_spec("blind_watermark") is not None:
        found["blind-watermark"] = _blind()
    if find_spec("imwatermark") is not None:
        for name in ("dwtDct", "dwtDctSvd"):
            found[f"invisible-watermark {name}"] = _invisible(name)
    return found


def _blind() -> Method:
    package: Any = import_module("blind_watermark")
    package.bw_notes.close()

    def embed(page: Colours, bits: Bits) -> Colours:
        marker = package.WaterMark(password_img=1, password_wm=1)
        marker.read_img(img=page)
        marker.read_wm([bool(bit) for bit in bits], mode="bit")
        values = np.asarray(marker.embed(), np.float64)
        return np.clip(np.rint(values), 0, 255).astype(np.uint8)

    def extract(picture: Colours) -> Bits:
        marker = package.WaterMark(password_img=1, password_wm=1)
        values = marker.extract(embed_img=picture, wm_shape=_BITS, mode="bit")
        return (np.asarray(values, np.float64) > 0.5).astype(np.int64)  # noqa: PLR2004 -- between 0 and 1

    return embed, extract


def _invisible(name: str) -> Method:
    stand_in = "torch" not in sys.modules and find_spec("torch") is None
    if stand_in:
        sys.modules["torch"] = types.ModuleType("torch")
    try:
        package: Any = import_module("imwatermark")
    finally:
        if stand_in:
            del sys.modules["torch"]

    def embed(page: Colours, bits: Bits) -> Colours:
        encoder = package.WatermarkEncoder()
        encoder.set_watermark("bits", [int(bit) for bit in bits])
        return np.asarray(encoder.encode(page, name), np.uint8)

    def extract(picture: Colours) -> Bits:
        decoder = package.WatermarkDecoder("bits", _BITS)
        return np.asarray(decoder.decode(picture, name), np.float64).round().astype(np.int64)

    return embed, extract


def _tried(method: Method, way: str, trial: int) -> tuple[float, bool]:
    """Return the share of bits that came through, and whether that names the copy among those issued."""
    embed, extract = method
    chance = np.random.default_rng([trial, 77])
    document = registered(TEXTS[trial % len(TEXTS)])
    gray = watermark.render_page(document.cleaned, 1, _DPI, gray=True)
    page = np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8)
    codes = chance.integers(0, 2, (_ISSUED, _BITS))
    copy = int(chance.integers(_ISSUED))
    marked = embed(page, codes[copy])[: page.shape[0], : page.shape[1]]
    if way == "file":
        picture = marked
    elif way == "jpeg-75":
        packed = cv2.imencode(".jpg", marked, [cv2.IMWRITE_JPEG_QUALITY, 75])[1]
        picture = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    else:
        sheet = cv2.cvtColor(
            cv2.resize(marked, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST), cv2.COLOR_BGR2GRAY
        )
        leaked = channel(way)(np.asarray(sheet, np.uint8), chance, "ordinary")
        picture = np.asarray(cv2.cvtColor(laid_over(leaked, gray), cv2.COLOR_GRAY2BGR), np.uint8)
    read = extract(picture)
    wrong = (codes != read).sum(1)
    nearest = int(wrong.argmin())
    is_named = nearest == copy and _ISSUED * _tail(int(wrong[copy])) <= _CERTAIN
    return float(1 - wrong[copy] / _BITS), is_named


def laid_over(picture: Picture, original: Picture) -> Picture:
    """Return a picture laid over the original by the features that both have; only resized where there are too few."""
    size = original.shape[1], original.shape[0]
    finder = cv2.SIFT.create(4000)
    parts = [
        cv2.resize(one, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        for one, ratio in _halves(picture, original)
    ]
    (places, looks), (goals, models) = (finder.detectAndCompute(part, None) for part in parts)
    if len(places) > 1 and len(goals) > 1:
        pairs = cv2.BFMatcher().knnMatch(looks, models, k=2)
        good = [first for first, second in pairs if first.distance < _RATIO * second.distance]
        ratios = [ratio for _, ratio in _halves(picture, original)]
        if len(good) >= 10:  # noqa: PLR2004 -- fewer agree by accident
            start = np.array([places[match.queryIdx].pt for match in good]) / ratios[0]
            goal = np.array([goals[match.trainIdx].pt for match in good]) / ratios[1]
            matrix, _ = cv2.findHomography(start, goal, cv2.USAC_MAGSAC, 3.0)
            if matrix is not None:
                return np.asarray(cv2.warpPerspective(picture, matrix, size, borderValue=(255,)), np.uint8)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _halves(picture: Picture, original: Picture) -> tuple[tuple[Picture, float], tuple[Picture, float]]:
    """Return both with the ratio that makes them about 1,700 pixels high."""
    return (picture, 1700 / picture.shape[0]), (original, 1700 / original.shape[0])


def _tail(wrong: int) -> float:
    """Return the chance that a code by accident has at most so many wrong bits."""
    return float(sum(math.comb(_BITS, count) for count in range(wrong + 1)) / 2**_BITS)


def _least_bits() -> float:
    """Return the share of bits that have to be right to name one of those issued."""
    return 1 - max(wrong for wrong in range(_BITS) if _ISSUED * _tail(wrong) <= _CERTAIN) / _BITS
