"""Cut the bundled font from Noto Sans SC: GB 2312, Latin, punctuation and the signs our marks use.

Run once by a developer when the selection changes; the result is committed beside this file::

    python watermark/fonts/make_subset.py NotoSansSC_400Regular.ttf

The Open Font License reserves the name "Source" for Adobe; the cut font carries a name of its own, so that nobody
takes it for the complete one.
"""

import argparse
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Foliotrace Sans SC"
POSTSCRIPT_NAME = "FoliotraceSansSC-Regular"
TARGET = Path(__file__).with_name("FoliotraceSans-SC.ttf")

#: Inclusive ranges: Latin with its extensions, general punctuation, signs, enclosed and full-width forms.
RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),
    (0x01CD, 0x01DC),
    (0x2010, 0x2027),
    (0x2030, 0x203A),
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2160, 0x217F),
    (0x2190, 0x2199),
    (0x2460, 0x249B),
    (0x25A0, 0x25FF),
    (0x2605, 0x2606),
    (0x2713, 0x2718),
    (0x3000, 0x301F),
    (0xFF01, 0xFF5E),
    (0xFFE0, 0xFFE6),
)

#: Characters of personal names that GB 2312 (1980) lacks and that clerks meet every week.
NAME_CHARACTERS = (
    "喆镕玥珺堃翀昉旸赟祎珅莙禛曈垚犇骉燚昇瑄琤琀珣璟瑀玭珮頔烜晅暐昳昪昺晞晸旻旼彧彣弢闿隺雱"
    "霂靑颋飏骕骦鹍鹮龑龢龥暕杍枟栐棽榑沄沚泂洺浥涢淏淯湜湦溁溦澂濛炘焜燊爔牁玓玕玘玙玚玞玠玹"
    "珒琇琎琯瑅瑆瑢瑨璈璘璠璱璿畯皛皞皦矞祐禔禕秾竑簃翚翯翾芃莀蒨虓衎袆褆谞贇赑赪郃釗鈊鋆钘镠"
)


def wanted_characters() -> frozenset[int]:
    """Return the code points the bundled font shall cover, as far as its source has them."""
    gb2312 = {
        ord(bytes((lead, trail)).decode("gb2312", "ignore") or " ")
        for lead in range(0xA1, 0xF8)
        for trail in range(0xA1, 0xFF)
    }
    ranges = {code for first, last in RANGES for code in range(first, last + 1)}
    return frozenset(gb2312 | ranges | {ord(character) for character in NAME_CHARACTERS})


def cut(source: Path, target: Path) -> None:
    """Write the subset of ``source`` under its own name to ``target``."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "BASE", "GDEF", "GPOS", "GSUB", "STAT", "prep", "gasp"]
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted_characters())
    cutter.subset(font)
    names = {1: FAMILY, 3: f"{POSTSCRIPT_NAME};1", 4: f"{FAMILY} Regular", 6: POSTSCRIPT_NAME}
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font.save(target, reorderTables=True)


def main() -> int:
    """Cut the font named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", type=Path, help="Noto Sans SC Regular as a TrueType file")
    cut(parser.parse_args().source, TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
