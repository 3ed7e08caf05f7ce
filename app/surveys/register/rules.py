"""How the register compares what people write: codes, rooms, names, phones, words. Pure."""

import re
import unicodedata

from app.surveys.register.models import ImportantReason

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
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
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).translate(_DASHES))


def normal_name(text: str) -> str:
    """Return a name as it is stored: one form of each character, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def normal_phone(text: str) -> str | None:
    """Return a phone number as digits without the Chinese country code, None if it is none."""
    digits = re.sub(r"[\s()-]", "", normal_code(text))
    if not _PHONE.fullmatch(digits):
        return None
    return digits.removeprefix("+86") or None


def home_key(room: str) -> str:
    """Return what two spellings of a room share: 1-0101, １－１０１ and 1-101 are one home."""
    return _LEADING_ZEROS.sub("", normal_code(room)).upper()


def building_key(code: str) -> str:
    """Return what two spellings of a building share: 03栋, 3号楼 and 3 are one building."""
    return _BUILDING_SUFFIX.sub("", home_key(code)) or home_key(code)


def community_key(code: str) -> str:
    """Return what two spellings of a community's code share."""
    return normal_code(code).upper()


def find_reason(text: str) -> ImportantReason | None:
    """Return the reason a word or code stands for, None for an unknown one."""
    word = normal_code(text)
    return _REASONS.get(word) or _REASONS.get(word.lower().replace("-", "_"))


def is_yes(text: str) -> bool:
    """Say whether a cell says yes."""
    return normal_code(text).lower() in _YES


def is_no(text: str) -> bool:
    """Say whether a cell says no, or nothing at all."""
    word = normal_code(text).lower()
    return not word or word in _NO
