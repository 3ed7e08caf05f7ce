"""What stands around the questions of a draft: name, title, texts, scales, blocks, departments."""

import re
from collections.abc import Mapping, Sequence

from app.surveys.instrument.exchange.form import Answer, Form
from app.surveys.instrument.exchange.losses import Level, Loss, Place
from app.surveys.instrument.exchange.plain import Data
from app.surveys.instrument.exchange.roles import is_point

_KINDS = ("customer-perception", "market-standing", "call-back", "external")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,59}")
_OFFERED = re.compile(r"(\d{1,3})(?: under (\d{1,6}))?")
_HIGHEST_VERSION = 9  # digits


def begin(form: Form, cells: dict[str, Place]) -> Data:
    """Return the first lines of the file."""
    around = form.around
    title = around["title"].words if "title" in around else form.title
    data: Data = {
        "instrument": _name(form),
        "version": _version(form),
        "kind": _kind(form),
        "languages": list(form.languages),
        "title": dict(title) or dict.fromkeys(form.languages, form.code),
    }
    minutes = _numbers(form, "minutes.areas.")
    if minutes:
        data["minutes"] = {"areas": {int(k): v for k, v in minutes.items() if k.isdigit()}}
        elder = _number(form, "minutes.elder")
        if elder is not None:
            data["minutes"]["elder"] = elder
    needs = _numbers(form, "valid_needs.")
    if needs:
        data["valid_needs"] = needs
    for key in ("texts", "departments"):
        found = {
            path.removeprefix(f"{key}."): dict(one.words)
            for path, one in around.items()
            if path.startswith(f"{key}.")
        }
        if found:
            data[key] = found
    cells |= {path: one.place for path, one in around.items()}
    return data


def scales(form: Form, used: Mapping[str, str], cells: dict[str, Place]) -> Data:
    """Return the scales in the order of their lists: the used ones, and what is marked as one."""
    made: Data = {}
    for name, answers in form.lists.items():
        kinds = {answer.marks.get("kind") for answer in answers}
        if name in used or kinds & {"point", "number"}:
            code = used.get(name, name)
            cells[f"scales.{code}"] = answers[0].place
            made[code] = _scale(form, name, answers)
    return made


def blocks(form: Form, areas: Sequence[str]) -> Data | None:
    """Return planned missingness, when the file has it."""
    number = {code: place for place, code in enumerate(areas, 1)}
    design = [
        [number[code] for code in one.value.split() if code in number]
        for path, one in form.around.items()
        if path.startswith("blocks.design.")
    ]
    offered = []
    for path, one in form.around.items():
        if path.startswith("blocks.offered."):
            found = _OFFERED.fullmatch(one.value)
            if found is None:
                _cannot(form, path)
            elif found[2]:
                offered.append({"under": int(found[2]), "areas": int(found[1])})
            else:
                offered.append({"areas": int(found[1])})
    return {"design": design, "offered": offered} if design and offered else None


def complete_departments(form: Form, data: Data) -> None:
    """Add the departments that areas name and the file does not."""
    named: list[str] = []
    for area in data.get("areas", ()):
        named += [area["department"]] if area.get("department") else []
        for attribute in area.get("attributes", ()):
            named += attribute["departments"]
    # An own file says itself which departments there are, and the check what is missing.
    if form.around:
        return
    missing = dict.fromkeys(named)
    if missing:
        data["departments"] = {code: dict.fromkeys(form.languages, code) for code in missing}


def _name(form: Form) -> str:
    if _NAME.fullmatch(form.code):
        return form.code
    name = re.sub(r"[^a-z0-9]+", "-", form.code.lower()).strip("-")
    name = name if name[:1].isalpha() else f"survey-{name}".strip("-")
    form.losses.append(Loss(Level.GUESSED, "code_changed", form.code, data={"code": name[:60]}))
    return name[:60]


def _version(form: Form) -> int:
    text = form.version
    if text.isdigit() and text.isascii() and len(text) <= _HIGHEST_VERSION and int(text) > 0:
        return int(text)
    form.losses.append(Loss(Level.GUESSED, "filled_in", "version", data={"word": "1"}))
    return 1


def _kind(form: Form) -> str:
    if form.kind in _KINDS:
        return form.kind
    form.losses.append(Loss(Level.GUESSED, "kind_guessed"))
    return _KINDS[0]


def _number(form: Form, path: str) -> int | None:
    one = form.around.get(path)
    if one is None:
        return None
    if one.value.isdigit() and one.value.isascii() and len(one.value) <= _HIGHEST_VERSION:
        return int(one.value)
    _cannot(form, path)
    return None


def _numbers(form: Form, start: str) -> dict[str, int]:
    found = {
        path.removeprefix(start): _number(form, path)
        for path in form.around
        if path.startswith(start)
    }
    return {key: number for key, number in found.items() if number is not None}


def _cannot(form: Form, path: str) -> None:
    one = form.around[path]
    form.losses.append(Loss(Level.LOST, "value_lost", path, one.place, {"word": one.value[:40]}))


def _scale(form: Form, name: str, answers: Sequence[Answer]) -> Data:
    """Return a scale: numbers are points, the rest missing answers; without numbers, in turn."""
    points = [one for one in answers if is_point(one.code) and one.marks.get("kind") != "missing"]
    if len(points) < 2:
        return _counted(form, name, answers)
    if not any(one.marks.get("kind") for one in points):  # in whatever order another tool had them
        points.sort(key=lambda one: int(one.code))
    rest = [one for one in answers if one not in points]
    data: Data = {"points": [int(one.code) for one in points]}
    _put(data, "labels", {int(one.code): dict(one.words) for one in points if _has_label(one)})
    _put(
        data, "satisfied", [int(one.code) for one in points if one.marks.get("satisfied") == "yes"]
    )
    _put(data, "missing", {_missing_code(one.code): dict(one.words) for one in rest})
    return data


def _counted(form: Form, name: str, answers: Sequence[Answer]) -> Data:
    """Number the answers from the first: nobody said which end is the better one."""
    form.losses.append(Loss(Level.GUESSED, "points_counted", name, answers[0].place))
    data: Data = {"points": list(range(1, max(2, len(answers)) + 1))}
    _put(data, "labels", {place: dict(one.words) for place, one in enumerate(answers, 1)})
    return data


def _has_label(answer: Answer) -> bool:
    """Say whether a point has words of its own, not only its number."""
    is_number = all(word == answer.code for word in answer.words.values())
    return bool(answer.words) and (answer.marks.get("kind") == "point" or not is_number)


def _missing_code(code: str) -> str:
    made = re.sub(r"[^A-Za-z0-9_]", "_", code)[:40]
    return made if made[:1].isalpha() else f"m_{made}"[:40]


def _put(data: Data, key: str, value: object) -> None:
    if value:
        data[key] = value
