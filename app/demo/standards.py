"""Standards of the demo with their values, losses of three years, and the service guide."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.standards import queries
from app.service.standards.loss_services import LossInput, add_loss, win_back
from app.service.standards.models import (
    GuideKind,
    LossKind,
    LossReason,
    Operator,
    Origin,
    Unit,
)
from app.service.standards.rules import month_before, month_start
from app.service.standards.services import (
    GuideInput,
    StandardInput,
    ValueInput,
    add_standard,
    enter_value,
    save_guide_item,
)
from app.staff.scope import Scope
from app.surveys.register.models import Community
from app.surveys.register.queries import list_communities
from app.vault import Vault

_STANDARDS: tuple[tuple[str, str, str, Operator, int, Unit, Origin, str], ...] = (
    ("每次满意率调查回收率不低于60%", "Return rate of every survey", "return_rate",
     Operator.AT_LEAST, 60_000, Unit.PERCENT, Origin.HANDBOOK, "客户沟通服务手册"),
    ("达标后7天内开始回访", "Follow-up begun within 7 days", "begun_in_time",
     Operator.AT_LEAST, 100_000, Unit.PERCENT, Origin.HANDBOOK, "客户沟通服务手册"),
    ("14天内办结回访", "Follow-up closed within 14 days", "closed_in_time",
     Operator.AT_LEAST, 95_000, Unit.PERCENT, Origin.OWN, ""),
    ("房屋零修及时率", "Repairs: somebody there in time", "repairs_timely",
     Operator.AT_LEAST, 98_000, Unit.PERCENT, Origin.HANDBOOK, "服务台沟通培训"),
    ("房屋零修合格率", "Repairs that held", "repairs_passed",
     Operator.AT_LEAST, 100_000, Unit.PERCENT, Origin.HANDBOOK, "服务台沟通培训"),
    ("投诉件件有回音", "Every complaint answered", "complaints_answered",
     Operator.AT_LEAST, 100_000, Unit.PERCENT, Origin.HANDBOOK, "客户沟通服务手册"),
    ("投诉按时答复率", "Complaints answered in time", "complaints_timely",
     Operator.AT_LEAST, 100_000, Unit.PERCENT, Origin.HANDBOOK, "投诉处理手册"),
    ("电话三次铃响之内接听", "Telephone answered within three rings", "",
     Operator.AT_MOST, 3_000, Unit.TIMES, Origin.HANDBOOK, "投诉处理手册"),
    ("投诉三分钟内到达现场", "On site within three minutes", "",
     Operator.AT_MOST, 3_000, Unit.MINUTES, Origin.HANDBOOK, "投诉处理手册"),
    ("电梯困人30分钟内到场", "At a stuck lift within 30 minutes", "",
     Operator.AT_MOST, 30_000, Unit.MINUTES, Origin.LAW, "特种设备安全规定"),
    ("公共区域每日清扫合格率", "Daily cleaning of common areas", "",
     Operator.AT_LEAST, 95_000, Unit.PERCENT, Origin.CONTRACT, "物业服务合同附件二"),
)  # fmt: skip
# Values of last month by hand, by place in the list above; the last one is still to be entered.
_VALUES = ((7, 2_000, 420), (8, 4_000, 37), (9, 18_000, 2))

_GUIDE: tuple[tuple[GuideKind, str, str, str, str, str, bool, str], ...] = (
    (GuideKind.SERVICE, "报修受理", "室内外报修登记，30分钟内回电约定上门时间",
     "每天24小时", "0571-8800 1200",
     "", True, ""),
    (GuideKind.SERVICE, "投诉与建议", "当面、电话、信函、网上均可，一个工作日内答复",
     "8:30—18:00", "0571-8800 1201",
     "", True, ""),
    (GuideKind.SERVICE, "装修登记", "办理装修登记、材料出入证",
     "周一至周六 8:30—17:30", "0571-8800 1202",
     "", True, ""),
    (GuideKind.PAID, "换灯、换开关", "材料由业主自备或另计",
     "8:30—20:00", "0571-8800 1200",
     "每处20元（不含材料）", False, "特约服务价目表"),
    (GuideKind.PAID, "换锁芯", "",
     "8:30—20:00", "0571-8800 1200", "每把50元（不含锁芯）", False, "特约服务价目表"),
    (GuideKind.PAID, "疏通下水道", "室内支管",
     "8:30—20:00", "0571-8800 1200", "", False, "特约服务价目表"),
    (GuideKind.FEE, "住宅物业费", "按建筑面积每月计收",
     "", "", "每平方米每月2.60元", False, "物业服务合同"),
    (GuideKind.FEE, "地下车位管理费", "每个车位每月",
     "", "", "80元", False, "物业服务合同"),
    (GuideKind.FEE, "临时停车", "首两小时免费，之后每小时计",
     "", "", "每小时3元，每天最高20元", False, "政府指导价"),
)  # fmt: skip


def make_standards(session: Session, vault: Vault, head: Scope, *, now: datetime) -> None:
    """Write standards, last month's values, losses and the guide of the company down.

    Args:
        session: A writing transaction; the communities of the demo are there.
        vault: Seals the names of losses.
        head: Somebody of head office.
        now: The present instant.
    """
    today = beijing_date(now)
    if queries.list_standards(session, head):
        return  # there already
    since = date(today.year - 1, 1, 1)
    keys = [
        add_standard(
            session,
            head,
            StandardInput(text, text_en, measure, operator, target, unit, origin, words, since),
            now=now,
        )
        for text, text_en, measure, operator, target, unit, origin, words in _STANDARDS
    ]
    month = month_before(month_start(today))
    for place, value, n in _VALUES:
        enter_value(session, head, keys[place], ValueInput(None, month, value, n), now=now)
    for position, (kind, name, what, hours, phone, price, is_free, basis) in enumerate(_GUIDE):
        given = GuideInput(
            kind=kind,
            name=name,
            what=what,
            hours=hours,
            phone=phone,
            price=price,
            is_free=is_free,
            basis=basis,
            valid_from=since,
            position=position,
        )
        save_guide_item(session, head, given, item_id=None, now=now)
    _losses(session, vault, head, list_communities(session, head), today=today, now=now)


def _losses(
    session: Session,
    vault: Vault,
    head: Scope,
    communities: list[Community],
    *,
    today: date,
    now: datetime,
) -> None:
    """Write six losses down: customers of this year and the last, and two cases of damage."""
    kinds = LossKind
    told: tuple[tuple[LossKind, str, int, LossReason, str, int | None, int | None], ...] = (
        (kinds.CUSTOMER, "好邻居便利店", 40, LossReason.PRICE,
         "合同到期，认为商铺物业费偏高，搬到对面街。", 380_000, None),
        (kinds.CUSTOMER, "晨光早教中心", 130, LossReason.SERVICE,
         "多次反映卫生间漏水未彻底修好，提前退租。", 1_250_000, None),
        (kinds.HOME, "长期欠费住户", 75, LossReason.COMPLAINT,
         "外墙渗水投诉一直未结，拒交物业费。", 26_000, None),
        (kinds.CUSTOMER, "康宁药房", 410, LossReason.RIVAL,
         "隔壁商场给出更低租金和更长营业时间。", 640_000, None),
        (kinds.GOODS, "单元门口电动车", 22, LossReason.SAFETY,
         "车棚雨水倒灌，两辆电动车受损，已协商赔偿。", None, 420_000),
        (kinds.INJURY, "地库滑倒的住户", 58, LossReason.SAFETY,
         "坡道结露湿滑，住户滑倒扭伤，已送医并垫付。", None, 186_050),
    )  # fmt: skip
    for number, (kind, who, ago, reason, words, monthly, damage) in enumerate(told):
        given = LossInput(
            kind=kind,
            community_id=communities[number % len(communities)].id,
            who=who,
            happened_on=today - timedelta(days=ago),
            reason=reason,
            words=words,
            monthly_fen=monthly,
            damage_fen=damage,
        )
        loss_id = add_loss(session, vault, head, given, now=now)
        if number == 1:
            on = today - timedelta(days=15)
            words_back = "防水重做并减免两个月物业费后回迁。"
            win_back(session, vault, head, loss_id, on=on, words=words_back, now=now)
