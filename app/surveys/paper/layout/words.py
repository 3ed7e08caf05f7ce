"""What a printed form says around the questions, in every language of questionnaires."""

from collections.abc import Mapping
from types import MappingProxyType

_WORDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "how": ("怎样填", "怎樣填", "How to answer"),
        "three_ways": (
            "三种都行，请用黑色或蓝色笔",
            "三種都行，請用黑色或藍色筆",
            "Any of these, in black or blue ink",
        ),
        "mistake": ("填错了", "填錯了", "A mistake?"),
        "black_out": ("整个涂黑，再勾对的", "整個塗黑，再勾對的", "Fill it in, tick the right one"),
        "no_circles": ("画圈不能识别", "畫圈不能識別", "Not a circle"),
        "how_large": ("这样填", "這樣填", "Like this"),
        "black_out_large": ("涂黑，再勾对的", "塗黑，再勾對的", "fill it in, tick again"),
        "read_out": ("也可以请家人代填", "也可以請家人代填", "Your family may help"),
        "reminder": (
            "打勾、打叉、涂满都行；填错了就整个涂黑，再勾对的。",
            "打勾、打叉、塗滿都行；填錯了就整個塗黑，再勾對的。",
            "Tick, cross or fill the box. A mistake? Fill it in and tick the right one.",
        ),
        "one_score": ("选一个分数", "選一個分數", "Choose one score"),
        "one_each": ("每行选一个", "每行選一個", "One in each row"),
        "one": ("选一个", "選一個", "Choose one"),
        "only_if": (
            "只请“{option}”的业主填写",
            "只請“{option}”的業主填寫",
            "Only if you ticked “{option}”",
        ),
        "continued": ("（接上页）", "（接上頁）", " (continued)"),
        "other_side": ("{title} · 第{page}页", "{title} · 第{page}頁", "{title} · page {page}"),
        "other_name": ("{title} · 大字版", "{title} · 大字版", "{title} · large print"),
        "turn_over": ("请翻到背面继续 →", "請翻到背面繼續 →", "Please turn over →"),
        "next_sheet": ("请接着填下一张 →", "請接著填下一張 →", "Please go on to the next sheet →"),
        "thanks": (
            "谢谢您！填好后请对折，投入密封回收箱。",
            "謝謝您！填好後請對摺，投入密封回收箱。",
            "Thank you. Please fold this and put it into the sealed box.",
        ),
        "foot": (
            "第{page}页，共{pages}页 · 版式 {key}",
            "第{page}頁，共{pages}頁 · 版式 {key}",
            "Page {page} of {pages} · form {key}",
        ),
        "importance": ("有多重要", "有多重要", "How important"),
        "adequate": ("最低能接受几分", "最低能接受幾分", "Lowest you accept"),
        "desired": ("理想是几分", "理想是幾分", "Your ideal"),
        "perceived": ("现在做到几分", "現在做到幾分", "Now"),
        "helped": ("由谁填写", "由誰填寫", "Filled in by"),
        "helped.nobody": ("本人", "本人", "myself"),
        "helped.family": ("家人代填", "家人代填", "family"),
        "helped.staff": ("工作人员代填", "工作人員代填", "staff"),
        "deadline": (
            "最晚{day}投入密封回收箱，一户填一份。",
            "最晚{day}投入密封回收箱，一戶填一份。",
            "Into the sealed box by {day}. One form for each home.",
        ),
        "demo": ("演示数据", "演示數據", "invented data"),
        "specimen": ("样张", "樣張", "SPECIMEN"),
    }
)
_PLACES = {"zh-Hans": 0, "zh-Hant": 1, "en": 2}


def say(word: str, language: str, **values: object) -> str:
    """Return printed words in a language; one we have no words for gets English ones."""
    text = _WORDS[word][_PLACES.get(language, 2)]
    return text.format(**values) if values else text
