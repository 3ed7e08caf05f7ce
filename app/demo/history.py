"""Earlier campaigns of the invented company: two by answers, one year by printed figures.

They go through the same upload, map, check and entry as real ones.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.orm import Session

from app.db import write_session
from app.demo.company import COMMUNITIES
from app.reports.history import work
from app.reports.work import Workshop
from app.staff.queries import find_staff_by_login
from app.surveys.campaign.queries import get_instrument, list_campaigns
from app.surveys.history import queries, services
from app.surveys.history.choice import Choice, read_found
from app.surveys.history.jobs import files_of
from app.surveys.history.mapping.column_map import HistoryMap, to_yaml
from app.surveys.history.mapping.headings import SEPARATORS
from app.surveys.history.mapping.proposals import (
    ColumnFacts,
    propose_area,
    propose_place,
    propose_scale,
)
from app.surveys.history.mapping.targets import KEYS, PICKS, Target, targets_of
from app.surveys.history.models import HistoryFile, HistoryFileState

_LANGUAGE = "zh-Hans"
_LOGIN = "hq"
_AREAS = (
    "客户服务与沟通",
    "安全与秩序",
    "清洁卫生",
    "绿化与公共场地",
    "电梯与公共设施",
    "报修与入户维修",
    "停车与车辆管理",
    "收费与账目公开",
    "装修管理与邻里社区",
)
_WORDS = ("很不满意", "不满意", "一般", "满意", "很满意")
_LEVELS = (0.45, 0.3, 0.4, 0.35, -0.15, 0.2, -0.35, -0.2, 0.1)  # of the areas, around 3.6
_SHARES = (0.05, 0.09, 0.1, 0.05, 0.19, 0.11, 0.24, 0.13, 0.04)  # of picks
_SPREAD, _SHARED = 0.75, 0.55
_DEALT = 0.42  # share of homes that answered then
# Code, name, last day, how much lower than now, and whether it looks like a sheet of 问卷星.
_WAVES = (
    ("2024-06", "2024年6月纸质问卷", "2024-06-30", 0.28, False),
    ("2024-11", "2024年11月线上问卷", "2024-11-24", 0.2, True),
)
_PRINTED = (
    ("2023-06", "2023-06-25", -5.5),
    ("2023-11", "2023-11-26", -4.0),
)
_PRINTED_AT = 61.0


def enter_history(workshop: Workshop, *, seed: int) -> list[str]:
    """Enter the earlier campaigns; what is entered already is left as it is.

    Args:
        workshop: What the worker works with; its clock gives the instant of entering.
        seed: Of the invented answers.

    Returns:
        Codes of the waves that were entered now.
    """
    entered = []
    for at, (code, title, day, lower, is_wjx) in enumerate(_WAVES):
        with Session(workshop.engine) as session:
            if queries.find_live_wave(session, code) is not None:
                continue
        rng = np.random.default_rng([seed, at])
        content = _sheet(_rows(rng, lower), is_wjx=is_wjx)
        name = f"满意度调查_{code}.csv"
        _enter(workshop, name, content, Choice(code=code, title=title, closes_on=day))
        entered.append(code)
    with Session(workshop.engine) as session:
        is_known = queries.find_live_wave(session, _PRINTED[0][0]) is not None
    if not is_known:
        _enter(workshop, "历年满意度汇总_2023.csv", printed_figures(), None)
        entered += [code for code, _day, _lower in _PRINTED]
    work.tell_steps(workshop, {})
    return entered


def printed_figures() -> bytes:
    """Return the printed figures of a year as CSV: one row per campaign and community."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("期次", "截止日期", "小区", "有效份数", "总户数", "满意度指数", "指数标准差"))
    for code, day, lower in _PRINTED:
        for one in COMMUNITIES:
            answers = round(one.homes * 0.35)
            index = _PRINTED_AT + lower + one.mood
            writer.writerow((code, day, one.name, answers, one.homes, f"{index:.1f}", "18.5"))
    return out.getvalue().encode("utf-8-sig")


def _rows(rng: np.random.Generator, lower: float) -> list[tuple[str, int, list[int], list[str]]]:
    """Return community, overall rating, ratings of areas and picks of every answer."""
    found = []
    for one in COMMUNITIES:
        for _home in range(round(one.homes * _DEALT)):
            mood = 3.6 - lower + one.mood / 25 + rng.normal(0, _SHARED)
            points = mood + np.array(_LEVELS) + rng.normal(0, _SPREAD, len(_AREAS))
            whole = int(np.clip(np.rint(1.85 * mood + rng.normal(0, 0.9)), 1, 10))
            picks = rng.choice(len(_AREAS), 3, replace=False, p=_SHARES)
            ratings = np.clip(np.rint(points), 1, 5).astype(int).tolist()
            found.append((one.name, whole, ratings, [_AREAS[k] for k in picks]))
    return found


