"""What other systems call the columns, states, things and places of an order. Pure."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from app.clock import BEIJING
from app.service.repairs.models import OrderState, Place, Thing

HEADERS: dict[str, tuple[str, ...]] = {
    "number": (
        "派工单号",
        "工单号",
        "单号",
        "工单编号",
        "维修单号",
        "报修单号",
        "order_no",
        "order",
    ),
    "community_code": ("小区编码", "小区编号", "项目编码", "项目编号"),
    "community": ("小区", "小区名称", "项目", "项目名称"),
    "building": ("楼栋", "楼号", "栋"),
    "room": ("房号", "房间号", "室号"),
    "address": ("地址", "房屋地址", "报修地址"),
    "state": ("状态", "工单状态", "status"),
    "issued_at": ("出单时间", "报修时间", "派单时间", "下单时间", "issued", "created_at"),
    "promised_at": ("承诺时间", "约定时间", "预约时间", "要求完成时间", "承诺到场时间", "promised"),
    "notified_at": ("通知时间", "notified"),
    "accepted_at": ("签领时间", "接单时间", "领单时间", "accepted"),
    "arrived_at": ("到场时间", "到达时间", "上门时间", "arrived"),
    "done_at": ("完成时间", "完工时间", "done", "finished_at"),
    "called_back_at": ("回访时间", "called_back"),
    "thing": ("维修项目", "维修类别", "报修类别", "类别", "报修类型", "category"),
    "place": ("部位", "维修部位", "报修部位"),
    "name": ("客户姓名", "报修人", "业主姓名", "业主", "姓名", "customer"),
    "phone": ("电话", "联系电话", "手机", "手机号", "报修电话"),
    "text": ("报修内容", "内容", "问题描述", "维修内容", "描述", "description"),
    "repairer": ("维修人员", "维修工", "维修人", "处理人", "worker"),
    "charged": ("是否收费", "有偿"),
    "fee": ("费用", "收费金额", "金额", "维修费用"),
    "major": ("重大缺陷", "大缺陷", "major_defect"),
}
INSTANTS = (
    *("issued_at", "promised_at", "notified_at", "accepted_at"),
    *("arrived_at", "done_at", "called_back_at"),
)
# A day without an hour: a promise lasts until its end, what was done may have been late in it.
_LATE_IN_DAY = frozenset({"promised_at", "arrived_at", "done_at", "called_back_at"})

_STATES = {
    OrderState.ISSUED: ("出单", "已出单", "派单", "已派单", "待派单", "待处理", "new", "open"),
    OrderState.NOTIFIED: ("通知", "已通知", "待接单"),
    OrderState.ACCEPTED: ("签领", "已签领", "已接单", "跟进", "处理中", "维修中", "in_progress"),
    OrderState.CANCELLED: ("作废", "已作废", "取消", "已取消", "canceled"),
    OrderState.DONE: ("完成", "已完成", "完工", "已完工", "待回访", "finished", "closed"),
    OrderState.CALLED_BACK: ("回访", "已回访", "called_back"),
}
_THINGS = {
    Thing.WATER: ("给排水", "水", "水管", "下水", "管道疏通", "疏通", "水电", "plumbing"),
    Thing.POWER: ("电", "供电", "照明", "电气", "强电", "electric", "electrical"),
    Thing.DOORS: ("门窗", "门", "窗", "锁", "door", "window"),
    Thing.WALLS: ("墙面", "地面", "墙地面", "室内装修", "瓷砖", "土建", "wall"),
    Thing.LEAK: ("漏水", "渗漏", "渗漏水", "屋面漏水", "洗手间漏水", "卫生间漏水", "防水"),
    Thing.FACADE: ("外墙", "外墙开裂", "外立面", "outer_wall"),
    Thing.LIFT: ("电梯", "elevator"),
    Thing.ACCESS: ("门禁", "对讲", "门禁对讲", "道闸", "弱电", "监控"),
    Thing.FIRE: ("消防",),
    Thing.PUBLIC: ("公共设施", "公共", "公区", "道路", "绿化"),
    Thing.PAID: ("特约维修", "有偿服务", "特约服务", "换灯", "换锁", "换门"),
    Thing.OTHER: ("其他", "其它"),
}
_PLACES = {
    Place.HOME: ("户内", "室内", "家中", "入户", "indoor"),
    Place.COMMON: ("公共部位", "公共区域", "公区", "楼道", "大堂", "车库", "outdoor"),
    Place.FACADE: ("外墙", "外立面", "墙外"),
    Place.ROOF: ("屋面", "屋顶", "天面", "楼顶"),
}
_INSTANT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})[:时点](\d{1,2})分?(?:[:]?(\d{1,2})(?:\.\d+)?秒?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T\s]*(\d\d):?(\d\d)(?::?(\d\d))?)?()", re.ASCII)
_FEE = re.compile(r"[¥￥]?(\d{1,6})(?:\.(\d{1,2})0*)?元?", re.ASCII)


def plain(text: str) -> str:
    """Return what two spellings of a heading or a word share."""
    return "_".join(unicodedata.normalize("NFKC", text).strip().lower().split())


def _index(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {plain(name): field for field, names in words.items() for name in (field, *names)}


_FIELDS = _index(HEADERS)
_STATE_WORDS = {plain(w): state for state, names in _STATES.items() for w in (state, *names)}
_THING_WORDS = {plain(w): thing for thing, names in _THINGS.items() for w in (thing, *names)}
_PLACE_WORDS = {plain(w): place for place, names in _PLACES.items() for w in (place, *names)}


def find_field(heading: str) -> str | None:
    """Return the field of a heading, None for one nobody asked for."""
    return _FIELDS.get(plain(heading))


def find_state(text: str) -> OrderState | None:
    """Return the state a word stands for; a failure is said here, never by a file."""
    return _STATE_WORDS.get(plain(text))


def find_thing(text: str) -> Thing | None:
    """Return the thing a word stands for, None for an unknown one."""
    return _THING_WORDS.get(plain(text))


def find_place(text: str) -> Place | None:
    """Return the place a word stands for, None for an unknown one."""
    return _PLACE_WORDS.get(plain(text))


def find_instant(text: str, field: str) -> datetime | None:
    """Return the instant of 2026-11-02 08:30 in Beijing, or of a day; None for anything else.

    A day alone is its begin, for a promise and for what was reached its last second. An offset at
    the end counts: 2026-11-02T00:30:00Z is 08:30 in Beijing.
    """
    words = unicodedata.normalize("NFKC", text).strip()
    found = _INSTANT.fullmatch(words) or _PACKED.fullmatch(words)
    if found is None:
        return None
    year, month, day, hour, minute, second, offset = found.groups()
    try:
        on = date(int(year), int(month), int(day))
        if hour is None:
            late = field in _LATE_IN_DAY
            hour, minute, second = ("23", "59", "59") if late else ("0", "0", "0")
        at = datetime(
            on.year, on.month, on.day, int(hour), int(minute), int(second or 0), tzinfo=BEIJING
        )
    except ValueError:
        return None
    if offset:
        at += timedelta(hours=8) - _offset(offset)
    return at.astimezone(UTC)


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if text[0] == "-" else size


def find_fee(text: str) -> int | None:
    """Return an amount in fen: 35, 35.5, ¥35.50, 35元; None for anything else."""
    found = _FEE.fullmatch(unicodedata.normalize("NFKC", text).replace(",", "").strip())
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
