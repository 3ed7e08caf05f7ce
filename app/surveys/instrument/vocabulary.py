"""The fixed words of instrument files: the handbook's systems and the placeholders of texts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from app.surveys.instrument.model import Text

Factor = Literal[
    "safety", "consistency", "attitude", "completeness", "environment", "convenience", "time"
]
Element = Literal[
    "attitude",
    "equipment",
    "skill",
    "offerings",
    "manner",
    "procedure",
    "charges",
    "rules",
    "efficiency",
]
ComplaintClass = Literal["facility", "service", "fees", "incident"]


def _words(words: Mapping[str, tuple[str, str]]) -> Mapping[str, Text]:
    return MappingProxyType(
        {code: Text({"zh-Hans": zh, "en": en}) for code, (zh, en) in words.items()}
    )


# The seven factors by which owners feel the quality of property service (requirement R45).
FACTORS = _words(
    {
        "safety": ("安全", "Safety"),
        "consistency": ("一致", "Consistency"),
        "attitude": ("态度", "Attitude"),
        "completeness": ("完整", "Completeness"),
        "environment": ("环境", "Environment"),
        "convenience": ("方便", "Convenience"),
        "time": ("时间", "Time"),
    }
)

# The nine elements of property service (requirement R46).
ELEMENTS = _words(
    {
        "attitude": ("态度热情", "Warm attitude"),
        "equipment": ("设备完好", "Equipment in order"),
        "skill": ("技能娴熟", "Skilled work"),
        "offerings": ("项目齐全", "Complete range of services"),
        "manner": ("方式灵活", "Flexible manner"),
        "procedure": ("程序规范", "Orderly procedure"),
        "charges": ("收费合理", "Fair charges"),
        "rules": ("制度健全", "Sound rules"),
        "efficiency": ("效率快速", "Speed and efficiency"),
    }
)

# The four top-level classes of complaints (requirement R60).
COMPLAINT_CLASSES = _words(
    {
        "facility": ("设备设施", "Facilities and equipment"),
        "service": ("管理服务", "Management and service"),
        "fees": ("收费", "Fees"),
        "incident": ("突发事件", "Emergencies"),
    }
)

# What may stand in braces in the texts around the questions.
PLACEHOLDERS = frozenset(
    {"company", "community", "campaign", "deadline", "minutes", "masked_address", "receipt"}
)

# What may stand in braces in the questions of a call-back: the one thing it asks about.
CALL_BACK_PLACEHOLDERS = frozenset({"date", "place", "thing", "topic"})
