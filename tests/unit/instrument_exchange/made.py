"""Questionnaires made at random: every way of asking, any words, any codes.

Hypothesis draws the seed: a whole file drawn part by part takes minutes to shrink.
"""

from random import Random
from typing import Any, get_args

from hypothesis import strategies as st

from app.surveys.instrument.build import build_instrument, refuse_repeats
from app.surveys.instrument.draft import Draft
from app.surveys.instrument.model import Instrument
from app.surveys.instrument.spec import InstrumentSpec
from app.surveys.instrument.vocabulary import ComplaintClass, Element, Factor

Data = dict[str, Any]

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
# Letters a person types and a few that formats trip over.
LETTERS = "业主满意吗管理处ABCxyz019=+-@'\"<>&%#*_.,;:!?（）“”｜{}[]\\/|é€😀"
# Blanks and line breaks as people paste them, and what other tools take for a reference.
UNTIDY = ("  两个空格  之间", "第一行\n第二行", "价格 ${price} 元", "结尾有空格 ")


def instrument_of(data: Data) -> Instrument:
    """Build an instrument of the data of a file, without writing the file."""
    draft = Draft(InstrumentSpec.model_validate(data), {})
    refuse_repeats(draft)
    instrument = build_instrument(draft)
    assert not draft.problems
    return instrument


def instruments(*, untidy: bool = False) -> st.SearchStrategy[Instrument]:
    """Return any questionnaire; `untidy` puts texts into it that no cell can hold."""
    return st.integers(0, 2**48).map(lambda seed: instrument_of(_Maker(seed, untidy).file()))


