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
    "喆镕玥珺堃翀昉旸炜赟婧祎珅莙禛曈垚犇骉焱燚鑫淼昇瑄琤琀珣璟瑀玭珮"
    "頔煊烜晅暐曦昳昪昺晞晟晸暄旻旼昕昀彧彣弢弘韬韪闳闿阊隺隽雱霂霈露"
    "靑靖颀颋飏飚飒骐骕骦骁鹍鹮麒黉黻龑龢龥昶暕杲杍枟栐桢梓棽楠榑樾歆"
    "沄沚泂泓泠洺浠浥涢淏淯湜湦溁溦滢漪潇潞澍澂澹瀛瀚濛炘炫烨焜焯煜熠"
    "燊爔牁玎玓玕玘玙玚玞玠玢玮玹玺珂珈珉珏珒珑珙珞珧珩珲琇琎琚琛琦琨"
    "琪琬琮琰琳琯琼瑅瑆瑗瑜瑞瑢瑨瑭瑶瑷瑾璀璁璇璈璋璎璐璘璞璠璨璩璱璿"
    "甯畯皑皓皛皞皦盱睿矞砺硕碚磊祁祐祚祜祺禔禕禧秾稷穆竑竣笪筠筱箐簃"
    "粲绂绚绡绮缃缜缦缨羿翊翎翚翥翮翯翾耘聿肜胤舸芃芊芮芷苌苒苓茉茜荃"
    "荟莀莘菁菡萱葳蒨蓁蓉蔚蕙蕤蕴薇藜蘅虓蜓衎衍衎袆裎褆诒诗诣诺谌谕谞"
    "贇赑赪趱跞轩轶辂辰迦迪逄逯遨邈邗邵邺郃郄郅郇郗郜郝郦鄢鄯酆酾釗鈊"
    "鉴鋆钊钏钘钤钰钲铄铎铖铠铧铭锃锟锴镒镛镠镡镱长闫闰闻阮陟陬雒雯霁"
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