def _sheet(rows: Sequence[tuple[str, int, list[int], list[str]]], *, is_wjx: bool) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    if not is_wjx:
        writer.writerow(("小区名称", "总体满意度", *_AREAS, "最看重1", "最看重2", "最看重3"))
        for name, whole, ratings, picks in rows:
            writer.writerow((name, whole, *(_WORDS[point - 1] for point in ratings), *picks))
        return out.getvalue().encode("gb18030")
    writer.writerow(
        (
            *("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"),
            *("1、您所在的小区是？", "2、您对物业服务的总体满意度是几分？"),
            *(f"3、您对以下各项服务是否满意？—{area}" for area in _AREAS),
            *("4、您最看重哪些方面？", "5、其他意见"),
        )
    )
    for at, (name, whole, ratings, picks) in enumerate(rows, 1):
        writer.writerow(
            (
                *(at, f"2024/11/{10 + at % 14} 20:15:00", "186秒", "微信", "N/A", "—"),
                *(name, whole, *(_WORDS[point - 1] for point in ratings), "┋".join(picks), "(空)"),
            )
        )
    return out.getvalue().encode("utf-8-sig")


def _enter(workshop: Workshop, name: str, content: bytes, choice: Choice | None) -> None:
    """Take a file through upload, map, check and entry, as head office and the worker do."""
    now = workshop.clock()
    stored_as, size = files_of(workshop.config.instance, workshop.vault).keep(io.BytesIO(content))
    with write_session(workshop.engine) as session:
        staff = find_staff_by_login(session, _LOGIN)
        file = services.order_reading(
            session,
            workshop.vault,
            HistoryFile(
                name=name,
                stored_as=stored_as,
                size=size,
                digest=hashlib.sha256(content).hexdigest(),
                instrument_digest=list_campaigns(session)[0].instrument_digest,
                staff_id=0 if staff is None else staff.id,
                created_at=now,
            ),
            choice=choice or Choice(),
        )
        file_id = file.id
    work.read_file(workshop, {"file": file_id})
    if choice is not None:
        with write_session(workshop.engine) as session:
            complete = _chosen(session, workshop, file_id, choice)
            services.choose(session, workshop.vault, file_id, complete, now=now)
        work.check_file(workshop, {"file": file_id})
    with write_session(workshop.engine) as session:
        services.order_entry(session, file_id, now=now)
    work.enter_file(workshop, {"file": file_id})
    with Session(workshop.engine) as session:
        done = queries.find_file(session, file_id)
        if done is None or done.state is not HistoryFileState.ENTERED:
            raise LookupError(name)


def _chosen(session: Session, workshop: Workshop, file_id: int, choice: Choice) -> Choice:
    """Take the proposals for columns, values and communities as they are."""
    file = queries.find_file(session, file_id)
    found = None if file is None else read_found(workshop.vault, file)
    if file is None or found is None:
        raise LookupError(file_id)
    targets = targets_of(get_instrument(session, file.instrument_digest), _LANGUAGE)
    columns, picks, rated = dict[str, str](), list[ColumnFacts](), dict[str, ColumnFacts]()
    for one, guess in zip(found.columns, found.guesses, strict=True):
        if guess.target == PICKS:
            picks.append(one)
        elif guess.target:
            columns[guess.target] = one.column.name
            if guess.target not in KEYS:
                rated[guess.target] = one
    known = {one.code: one.name for one in queries.list_places(session)}
    column = columns["community"]
    words = next(one.counts for one in found.columns if one.column.name == column)
    places = {word: propose_place(word, known) for word, _n in words}
    homes = {one.name: one.homes for one in COMMUNITIES}
    mapped = HistoryMap(
        name="纸质问卷" if len(picks) > 1 else "线上问卷",
        instrument=file.instrument_digest,
        columns=columns,
        picks=tuple(one.column.name for one in picks),
        pick_words=_pick_words(picks, targets),
        scales=tuple(
            propose_scale((key,), [one], scale)
            for key, one in rated.items()
            if (scale := targets[key].scale) is not None
        ),
        places=places,
    )
    return Choice(
        map_text=to_yaml(mapped),
        code=choice.code,
        title=choice.title,
        closes_on=choice.closes_on,
        bases={word: homes[word] for word in places if word in homes},
        is_complete=True,
    )


def _pick_words(picks: Sequence[ColumnFacts], targets: Mapping[str, Target]) -> dict[str, str]:
    words = {part for one in picks for value, _n in one.counts for part in SEPARATORS.split(value)}
    return {word: area for word in sorted(words) if (area := propose_area(word, targets))}
