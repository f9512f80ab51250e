"""The invented company: units, people and the papers of two months, as data. Nobody in it exists."""

from dataclasses import dataclass
from typing import Final

from registry.rules.roles import Role

PASSWORD: Final = "paper-demo-2026"  # noqa: S105 - printed at every start of the demonstration
PIN: Final = "246810"
LEAK_FILE: Final = "leaked-page.jpg"


@dataclass(frozen=True)
class DemoUnit:
    """A unit."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class DemoPerson:
    """A person with a login; everybody is a holder besides."""

    login: str
    zh: str
    en: str
    unit: str
    roles: tuple[Role, ...] = ()
    language: str = "zh"


@dataclass(frozen=True)
class DemoPaper:
    """A document: ``day`` counts back from today, ``copies`` is the print run.

    One with a photograph ends in a page that is dark from edge to edge, so that nothing which traces a leak finds room.
    """

    day: int
    unit: str
    title: str
    level: str
    period: str
    language: str
    copies: int
    meeting: int | None = None
    no_copying: bool = False
    photograph: bool = False


UNITS: Final = (
    DemoUnit("HQ", "公司总部", "Headquarters"),
    DemoUnit("BM", "保密办公室", "Registry Office"),
    DemoUnit("YF", "研发中心", "Research Centre"),
    DemoUnit("ZL", "战略发展部", "Strategy"),
    DemoUnit("CW", "财务部", "Finance"),
    DemoUnit("FW", "法务部", "Legal"),
    DemoUnit("GY", "供应链部", "Supply Chain"),
    DemoUnit("AB", "安全保卫部", "Site Security"),
)

CLERK, GUARD, AUDITOR, HANDLER = Role.CLERK, Role.GUARD, Role.AUDITOR, Role.HANDLER
HOLDER = Role.HOLDER
MANAGER, LEADER = Role.DEPARTMENT_MANAGER, Role.RESPONSIBLE_LEADER

PEOPLE: Final = (
    DemoPerson("admin", "顾明远", "Gu Mingyuan", "HQ", (Role.SYSTEM_ADMINISTRATOR,)),
    DemoPerson("officer", "沈静仪", "Shen Jingyi", "HQ", (Role.SECURITY_OFFICER,)),
    DemoPerson("auditor", "何审之", "He Shenzhi", "HQ", (AUDITOR,)),
    DemoPerson("auditor2", "Margaret Oyelaran", "Margaret Oyelaran", "HQ", (AUDITOR,), "en"),
    DemoPerson("leader", "梁振国", "Liang Zhenguo", "HQ", (LEADER,)),
    DemoPerson("leader2", "Helena Brandt", "Helena Brandt", "HQ", (LEADER,), "en"),
    DemoPerson("clerk", "林若溪", "Lin Ruoxi", "BM", (CLERK,)),
    DemoPerson("clerk2", "赵文清", "Zhao Wenqing", "BM", (CLERK,)),
    DemoPerson("clerk3", "Daniel Whitfield", "Daniel Whitfield", "BM", (CLERK,), "en"),
    DemoPerson("manager", "陈伯安", "Chen Bo'an", "YF", (MANAGER,)),
    DemoPerson("handler", "苏晓彤", "Su Xiaotong", "YF", (HANDLER,)),
    DemoPerson("zl-manager", "许怀瑾", "Xu Huaijin", "ZL", (MANAGER,)),
    DemoPerson("zl-handler", "Priya Raman", "Priya Raman", "ZL", (HANDLER,), "en"),
    DemoPerson("cw-manager", "钱嘉禾", "Qian Jiahe", "CW", (MANAGER,)),
    DemoPerson("cw-handler", "方文静", "Fang Wenjing", "CW", (HANDLER,)),
    DemoPerson("fw-manager", "严克礼", "Yan Keli", "FW", (MANAGER,)),
    DemoPerson("fw-handler", "Tomas Lindqvist", "Tomas Lindqvist", "FW", (HANDLER,), "en"),
    DemoPerson("gy-manager", "马骏驰", "Ma Junchi", "GY", (MANAGER,)),
    DemoPerson("gy-handler", "丁慧敏", "Ding Huimin", "GY", (HANDLER,)),
    DemoPerson("guard", "石大勇", "Shi Dayong", "AB", (GUARD,)),
    DemoPerson("guard2", "罗建军", "Luo Jianjun", "AB", (GUARD,)),
    DemoPerson("supervisor", "韩守信", "Han Shouxin", "AB", (Role.SUPERVISOR,)),
    DemoPerson("holder", "周文博", "Zhou Wenbo", "YF"),
    DemoPerson("wang.yi", "王奕辰", "Wang Yichen", "YF"),
    DemoPerson("li.mu", "李慕白", "Li Mubai", "YF"),
    DemoPerson("anna.k", "Anna Kowalska", "Anna Kowalska", "YF", (), "en"),
    DemoPerson("sun.h", "孙浩然", "Sun Haoran", "YF"),
    DemoPerson("deng.y", "邓雨薇", "Deng Yuwei", "ZL"),
    DemoPerson("cao.z", "曹子建", "Cao Zijian", "ZL"),
    DemoPerson("james.o", "James Okafor", "James Okafor", "ZL", (), "en"),
    DemoPerson("tang.x", "唐晓岚", "Tang Xiaolan", "CW"),
    DemoPerson("xie.r", "谢润泽", "Xie Runze", "CW"),
    DemoPerson("feng.l", "冯立群", "Feng Liqun", "FW"),
    DemoPerson("yuki.t", "Yuki Tanabe", "Yuki Tanabe", "FW", (), "en"),
    DemoPerson("peng.s", "彭思远", "Peng Siyuan", "GY"),
    DemoPerson("lu.q", "陆青川", "Lu Qingchuan", "GY"),
    DemoPerson("marco.b", "Marco Bellini", "Marco Bellini", "GY", (), "en"),
    DemoPerson("jiang.n", "江宁宁", "Jiang Ningning", "HQ"),
    DemoPerson("bai.f", "白凤仪", "Bai Fengyi", "HQ"),
    DemoPerson("ren.p", "任鹏飞", "Ren Pengfei", "HQ"),
    DemoPerson("du.w", "杜薇", "Du Wei", "CW"),
)

LEAVER: Final = "du.w"
"""Who never holds a paper and moves to another company."""

SHOWN_LOGINS: Final = (
    "clerk",
    "clerk2",
    "handler",
    "manager",
    "leader",
    "guard",
    "supervisor",
    "holder",
    "auditor",
    "officer",
    "admin",
)
"""One login for each role, and a second clerk since nobody may witness their own destruction."""

HANDLERS: Final = {
    "YF": "handler",
    "ZL": "zl-handler",
    "CW": "cw-handler",
    "FW": "fw-handler",
    "GY": "gy-handler",
}
MANAGERS: Final = {
    "YF": "manager",
    "ZL": "zl-manager",
    "CW": "cw-manager",
    "FW": "fw-manager",
    "GY": "gy-manager",
}

GATES: Final = (("东门", "East gate"), ("南门车辆通道", "South vehicle gate"))
SHREDDERS: Final = (
    ("保密室碎纸机 Registry shredder", "A 座 302 A-302", "P-7"),
    ("公用碎纸机 Shared shredder", "B 座大厅 B lobby", "P-4"),
)

MEETINGS: Final = (
    ("新一代导航样机研发评审会", "YF", "SECRET", "A 座 1201 会议室 Room A-1201", -3),
    ("年度战略务虚会", "ZL", "TOP_SECRET", "总部保密会议室 Secure room", 2),
    ("供应商价格谈判准备会", "GY", "CONFIDENTIAL", "C 座 305 Room C-305", 5),
)
"""Title, unit, level, place, and in how many days it takes place."""

TOP, MID, LOW = "TOP_SECRET", "SECRET", "CONFIDENTIAL"

PAPERS: Final = (
    DemoPaper(46, "YF", "导航样机总体技术方案", MID, "10年", "zh", 12),
    DemoPaper(45, "ZL", "Five-year market entry options", MID, "5年", "en", 10),
    DemoPaper(44, "CW", "第四季度资金安排", LOW, "3年", "zh", 8),
    DemoPaper(42, "FW", "Licensing dispute: settlement range", MID, "5年", "en", 9),
    DemoPaper(41, "GY", "关键元器件替代清单", MID, "10年", "zh", 14),
    DemoPaper(39, "YF", "惯性器件标定试验报告", LOW, "5年", "zh", 10),
    DemoPaper(38, "ZL", "并购标的尽职调查摘要", TOP, "20年", "zh", 6, None, no_copying=True),
    DemoPaper(36, "CW", "Transfer pricing memorandum", LOW, "3年", "en", 8),
    DemoPaper(35, "FW", "专利布局与规避设计意见", MID, "10年", "zh", 11),
    DemoPaper(33, "GY", "Supplier audit findings, second round", LOW, "3年", "en", 12),
    DemoPaper(31, "YF", "抗干扰算法评审材料", MID, "10年", "zh", 15),
    DemoPaper(30, "ZL", "董事会战略讨论稿", TOP, "长期", "zh", 8),
    DemoPaper(28, "CW", "研发投入结构分析", LOW, "3年", "zh", 9),
    DemoPaper(27, "YF", "Antenna array test campaign", LOW, "5年", "en", 10, photograph=True),
    DemoPaper(25, "FW", "出口管制合规指引", LOW, "5年", "zh", 12),
    DemoPaper(24, "GY", "价格谈判底线与策略", MID, "3年", "zh", 7, None, no_copying=True),
    DemoPaper(22, "ZL", "Competitor teardown summary", MID, "5年", "en", 12),
    DemoPaper(20, "YF", "样机可靠性增长计划", LOW, "5年", "zh", 13),
    DemoPaper(18, "CW", "融资方案比选", MID, "5年", "zh", 8),
    DemoPaper(16, "FW", "Draft joint-venture agreement", MID, "10年", "en", 9),
    DemoPaper(14, "GY", "备货与库存应急预案", LOW, "3年", "zh", 10),
    DemoPaper(12, "YF", "导航样机第三轮评审结论", MID, "10年", "zh", 16, 0),
    DemoPaper(10, "YF", "Firmware key ceremony plan", TOP, "20年", "en", 6, None, no_copying=True),
    DemoPaper(9, "ZL", "务虚会背景材料", MID, "5年", "zh", 10, 1),
    DemoPaper(7, "CW", "年度预算草案", MID, "3年", "zh", 12, 1),
    DemoPaper(6, "GY", "Price negotiation: opening positions", LOW, "3年", "en", 8, 2),
    DemoPaper(5, "YF", "研发评审会议程与分工", LOW, "3年", "zh", 14, 0),
    DemoPaper(3, "YF", "新一代导航样机研发会议纪要", MID, "10年", "zh", 12, 0),
    DemoPaper(2, "FW", "涉外采购合同风险提示", LOW, "3年", "zh", 0),
    DemoPaper(1, "ZL", "Strategy retreat: decision paper", TOP, "长期", "en", 0, 1, no_copying=True),
)
"""Thirty papers; the last two are still waiting for approval."""


def staff_no(login: str) -> str:
    """Return the number on a person's badge."""
    place = next(number for number, person in enumerate(PEOPLE) if person.login == login)
    return f"F{1001 + place}"
