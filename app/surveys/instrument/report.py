"""The whole verdict on an instrument file, in lines for people."""

from app.surveys.instrument.canonical import digest
from app.surveys.instrument.check import check_instrument
from app.surveys.instrument.effort import effort_lines
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.messages import format_problem
from app.surveys.instrument.model import Instrument
from app.surveys.instrument.problems import ERROR, InstrumentError, Problem


def report(content: bytes, name: str, language: str) -> tuple[str, bool]:
    """Check a file and say what is wrong with it, by line.

    Args:
        content: The file as stored.
        name: Its name, for the first line.
        language: ``zh-Hans`` or ``en``.

    Returns:
        The lines, and whether the file may be published (warnings do not forbid it).
    """
    problems, instrument = _verdict(content, name)
    is_good = not any(problem.level == ERROR for problem in problems)
    colon = "：" if language.startswith("zh") else ": "
    lines = [f"{name}{colon}{_ending(problems, language)}"]
    lines += (format_problem(problem, language) for problem in problems)
    if is_good and instrument is not None:
        lines.append(_summary(instrument, language))
    return "\n".join(lines), is_good


def _verdict(content: bytes, name: str) -> tuple[tuple[Problem, ...], Instrument | None]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return (Problem("", line, 1, "not_utf8"),), None
    try:
        loaded = load_instrument(text, name)
    except InstrumentError as error:
        return error.problems, None
    return check_instrument(loaded), loaded.instrument


def _ending(problems: tuple[Problem, ...], language: str) -> str:
    errors = sum(problem.level == ERROR for problem in problems)
    warnings = len(problems) - errors
    if language.startswith("zh"):
        return f"{errors} 处错误，{warnings} 处提醒" if problems else "没有问题"
    return f"{errors} errors, {warnings} warnings" if problems else "nothing wrong"


def _summary(instrument: Instrument, language: str) -> str:
    items = len(instrument.items)
    width = sum(item.in_vector for item in instrument.items)
    name = f"{instrument.code} v{instrument.version}"
    if language.startswith("zh"):
        counts = f"{name}：{items} 个题目，每份答卷 {width} 字节"
    else:
        counts = f"{name}: {items} items, {width} bytes a response"
    effort = "\n".join(effort_lines(instrument, language))
    return f"{counts}\n{effort}\nSHA-256 {digest(instrument)}"
