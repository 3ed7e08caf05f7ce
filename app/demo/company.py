"""The invented company: six communities, their buildings and homes, as a register file.

Everything here is made up. The register goes through the same import as a real one.
"""

import csv
import io
from dataclasses import dataclass

import numpy as np

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红娥玲芬燕彩"
    "春菊兰凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳"
)


@dataclass(frozen=True, slots=True)
class DemoCommunity:
    """One invented community and how its owners really feel.

    Attributes:
        code, name, office: As in the register.
        buildings, floors, doors: Shape of the estate; homes = product.
        mood: Shift of every area's true performance, points of 0-100.
        first_rate: Share of homes that answered the finished campaign.
        now_rate: Share that has answered the running campaign so far.
        weak: Areas that are clearly worse here than in the company.
    """

    code: str
    name: str
    office: str
    buildings: int
    floors: int
    doors: int
    mood: float
    first_rate: float
    now_rate: float
    weak: tuple[str, ...]

    @property
    def homes(self) -> int:
        """Return the number of homes."""
        return self.buildings * self.floors * self.doors


COMMUNITIES = (
    DemoCommunity("YQL", "云栖里", "滨江管理处", 7, 15, 4, 4.0, 0.68, 0.63, ("parking",)),
    DemoCommunity("GYY", "桂语苑", "滨江管理处", 5, 16, 4, 0.0, 0.66, 0.55, ("facilities", "fees")),
    DemoCommunity("JTW", "锦棠湾", "湖东管理处", 5, 14, 4, -2.0, 0.63, 0.41, ("fees",)),
    DemoCommunity("WLT", "望岚庭", "湖东管理处", 4, 14, 4, 6.0, 0.71, 0.61, ()),
    DemoCommunity("SJY", "松涧雅居", "城西管理处", 4, 10, 4, -6.0, 0.62, 0.49, ("facilities",)),
    DemoCommunity("XYG", "星垣公寓", "城西管理处", 2, 12, 4, -3.0, 0.45, 0.30, ("cleaning",)),
)
REGIONS = {"滨江管理处": "江南区域", "湖东管理处": "江北区域", "城西管理处": "江北区域"}
# No exchange begins with 0: nobody is called by mistake.
PHONES = {
    "滨江管理处": "0571-00010001",
    "湖东管理处": "0571-00010002",
    "城西管理处": "0571-00010003",
}
HANDED_OVER = {
    "YQL": "2016-05-28",
    "GYY": "2014-09-30",
    "JTW": "2018-12-20",
    "WLT": "2020-06-18",
    "SJY": "2009-10-12",
    "XYG": "2012-03-31",
}
IMPORTANT_WORDS = ("业委会成员", "业主代表", "意见领袖", "多套业主", "重复投诉")


def register_file(rng: np.random.Generator) -> bytes:
    """Write the company's register as CSV (UTF-8), as an office would hand it in."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        (
            "小区编码",
            "小区",
            "城市",
            "区域",
            "管理处",
            "管理处电话",
            "交付日期",
            "楼栋",
            "电梯",
            "房号",
            "业主姓名",
            "电话",
            "重要客户",
        )
    )
    for community in COMMUNITIES:
        for building in range(1, community.buildings + 1):
            for floor in range(1, community.floors + 1):
                for door in range(1, community.doors + 1):
                    unit, room = 1 + (door > community.doors // 2), floor * 100 + door
                    important = (
                        IMPORTANT_WORDS[int(rng.integers(len(IMPORTANT_WORDS)))]
                        if rng.random() < 0.025
                        else ""
                    )
                    writer.writerow(
                        (
                            community.code,
                            community.name,
                            "杭州",
                            REGIONS[community.office],
                            community.office,
                            PHONES[community.office],
                            HANDED_OVER[community.code],
                            f"{building}栋",
                            "有",
                            f"{unit}-{room:04d}",
                            _name(rng),
                            _phone(rng),
                            important,
                        )
                    )
    return out.getvalue().encode("utf-8-sig")


def _name(rng: np.random.Generator) -> str:
    given = "".join(GIVEN[int(i)] for i in rng.integers(len(GIVEN), size=int(rng.integers(1, 3))))
    return SURNAMES[int(rng.integers(len(SURNAMES)))] + given


def _phone(rng: np.random.Generator) -> str:
    # A block of virtual numbers: nobody is called by mistake.
    return f"1700000{int(rng.integers(10_000)):04d}"
