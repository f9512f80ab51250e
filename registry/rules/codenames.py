"""Code names: what the register holds of a document that is kept light, in place of its title.

Laws: a name that is proposed says nothing of the document, since nothing of the document is known where it is made;
it reads in Chinese and in English. Wherever a title is shown a code name says that it is one.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Final

from registry.errors import ConflictError, InvalidError
from registry.rules.limits import CODE_NAME_LIMIT
from registry.rules.texts import parse_line

SHOWN_AS: Final = "〔代号 Code name〕"
"""Stands before a code name where a title would stand."""
_MARK: Final = "〔代号"

_THINGS: Final = """
    银杏 Ginkgo|青松 Pine|白桦 Birch|红枫 Maple|垂柳 Willow|香樟 Camphor|云杉 Spruce|冷杉 Fir|圆柏 Juniper|榆树 Elm|
    榉树 Zelkova|梧桐 Parasol tree|白杨 Poplar|槐树 Locust tree|椴树 Linden|胡桃 Walnut|山楂 Hawthorn|杜鹃 Azalea|
    茉莉 Jasmine|桂花 Osmanthus|腊梅 Wintersweet|木槿 Hibiscus|紫藤 Wisteria|芍药 Peony|海棠 Crabapple|石榴 Pomegranate|
    枇杷 Loquat|柑橘 Tangerine|蓝莓 Blueberry|薄荷 Mint|艾草 Mugwort|芦苇 Reed|菖蒲 Sweet flag|睡莲 Water lily|
    雪莲 Snow lotus|蕨草 Fern|苔藓 Moss|麦穗 Barley|荞麦 Buckwheat|芝麻 Sesame|
    喜鹊 Magpie|白鹭 Egret|鸿雁 Wild goose|燕子 Swallow|云雀 Skylark|画眉 Thrush|翠鸟 Kingfisher|鹈鹕 Pelican|
    海鸥 Gull|信天翁 Albatross|雨燕 Swift|戴胜 Hoopoe|松鼠 Squirrel|水獭 Otter|羚羊 Antelope|驯鹿 Reindeer|
    刺猬 Hedgehog|海豚 Dolphin|鲸鱼 Whale|鲟鱼 Sturgeon|鲤鱼 Carp|海星 Starfish|珊瑚 Coral|蜻蜓 Dragonfly|
    花岗岩 Granite|玄武岩 Basalt|石灰岩 Limestone|砂岩 Sandstone|板岩 Slate|大理石 Marble|石英 Quartz|云母 Mica|
    琥珀 Amber|玛瑙 Agate|翡翠 Jade|碧玺 Tourmaline|黄铜 Brass|青铜 Bronze|锡器 Pewter|陶土 Clay|
    山泉 Spring|溪流 Brook|瀑布 Waterfall|湖泊 Lake|沙洲 Sandbar|海湾 Bay|峡谷 Canyon|高原 Plateau|
    草甸 Meadow|冰川 Glacier|沙丘 Dune|晨雾 Mist|彩虹 Rainbow|霜花 Hoarfrost|初雪 First snow|微风 Breeze
"""
"""Plants, animals, stones and landscapes: nothing that a company's papers are about."""

THINGS: Final = tuple(" ".join(thing.split()) for thing in _THINGS.split("|"))
_FIRST_NUMBER, _NUMBERS = 100, 900


class CodeNameTaken(ConflictError):
    """Another document has this code name."""

    code = "code-name-taken"


class TitleNotKept(InvalidError):
    """A title was given for a document of which the register holds none."""

    code = "title-not-kept"


class TitleLikeCodeName(InvalidError):
    """A title begins as code names are shown."""

    code = "title-like-code-name"


def propose(choose: Callable[[Sequence[int]], int] = secrets.choice) -> str:
    """Return a code name, such as 银杏 Ginkgo 417; whether another document has it, only the register knows."""
    thing = THINGS[choose(range(len(THINGS)))]
    return f"{thing} {choose(range(_FIRST_NUMBER, _FIRST_NUMBER + _NUMBERS))}"


def parse_code_name(text: str) -> str:
    """Return a code name as the register keeps it: without the words that say what it is.

    Raises:
        InvalidError: it is empty, too long, or holds what cannot be seen.
    """
    line = parse_line(text, field="code_name", limit=CODE_NAME_LIMIT + len(SHOWN_AS)).removeprefix(SHOWN_AS)
    return parse_line(line, field="code_name", limit=CODE_NAME_LIMIT)


def in_place_of_title(code_name: str | None, title: str) -> tuple[str | None, str]:
    """Return the code name and what stands where titles stand.

    Args:
        code_name: What was chosen; None for a document that has a title.
        title: What was typed as title.

    Raises:
        TitleNotKept: both were given.
        TitleLikeCodeName: the title could be taken for a code name.
        InvalidError: the code name cannot be kept.
    """
    if code_name is None:
        if title.lstrip().startswith(_MARK):
            raise TitleLikeCodeName("got a title that begins as code names are shown", field="title")
        return None, title
    name = parse_code_name(code_name)
    if title.strip():
        raise TitleNotKept("got a title beside a code name", field="title")
    return name, SHOWN_AS + name
