"""What in a text could tell who or which home it is about, found before the text leaves. Pure.

Two kinds of search: the names, numbers and addresses that are known for this complaint, and the
shapes that names, telephones, doors and number plates have. Blanks, hyphens and full-width signs
between the letters of a known word or a telephone number do not hide it. What looks like a trace
and is none is put into other words: a text too careful costs a minute, a name cannot be called
back.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

# One sign for one sign, so that a place in the result is the same place in the text.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_NARROW |= dict.fromkeys(map(ord, "‐‑‒–—―−－﹣"), ord("-"))
# What may stand between the letters of a hidden word.
_BETWEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff.·•_*/|\\-]")
_SHORTEST_NAME = 2

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶"
    "阎余潘杜戴夏钟汪田任姜范石姚谭廖邹熊陆郝孔崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚庞"
    "樊殷施陶翟倪严牛温芦季俞章鲁葛伍毕聂焦向柳邢岳齐梅庄辛管祝左涂谷祁耿牟卜路詹关苗凌费纪靳盛童欧甄项曲"
)
_TITLES = "先生|女士|小姐|太太|阿姨|大爷|大妈|大叔|大姐|大哥|叔叔|爷爷|奶奶|师傅|老伯|同志|老师"
# With an office's title some surnames are rather a word before it: 向经理汇报, 由于主任.
_OFFICERS = "主任|经理|队长|主管"
_NO_OFFICER = "向于任管项曲万关"
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_NUMERAL = "一二三四五六七八九十百"
_SPOKEN = "零〇一二三四五六七八九幺"
_DIGITS = dict(zip(map(ord, _SPOKEN), map(ord, "001234567891"), strict=True))
# Surnames that stand alone in what people are called: 老王, 李姐, 赵工, 陈某, 刘家. Others are
# rather a word there: 小范围, 小程序, 施工, 任何.
_CALLED = (
    "王李张刘陈杨赵黄周吴徐孙胡朱郭罗梁宋郑谢韩唐冯董曹袁邓许傅沈曾彭吕苏卢蒋蔡贾魏薛潘杜姜谭廖邹"
    "陆崔邱秦邵孟郝阎侯"
)
# 感谢家人, 允许某人, 一张工单, 本周总计: there the letter belongs to the word before.
_ALONE = rf"(?<![感多致答允每本上下一两几])[{_CALLED}]"
_COUNTED = "元分天日月年米%个户人次件条份名起项小度公万千百毫平k㎡张台盏"
_DISTRICT_TAIL = 8  # digits of a telephone number without the code of its town


class TraceKind(StrEnum):
    """What a trace leads to."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    PLATE = "plate"
    NUMBER = "number"  # of an identity card, an account, a contract
    CONTACT = "contact"  # an e-mail address or the name of a chat account
    PLACE = "place"  # the community or its office


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a complaint and must not stand in a text about it.

    Attributes:
        names: Of the customer, of people of the home, of staff who dealt with it.
        phones: Their numbers, as they were written down.
        addresses: Of the home: building with room, and the room alone.
        places: Names of the community and of its office; empty where they may be said.
    """

    names: frozenset[str] = field(default_factory=frozenset)
    phones: frozenset[str] = field(default_factory=frozenset)
    addresses: frozenset[str] = field(default_factory=frozenset)
    places: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Trace:
    """A spot of a text that could tell who it is about.

    Attributes:
        field: Which text of a paper.
        kind: What it looks like.
        start: Its first letter, counted from 0.
        found: The letters themselves.
    """

    field: str
    kind: TraceKind
    start: int
    found: str


_SHAPES: tuple[tuple[TraceKind, re.Pattern[str]], ...] = (
    (TraceKind.CONTACT, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
    (
        TraceKind.CONTACT,
        re.compile(r"(?:微信号?|QQ号?|wechat(?: id)?)\s*[::]\s*[\w-]{4,}", re.IGNORECASE),
    ),
    (
        TraceKind.PLATE,
        re.compile(rf"[{_PLATES}][A-Z][\s·•.-]?(?=[A-Z0-9]{{0,5}}\d)[A-Z0-9]{{5,6}}(?![A-Z0-9])"),
    ),
    (
        TraceKind.CONTACT,
        re.compile(r"(?:微信号?|QQ号?)\s*(?=\w*[\d_])[a-z\d][a-z\d_-]{5,}", re.IGNORECASE),
    ),
    (TraceKind.PHONE, re.compile(rf"[{_SPOKEN}](?:[\s-]?[{_SPOKEN}]){{6,}}")),
    (TraceKind.PHONE, re.compile(r"尾号\s*(?:[为是::]\s*)?\d{3,4}")),
    (TraceKind.PHONE, re.compile(r"(?<!\d)1[3-9](?:[\s-]?\d){9}(?!\d)")),
    (TraceKind.PHONE, re.compile(r"(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)")),
    (TraceKind.NUMBER, re.compile(r"(?<!\d)\d{7,}[Xx]?")),
    (
        TraceKind.ADDRESS,
        # A room, and no range: 3-2-1101, but not 80-100元.
        re.compile(
            r"(?<![\d-])\d{1,3}-(?:\d{1,2}-)?\d{3,4}(?![\d-])"
            r"(?!\s?(?:元|分|天|日|米|%|个|户|人|次|小时|年|岁|度|kg|公斤|万|m))"
        ),
    ),
    (TraceKind.ADDRESS, re.compile(r"(?<!\d)\d{1,3}\s?(?:栋|幢|座|号楼|#\s?楼|单元)")),
    (TraceKind.ADDRESS, re.compile(r"[A-Z甲乙丙丁戊]\s?(?:栋|幢|座)")),
    (TraceKind.ADDRESS, re.compile(r"(?<![\d/])\d{1,3}/(?:\d{1,2}/)?(?!20\d\d)\d{3,4}(?![\d/])")),
    (
        TraceKind.ADDRESS,
        re.compile(rf"(?<!\d)\d{{1,3}}\s?[楼层#]\s?(?:0\d|\d{{3,4}})(?!\d|\s?[{_COUNTED}])"),
    ),
    (TraceKind.ADDRESS, re.compile(rf"[{_NUMERAL}]楼\s?\d{{3,4}}(?!\d|\s?[{_COUNTED}])")),
    (TraceKind.ADDRESS, re.compile(rf"住(?:在)?\s?\d{{3,4}}(?!\d|\s?[{_COUNTED}])")),
    (TraceKind.ADDRESS, re.compile(r"(?:门牌|房号|房间号)号?\s*(?:[为是::]\s*)?\d{2,4}")),
    (TraceKind.ADDRESS, re.compile(r"(?<!\d)\d{3,4}\s?(?:业主|住户|户主|号[房门])")),
    (TraceKind.ADDRESS, re.compile(rf"[{_NUMERAL}]+(?:栋|幢|号楼|单元)")),
    (TraceKind.ADDRESS, re.compile(r"(?<!\d)\d{3,4}\s?(?:室|房(?![屋间]))")),
    (
        TraceKind.ADDRESS,
        re.compile(
            r"\b(?:building|room|flat|unit|apartment|apt\.?)\s+(?:no\.\s*)?\d+[a-z]?\b",
            re.IGNORECASE,
        ),
    ),
    (
        TraceKind.NAME,
        re.compile(
            rf"(?:欧阳|上官|司马|诸葛|[{_SURNAMES}])[\u4e00-\u9fff]{{0,2}}?(?:{_TITLES})(?!气)"
        ),
    ),
    (TraceKind.NAME, re.compile(rf"(?![{_NO_OFFICER}])[{_SURNAMES}](?:{_OFFICERS})")),
    (TraceKind.NAME, re.compile(rf"姓[{_SURNAMES}]")),
    (TraceKind.NAME, re.compile(rf"{_ALONE}某(?![种些日天栋个月处位户项次年时])")),
    (TraceKind.NAME, re.compile(rf"(?<![大缩最减从窄])[老小][{_CALLED}](?![牛庄车边期多])")),
    (TraceKind.NAME, re.compile(rf"{_ALONE}(?:[姐哥叔姨伯婶嫂]|家(?![具电庭]))")),
    (
        TraceKind.NAME,
        re.compile(
            rf"{_ALONE}(?:工(?![作程地人具单期序资会艺时种商业])|队(?![伍列员])"
            r"|总(?![结是体数部共量之会计算务公台要有]))"
        ),
    ),
    (TraceKind.NAME, re.compile(r"(?:姓名|联系人|业主姓名)\s*[::]\s*\S{2,}")),
    (TraceKind.NAME, re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][A-Za-z'-]+")),
)


def find_traces(texts: Mapping[str, str], known: Known) -> tuple[Trace, ...]:
    """Return every spot that could tell who the texts are about, in reading order.

    Args:
        texts: Words by name of the field.
        known: What is known of the complaint.
    """
    return tuple(
        trace
        for name, text in texts.items()
        for trace in _apart(sorted(_found(name, text, known), key=_order))
    )


def _found(name: str, text: str, known: Known) -> Iterator[Trace]:
    narrow = text.translate(_NARROW)
    groups: tuple[tuple[TraceKind, Iterable[str]], ...] = (
        (TraceKind.NAME, known.names),
        (TraceKind.PHONE, {*known.phones, *_tails(known.phones)}),
        (TraceKind.ADDRESS, known.addresses),
        (TraceKind.PLACE, known.places),
    )
    letters, places = _squeezed(narrow)
    spoken = letters.translate(_DIGITS)
    for kind, words in groups:
        is_number = kind in {TraceKind.PHONE, TraceKind.ADDRESS}
        for word in words:
            for first, last in _word_in(spoken if is_number else letters, word):
                start, end = places[first], places[last] + 1
                yield Trace(name, kind, start, text[start:end])
    for start, end in _short_forms(narrow, known):
        yield Trace(name, TraceKind.NAME, start, text[start:end])
    for kind, shape in _SHAPES:
        for match in shape.finditer(narrow):
            yield Trace(name, kind, match.start(), text[match.start() : match.end()])


def _word_in(letters: str, word: str) -> Iterator[tuple[int, int]]:
    """Yield first and last place of a known word in the squeezed letters of a text."""
    plain = _squeezed(word.translate(_NARROW))[0]
    if len(plain) < _SHORTEST_NAME:
        return
    at = letters.find(plain)
    while at >= 0:
        end = at + len(plain)
        is_count = plain.isdigit() and letters[end : end + 1] in set(_COUNTED)
        if not is_count and not _is_within_number(letters, at, end):
            yield at, end - 1
        at = letters.find(plain, at + 1)


def _short_forms(narrow: str, known: Known) -> Iterator[tuple[int, int]]:
    """Yield where a part of a known name in Latin letters stands as a word: Smith."""
    parts = {part for name in known.names if name.isascii() for part in name.split()}
    for part in sorted(parts):
        if len(part) > _SHORTEST_NAME and part.isalpha():
            for match in re.finditer(rf"\b{part}\b", narrow, re.IGNORECASE):
                yield match.span()


def _tails(phones: Iterable[str]) -> Iterator[str]:
    """Yield telephone numbers as neighbours say them: without the code of the town."""
    for phone in phones:
        digits = "".join(letter for letter in phone if letter.isdigit())
        if len(digits) > _DISTRICT_TAIL:
            yield digits[-_DISTRICT_TAIL:]


def _is_within_number(letters: str, start: int, end: int) -> bool:
    """Say whether a word of digits is only a part of a longer number: 1203 in 21203."""
    before, after = letters[start - 1 : start], letters[end : end + 1]
    return (letters[start].isdigit() and before.isdigit()) or (
        letters[end - 1].isdigit() and after.isdigit()
    )


def _squeezed(text: str) -> tuple[str, list[int]]:
    """Return the letters of a text without what may stand between them, and where each stood."""
    places = [at for at, letter in enumerate(text) if not _BETWEEN.match(letter)]
    return "".join(_small(text[at]) for at in places), places


def _small(letter: str) -> str:
    """Return a letter in small, where that is one letter too."""
    small = letter.lower()
    return small if len(small) == 1 else letter


def _order(trace: Trace) -> tuple[int, int]:
    return trace.start, -len(trace.found)


def _apart(traces: list[Trace]) -> Iterator[Trace]:
    """Yield the traces that do not lie within the one before: one spot is told once."""
    yield from traces[:1]
    end = traces[0].start + len(traces[0].found) if traces else 0
    for _before, trace in pairwise(traces):
        if trace.start >= end:
            yield trace
            end = trace.start + len(trace.found)