class _Maker:
    def __init__(self, seed: int, untidy: bool) -> None:
        self._random = Random(seed)
        self._untidy = untidy
        count = self._random.randint(1, 3)
        self.languages = self._random.sample(LANGUAGES, count)

    def _maybe(self) -> bool:
        return self._random.random() < 0.5

    def _words(self) -> str:
        if self._untidy and self._random.random() < 0.1:
            return self._random.choice(UNTIDY)
        sizes = [self._random.randint(1, 6) for _ in range(self._random.randint(1, 3))]
        parts = ["".join(self._random.choices(LETTERS, k=size)) for size in sizes]
        return " ".join(f"{part}好" for part in parts)  # never nothing but a phrase mark

    def _text(self) -> Data:
        return {language: self._words() for language in self.languages}

    def _codes(self, least: int, most: int) -> list[str]:
        count, letters = self._random.randint(least, most), "abcxyz_019"
        codes: dict[str, None] = {}
        while len(codes) < count:
            rest = "".join(self._random.choices(letters, k=self._random.randint(0, 6)))
            codes[self._random.choice("abcde") + rest] = None
        return list(codes)

    def _options(self) -> list[Data]:
        return [{"code": code, "text": self._text()} for code in self._codes(1, 4)]

    def _scale(self) -> Data:
        first = self._random.randint(-2, 1)
        points = list(range(first, first + self._random.randint(2, 6)))
        return {
            "points": points,
            "labels": {one: self._text() for one in points if self._maybe()},
            "satisfied": [one for one in points if self._maybe()],
            "missing": {code: self._text() for code in self._codes(0, 2)},
        }

    def _attribute(self, code: str, ticks: list[str]) -> Data:
        data = {
            "code": code,
            "text": self._text(),
            "factor": self._random.choice(get_args(Factor)),
            "element": self._random.choice(get_args(Element)),
            "complaint_class": self._random.choice(get_args(ComplaintClass)),
            "departments": self._codes(1, 2),
        }
        return data | ({"show_if": self._random.choice(ticks)} if ticks and self._maybe() else {})

    def _area(self, code: str, ticks: list[str]) -> Data:
        details = [self._attribute(one, ticks) for one in self._codes(0, 2)]
        data: Data = {"code": code, "name": self._text(), "attributes": details}
        if self._maybe():
            data["hint"] = self._text()
        if self._maybe():
            data["department"] = self._codes(1, 1)[0]
        return data

    def _question(self, code: str, scales: list[str]) -> Data:
        data: Data = {"code": code, "text": self._text(), "elder": self._maybe()}
        if scales:
            data |= {"on": self._random.choice(scales), "reverse": self._maybe()}
        else:
            data["options"] = self._options()
        return data | ({"hint": self._text()} if self._maybe() else {})

    def _asked(self, verb: str, role: str, scales: list[str], ticks: list[str]) -> Data:
        ask = {verb: "statements" if scales else "questions"}
        questions = [self._question(code, scales) for code in self._codes(1, 3)]
        data: Data = {"ask": ask, "measures": role, "questions": questions}
        if ticks and self._maybe():
            data["show_if"] = self._random.choice(ticks)
        if scales and self._maybe():
            data["offer"] = self._random.randint(1, 3)
        return data

    def _comments(self) -> Data:
        questions = [{"code": code, "text": self._text()} for code in self._codes(1, 2)]
        data: Data = {"ask": {"write": "comments"}, "measures": "comment", "questions": questions}
        if self._maybe():
            parts = ("text", "office_or_hq", "hq_only", "no_reply")
            contact: Data = {code: self._text() for code in parts}
            if self._maybe():
                contact["way"] = {"text": self._text(), "options": self._options()}
            if self._maybe():
                contact["number"] = {"text": self._text()}
            data["contact"] = contact
        return data

    def _tolerance(self, scales: list[str]) -> Data:
        roles = ["importance", "adequate", "desired", "perceived"]
        roles = self._random.sample(roles, self._random.randint(1, 4))
        wording = {
            language: words.replace("{", "").replace("}", "") + "{area}"
            for language, words in self._text().items()
        }
        return {
            "ask": {
                "rate": "offered areas",
                "on": {one: self._random.choice(scales) for one in roles},
            },
            "measures": roles,
            "wording": dict.fromkeys(roles, wording),
        }

    def _sections(self, scales: list[str], ticks: list[str], *, has_details: bool) -> list[Data]:
        on = self._random.choice(scales)
        asks: list[Data] = [
            {"ask": {"rate": "overall", "on": on}, "measures": "overall"},
            {"ask": {"pick": "areas", "up to": 2}, "measures": "importance"},
            {"ask": {"rate": "areas", "on": on}, "measures": "performance"},
            self._tolerance(scales),
            self._asked("rate", "handling", scales, ticks),
            self._asked("rate", "relationship", scales, ticks),
            self._asked("choose", "profile", [], ticks),
            self._comments(),
        ]
        if has_details:
            asks.append({"ask": {"rate": "attributes", "on": on}, "measures": "performance"})
        asks = self._random.sample(asks, self._random.randint(1, len(asks)))
        if ticks:
            options = [{"code": code, "text": self._text()} for code in ticks]
            options[-1]["exclusive"] = self._maybe()
            asks.insert(
                0, {"ask": {"tick": "options"}, "measures": "experience", "options": options}
            )
        made = []
        for name, ask in zip(self._codes(len(asks), len(asks)), asks, strict=True):
            section = {"id": name, "title": self._text(), "text": self._text(), **ask}
            section |= {"elder": self._maybe(), "required": self._maybe()}
            made.append(section | ({"hint": self._text()} if self._maybe() else {}))
        return made

    def file(self) -> Data:
        """Return the data of an instrument file."""
        scales = {f"s{code}": self._scale() for code in self._codes(1, 3)}
        ticks = self._codes(0, 3)
        areas = [self._area(code, ticks) for code in self._codes(2, 4)]
        has_details = any(area["attributes"] for area in areas)
        data: Data = {
            "instrument": self._codes(1, 1)[0].replace("_", "-"),
            "version": self._random.randint(1, 999),
            "kind": self._random.choice(["customer-perception", "market-standing", "external"]),
            "languages": self.languages,
            "title": self._text(),
            "texts": {code: self._text() for code in self._codes(0, 2)},
            "departments": {code: self._text() for code in self._codes(0, 2)},
            "scales": scales,
            "areas": areas,
            "sections": self._sections(list(scales), ticks, has_details=has_details),
        }
        if self._maybe():
            data["minutes"] = {"areas": {2: 5, 1: 4}, "elder": self._random.randint(1, 9)}
        if self._maybe():
            offered = [{"under": 50, "areas": 2}, {"areas": 1}]
            data["blocks"] = {"design": [[1, 2], [2, 1]], "offered": offered}
        return data
