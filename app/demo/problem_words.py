"""What the demo's comments are about, and what is answered to many at once, in plain Chinese."""

import re

from app.demo.words import OTHERS, PRAISES, WISH_WITH_PHOTO, WISHES
from app.followup.answering.services import PublicAnswerInput

_OF_WISHES: dict[str, tuple[tuple[str, ...], ...]] = {
    "service": (("service.reach", "service.hours"), ("service.no_answer",), ("service.notice",)),
    "security": (
        ("security.gate",),
        ("security.fire_lane", "danger.fire"),
        ("security.patrol", "facilities.lighting"),
    ),
    "cleaning": (("cleaning.rubbish",), ("cleaning.lift_cars",), ("cleaning.garage",)),
    "greenery": (("greenery.plants",), ("greenery.play", "danger.injury")),
    "facilities": (
        ("facilities.lift_stop",),
        ("facilities.entry",),
        ("facilities.leak",),
        ("facilities.lighting",),
    ),
    "repairs": (("repairs.late",), ("repairs.price",)),
    "parking": (("parking.charges", "parking.disorder"), ("parking.ebikes",), ("parking.places",)),
    "fees": (("fees.accounts",), ("fees.value",), ("fees.shared",)),
    "community_life": (("community_life.renovation",), ("community_life.events",)),
}
CODES: dict[str, tuple[str, ...]] = {
    text: codes
    for area, texts in WISHES.items()
    for text, codes in zip(texts, _OF_WISHES[area], strict=True)
}
CODES |= dict.fromkeys(PRAISES, ("good.person",))
CODES |= dict(zip(OTHERS, (("idea.facility",), ("idea.service",)), strict=True))
CODES[WISH_WITH_PHOTO] = ("facilities.leak",)

QUOTES = {  # what had to be taken out before it was released
    "三号岗的刘师傅天天帮老人拎菜，很感谢！": "门岗的师傅天天帮老人拎菜，很感谢！",
    "管家小赵回消息很快，态度也好。": "管家回消息很快，态度也好。",
    "保洁陈阿姨把我们楼打扫得很干净。": "保洁阿姨把我们楼打扫得很干净。",
}
_FIRST_PART = re.compile("[；，。]")
FACTS = "到现场核对，与工程部、秩序部的记录一致；时间由负责人签字确认。"
SET_ASIDE = "各家情况不同，逐户回复，不作公开答复。"
LAST_WORD = "答应的事已经办完，下次调查看大家打的分。还有没办好的地方，请告诉管家或打总部电话。"


def _answer(
    title: str, cause: str, action: str, responsible: str, why_not: str = ""
) -> PublicAnswerInput:
    return PublicAnswerInput(title, cause, action, responsible, None, why_not)


