"""How the register compares what people write: codes, rooms, names, phones, words. Pure."""

import re
import unicodedata
from datetime import date

from app.surveys.register.models import ImportantReason

EARLIEST = date(1900, 1, 1)  # a day before it is a slip of the finger
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
# Marks nobody sees, which sheets and chats put between the letters.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_PLAIN = re.compile(r"[0-9A-Za-z-]+")
_PLAIN_PHONE = re.compile(r"[0-9]{5,15}")
_UNIT = re.compile(r"单元-?(?=\w)")
_DOOR_SUFFIX = re.compile(r"(?<=\d)[室号]$")
_HOUR = re.compile(r" \d{1,2}:\d{2}(:\d{2})?$", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)")
_BUILDING_SUFFIX = re.compile(r"(号楼|[栋幢座楼])$")
_PHONE = re.compile(r"\+?\d{5,15}")

_REASON_WORDS = {
    ImportantReason.COMMITTEE: ("业委会成员", "业委会委员", "业委会候选人", "业委会"),
    ImportantReason.REPRESENTATIVE: ("业主代表", "楼长", "楼栋长"),
    ImportantReason.OPINION_LEADER: ("意见领袖",),
    ImportantReason.SEVERAL_UNITS: ("多套业主", "多套房业主", "多套"),
    ImportantReason.CORPORATE: ("企业业主", "单位业主", "公司业主"),
    ImportantReason.REPEAT_COMPLAINANT: ("重复投诉", "多次投诉"),
    ImportantReason.GROUP_COMPLAINT: ("群诉", "群体投诉"),
    ImportantReason.LOSS_CASE: ("损失案件", "财产损失", "理赔"),
}
_REASONS = {word: reason for reason, words in _REASON_WORDS.items() for word in words} | {
    reason.value: reason for reason in ImportantReason
}
_YES = frozenset({"有", "是", "yes", "y", "true", "1"})
_NO = frozenset({"无", "没有", "否", "不是", "no", "n", "false", "0", "-", "/"})


def normal_code(text: str) -> str:
    """Return a code, building or room as it is stored: half-width, one kind of dash, no spaces."""
    if _PLAIN.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return re.sub(r"\s+", "", _UNSEEN.sub("", plain))


def normal_name(text: str) -> str:
    """Return a name as it is stored: one form of each character, single spaces."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return " ".join(_UNSEEN.sub("", text).split())


def normal_phone(text: str) -> str | None:
    """Return a phone number as digits without the Chinese country code, None if it is none."""
    if _PLAIN_PHONE.fullmatch(text):
        return text
    digits = re.sub(r"[\s()-]", "", normal_code(text))
    if not _PHONE.fullmatch(digits):
        return None
    return digits.removeprefix("+86") or None


def home_key(room: str) -> str:
    """Return what two spellings of a room share.

    1-0101, １－１０１, 1单元101室 and 1-101 are one home.
    """
    code = normal_code(room)
    if not code.isascii():
        code = _DOOR_SUFFIX.sub("", _UNIT.sub("-", code))
    return _LEADING_ZEROS.sub("", code).upper()


def building_key(code: str) -> str:
    """Return what two spellings of a building share: 03栋, 3号楼 and 3 are one building."""
    return _BUILDING_SUFFIX.sub("", home_key(code)) or home_key(code)


def community_key(code: str) -> str:
    """Return what two spellings of a community's code share."""
    return normal_code(code).upper()


def region_key(name: str) -> str:
    """Return what two spellings of a region's name or code share."""
    return normal_code(name).casefold()


def find_reason(text: str) -> ImportantReason | None:
    """Return the reason a word or code stands for, None for an unknown one."""
    word = normal_code(text)
    return _REASONS.get(word) or _REASONS.get(word.lower().replace("-", "_"))


def find_day(text: str) -> date | None:
    """Return the day of 2026-03-01, 2026/3/1, 2026年3月1日 or 20260301, None for anything else."""
    # A spreadsheet adds an hour, mostly that of midnight.
    found = _DAY.fullmatch(normal_code(_HOUR.sub("", text)))
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_yes(text: str) -> bool:
    """Say whether a cell says yes."""
    return normal_code(text).lower() in _YES


def is_no(text: str) -> bool:
    """Say whether a cell says no, or nothing at all."""
    word = normal_code(text).lower()
    return not word or word in _NO
