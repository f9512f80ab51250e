"""Channels of other people's making: pipelines of augraphy (MIT), the second simulator.

Augraphy is no dependency: it brings numba, scipy, scikit-learn, scikit-image and matplotlib, half a gigabyte. Whoever
wants these rows installs it into an environment of its own that also has ours::

    pip install --no-deps augraphy==8.2.6
    pip install numba scipy scikit-image scikit-learn matplotlib requests

without its ``opencv-python``, which would overwrite the headless one. It works on pictures, not on paper: what it is
given is the page at 300 dpi. Its effects are taken as they come, with their defaults, but for those that hide the page.
"""

import random
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import cv2
import numpy as np

from bench.channels.fields import Picture, Severity
from bench.channels.screens import shown

_DPI: Final = 300
Phases = tuple[list[Any], list[Any], list[Any]]


def is_there() -> bool:
    """Tell whether augraphy can be used."""
    return find_spec("augraphy") is not None


def pipeline(name: str) -> Callable[[Picture, np.random.Generator, Severity], Picture]:
    """Return the step that does one of :data:`PIPELINES`."""

    def step(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
        try:
            augraphy = import_module("augraphy")
        except ImportError as error:
            raise SystemExit(f"augraphy is missing; see {__file__} for how to install it") from error
        seed = int(rng.integers(1 << 31))
        ink, paper, post = PIPELINES[name](augraphy, severity)
        sheet = cv2.cvtColor(shown(page, _DPI), cv2.COLOR_GRAY2BGR)
        # It draws from the generators that everybody shares.
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 -- the same
        cv2.setRNGSeed(seed)
        made = augraphy.AugraphyPipeline(ink_phase=ink, paper_phase=paper, post_phase=post, random_seed=seed)(
            sheet
        )
        picture = np.asarray(made, np.uint8)
        gray = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)  # noqa: PLR2004 -- H, W
        return np.ascontiguousarray(gray, np.uint8)

    return step


def _scan(kit: Any, severity: Severity) -> Phases:  # noqa: ANN401 -- a module
    turn = (-3, 3) if severity == "bad" else (-1, 1)
    return (
        [kit.InkBleed(p=1), kit.LowInkRandomLines(p=0.5)],
        [kit.NoiseTexturize(p=0.5), kit.BrightnessTexturize(p=0.5)],
        [
            kit.Geometric(rotate_range=turn, p=1),
            kit.SubtleNoise(p=1),
            kit.Brightness(brightness_range=(0.9, 1.1), p=1),
            kit.Jpeg(quality_range=(60, 95), p=1),
        ],
    )


def _copy(kit: Any, severity: Severity) -> Phases:  # noqa: ANN401 -- a module
    side = "all" if severity == "bad" else "random"
    return (
        [kit.InkBleed(p=1), kit.Letterpress(p=0.3)],
        [kit.DirtyDrum(p=0.7), kit.DirtyRollers(p=0.3)],
        [
            kit.BadPhotoCopy(noise_side=side, noise_iteration=(1, 1), p=1),
            kit.Geometric(rotate_range=(-1, 1), p=1),
            kit.Jpeg(quality_range=(60, 95), p=1),
        ],
    )


def _fax(kit: Any, severity: Severity) -> Phases:  # noqa: ANN401 -- a module
    scale = (1.0, 1.25) if severity == "ordinary" else (1.25, 1.75)
    return [], [], [kit.Faxify(scale_range=scale, p=1)]


def _photo(kit: Any, severity: Severity) -> Phases:  # noqa: ANN401 -- a module
    folds = 4 if severity == "bad" else 2
    return (
        [kit.InkBleed(p=0.5)],
        [kit.NoiseTexturize(p=0.5)],
        [
            kit.Folding(fold_count=folds, p=0.8),
            kit.LightingGradient(p=1),
            kit.ShadowCast(p=0.7),
            kit.LowLightNoise(p=0.5 if severity == "ordinary" else 1),
            kit.Jpeg(quality_range=(60, 95), p=1),
        ],
    )


def _screen(kit: Any, severity: Severity) -> Phases:  # noqa: ANN401 -- a module
    return (
        [],
        [],
        [
            kit.LCDScreenPattern(p=1),
            kit.Moire(p=1 if severity == "bad" else 0.5),
            kit.LightingGradient(p=0.7),
            kit.Jpeg(quality_range=(60, 95), p=1),
        ],
    )


def _desk(kit: Any, severity: Severity) -> Phases:  # noqa: ANN401 -- a module
    return (
        [kit.LinesDegradation(p=0.3), kit.InkBleed(p=0.5)],
        [kit.Stains(p=0.7)],
        [
            kit.Scribbles(scribbles_type="lines", p=1),
            kit.Markup(p=0.7),
            kit.BookBinding(p=0.3 if severity == "ordinary" else 1),
            kit.BindingsAndFasteners(p=0.5),
            kit.Jpeg(quality_range=(60, 95), p=1),
        ],
    )


PIPELINES: Final[Mapping[str, Callable[[Any, Severity], Phases]]] = {
    "scan": _scan,
    "copy": _copy,
    "fax": _fax,
    "photo": _photo,
    "screen": _screen,
    "desk": _desk,
}