ANSWERS: dict[str, PublicAnswerInput] = {
    "facilities.lift_stop": _answer(
        "电梯停得多、修得慢",
        "两台电梯的曳引轮磨损，配件要向厂家订货；停梯以后没有人贴出说明。",
        "更换曳引轮；停梯超过三十分钟，当班人员贴出原因和恢复时间；常用配件在管理处备一套。",
        "管理处工程主管",
    ),
    "facilities.leak": _answer(
        "外墙渗水，雨天墙面都是湿的",
        "外墙缝的密封胶老化，上次只补了能看到的地方。",
        "逐栋吊绳检查，先修漏水的两栋，修完请住户一起看，保修两年。",
        "管理处工程主管",
    ),
    "facilities.entry": _answer(
        "单元门禁坏了很久",
        "老门禁主机已经停产，一直在修旧的。",
        "换成新主机，旧卡可以继续用；换好以前，夜里每两小时巡查一次单元门。",
        "管理处工程主管",
    ),
    "facilities.lighting": _answer(
        "路灯和地库灯不亮",
        "灯具超过使用年限，巡查表没有包括地库。",
        "换成LED灯；地库列入每天的巡查表；报修后两天内换好。",
        "管理处工程主管",
    ),
    "security.fire_lane": _answer(
        "消防通道被车堵住",
        "通道划线磨损，晚上只有一名秩序员，劝离没有记录。",
        "重新划线并装两处摄像头；每晚八点到十二点巡查三次；劝离三次不改的，报消防部门。",
        "管理处秩序主管",
    ),
    "security.gate": _answer(
        "门岗松，外卖车随便进",
        "北门晚上只有一个人，既要看门又要收停车费。",
        "北门晚上增加一人；外卖、快递登记后步行进入；每周抽查录像。",
        "管理处秩序主管",
    ),
    "security.patrol": _answer(
        "夜里巡逻太少",
        "巡逻路线是五年前定的，没有包括新开的侧门。",
        "夜间巡逻由两次加到四次，路线贴在大堂，打点记录每月公布。",
        "管理处秩序主管",
    ),
    "cleaning.rubbish": _answer(
        "楼道垃圾周末没人收",
        "清运合同只有周一到周五。",
        "改签合同，周末每天收一次；夏天每周冲洗垃圾房两次。",
        "管理处保洁主管",
    ),
    "parking.ebikes": _answer(
        "电动车没地方充电",
        "现有二十个充电口，登记的电动车有一百六十多辆；新装充电桩要先做电力增容。",
        "先在东门外增加四十个充电口；楼里拉线充电的，当天劝阻并拍照。",
        "公司工程部",
        "电力增容要供电公司批复，批下来的三天内贴出开工日期。",
    ),
    "parking.charges": _answer(
        "停车收费看不懂，临停还乱停",
        "收费表只贴在办公室，地库标线已经看不清。",
        "收费表贴到每个大堂和道闸；重新划线；每晚巡查三次。",
        "管理处秩序主管",
    ),
    "fees.accounts": _answer(
        "公共收益的账看不到",
        "每季有公示，但只贴在办公室门口，字太小。",
        "每个大堂贴一页看得懂的收支图，业主群同时发；单笔合同可以预约到办公室查看。",
        "公司财务部",
    ),
    "service.reach": _answer(
        "前台电话中午没人接",
        "前台只有两人，中午轮流吃饭，没有转接。",
        "中午转到值班手机；三声不接自动转总部；每月公布接通率。",
        "管理处客服主管",
    ),
    "service.no_answer": _answer(
        "提过的意见没有回音",
        "意见登记在本子上，没有人跟到办完为止。",
        "每条意见定一个负责人，三天内回电话；办不到的说明原因。",
        "管理处客服主管",
    ),
    "repairs.late": _answer(
        "报修以后等太久",
        "维修工三人，周末只有一人，配件要到外面买。",
        "周末增加一人；常用配件在管理处备齐；约好的时间来不了，提前一小时打电话。",
        "管理处工程主管",
    ),
    "community_life.renovation": _answer(
        "装修中午也在敲",
        "装修时间写在协议里，巡查只在上午。",
        "中午和周日各巡查一次，违规的停工半天；装修公司交保证金。",
        "管理处客服主管",
    ),
}
PROGRESS: dict[str, str] = {
    code: f"已经做完：{_FIRST_PART.split(answer.action)[0]}。其余按计划进行。"
    for code, answer in ANSWERS.items()
}
PROMISES = (  # text, item, source, more than is kept, why
    (
        "报修三十分钟内上门。",
        "repairs.on_time",
        "服务大厅公示牌",
        True,
        "记录显示只有四成做到，先改成两小时。",
    ),
    ("电梯困人十五分钟内到场。", "security.emergency", "电梯轿厢公告", False, ""),
    ("每季度公布公共收益。", "fees.open_accounts", "业主群公告", False, ""),
    ("意见三天内回复。", "service.promises", "《服务指南》", False, ""),
)
ACTIONS = (  # title, item, gap, remedy, responsible, due after so many days, what was done
    (
        "常用电梯配件在管理处备一套",
        "facilities.lifts",
        4,
        "fix",
        "工程主管",
        30,
        "曳引轮、门机皮带、接触器各备一套。",
    ),
    (
        "收支图改成一页看得懂的",
        "fees.open_accounts",
        5,
        "communicate",
        "财务部",
        45,
        "已经贴到每个大堂。",
    ),
    ("上门时限改成两小时，并写进《服务指南》", "repairs.on_time", 1, "reset", "客服主管", 60, ""),
    ("充电口分布先问业主再定", "parking.ebikes", 2, "fix", "秩序主管", 75, ""),
    (
        "夜间门岗登记写成一页规程",
        "security.gate",
        3,
        "fix",
        "秩序主管",
        40,
        "规程已发，北门试行一个月。",
    ),
)
