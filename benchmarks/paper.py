"""How well and how fast scanned sheets are read: ``python -m benchmarks.paper``.

Without options a table of every kind of scan. ``--boxes 300000`` goes on with intact sheets until
so many boxes were read: the proof for "wrong but confident". ``--speed`` prints processor time a
page and its stages; ``--shuffled 10000`` reads shuffled pages of half as many homes through the
child process; ``--mutations 1000`` damages files at random; both run in parts on all cores and go
on from a ``--state`` file (``--minutes 10`` ends after ten). ``--seed`` gives fresh sheets.
"""

import argparse
import io
import math
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter, process_time

import cv2
import numpy as np
from PIL import Image

from app.demo import scanner
from app.surveys.paper.layout.page_text import split_code
from app.surveys.paper.reading import boxes, decide, ink, pagecode, rectify, strokes, style
from app.surveys.paper.reading.markers import MarkFinder, dots_a_millimetre, place
from app.surveys.paper.reading.page import PageReader
from app.surveys.paper.reading.plan import pack_layout, plan_page, unpack_layout
from app.surveys.paper.reading.read import read_scan
from app.surveys.paper.reading.result import Problem, RowState, ScanError, ScannedPage
from benchmarks.parts import Found, add_options, run_parts
from tests.paper_sheets.sheets import (
    Form,
    Sheet,
    is_needless,
    is_wrong,
    make_sheet,
    print_form,
    wrong_boxes,
)

A_FILE = 100  # pages of a file, and files of a part
BAR_IDENTIFIED, BAR_REVIEWED, BAR_PAGES = 0.999, 0.015, 10.0
HEAD = (
    f"{'kind':12}{'pages':>7}{'known':>9}{'wrong id':>9}{'boxes':>9}{'wrong':>7}"
    f"{'rows':>8}{'wrong':>7}{'to person':>11}{'needless':>10}{'frames':>9}{'ms':>6}"
)


@dataclass
class Score:
    """What reading many sheets gave."""

    pages: int = 0
    known: int = 0
    foreign: int = 0
    boxes: int = 0
    wrong_boxes: int = 0
    rows: int = 0
    wrong: int = 0
    reviewed: int = 0
    needless: int = 0
    frames: int = 0
    missed_frames: int = 0
    seconds: float = 0.0
    problems: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, read: ScannedPage, sheet: Sheet, seconds: float) -> None:
        """Count what reading one sheet gave."""
        self.pages += 1
        self.seconds += seconds
        self.foreign += read.code is not None and read.code != sheet.code
        if read.problem is not None:
            self.problems[read.problem.value] += 1
            return
        self.known += read.code == sheet.code
        self.boxes += sum(len(row.boxes) for row in sheet.page.rows)
        self.wrong_boxes += wrong_boxes(read, sheet)
        for frame in read.frames:
            self.frames += 1
            self.missed_frames += frame.field in sheet.words and not frame.has_ink
        for row in read.rows:
            self.rows += 1
            if row.state is RowState.UNSURE:
                self.reviewed += 1
                self.reasons[row.why.value] += 1
                self.needless += is_needless(row, sheet.filled)
            elif is_wrong(row, sheet.filled):
                self.wrong += 1
                meant = sheet.filled.answers[row.field]
                self.examples.append(f"{row} meant {meant}")

    def line(self, kind: str) -> str:
        """Return the score as a line of the table."""
        rows = max(1, self.rows)
        return (
            f"{kind:12}{self.pages:7}{self.known / max(1, self.pages):9.2%}{self.foreign:9}"
            f"{self.boxes:9}{self.wrong_boxes:7}{self.rows:8}{self.wrong:7}"
            f"{self.reviewed / rows:11.2%}{self.needless / rows:10.2%}"
            f"{self.missed_frames:5}/{self.frames:<4}"
            f"{1000 * self.seconds / max(1, self.pages):5.0f}"
        )


def plus(scores: list[Score]) -> Score:
    """Add scores up."""
    whole = Score()
    for score in scores:
        for name, value in vars(score).items():
            setattr(whole, name, getattr(whole, name) + value)
    return whole


def forms() -> list[Form]:
    """Return the forms sheets are made of: mostly the usual one, some large print and English."""
    usual = [print_form("full", block) for block in (0, 5, 9)]
    return [*usual, *usual, print_form("elder", 0), print_form("full", 3, "en")]


def run_kind(kind: str, pages: int, seed: int, made: list[Form], dots: int = 200) -> Score:
    """Make, scan and read sheets of one kind."""
    rng = np.random.default_rng((seed, sum(map(ord, kind)), dots))
    plans = {form.layout.key: unpack_layout(pack_layout(form.layout)) for form in made}
    reader = PageReader(plans.get)
    score = Score()
    for _ in range(pages):
        form = made[int(rng.integers(len(made)))]
        sheet = make_sheet(form, int(rng.integers(len(form.pages))) + 1, rng, kind=kind, dots=dots)
        content = np.frombuffer(scanner.as_jpeg(sheet.picture), np.uint8)
        began = process_time()
        picture = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE)
        read = reader.read(picture, 1)
        score.add(read, sheet, process_time() - began)
    return score


def table(pages: int, seed: int) -> bool:
    """Print a line for each kind of scan; say whether the bars of intact sheets hold."""
    made = forms()
    print(HEAD)
    intact, damaged = [], []
    for kind in (*scanner.INTACT, *scanner.DAMAGED):
        score = run_kind(kind, pages, seed, made)
        (intact if kind in scanner.INTACT else damaged).append(score)
        print(score.line(kind), dict(score.problems), dict(score.reasons), flush=True)
        for example in score.examples[:5]:
            print("   ", example)
    for dots in (150, 300):
        score = run_kind("clean", pages // 2, seed, made, dots)
        intact.append(score)
        print(score.line(f"clean {dots}"), dict(score.problems), dict(score.reasons), flush=True)
    good = judge(plus(intact))
    foreign = sum(score.foreign for score in damaged)
    print(f"damaged sheets: {foreign} given to a wrong home; wrong rows {plus(damaged).wrong}")
    return good and foreign == 0


def judge(score: Score) -> bool:
    """Print the bounds for intact sheets and whether the bars hold."""
    print(score.line("intact"))
    known = score.known / max(1, score.pages)
    most = upper_bound(score.wrong_boxes, score.boxes)
    print(
        f"known {known:.3%} (at least {BAR_IDENTIFIED:.1%}); wrong home {score.foreign}; "
        f"wrong but sure boxes {score.wrong_boxes} of {score.boxes}, below {most:.1e} with 95 %; "
        f"rows to a person {score.reviewed / max(1, score.rows):.2%} (at most {BAR_REVIEWED:.1%})"
    )
    return (
        known >= BAR_IDENTIFIED
        and not score.foreign
        and not score.wrong
        and score.reviewed <= BAR_REVIEWED * score.rows
    )


def upper_bound(hits: int, n: int) -> float:
    """Return the upper end of a one-sided 95 % interval: three over n without hits, else Wilson."""
    if not hits:
        return 3 / max(1, n)
    z, p = 1.645, hits / n
    middle, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle + spread) / (1 + z * z / n)


def prove(boxes_wanted: int, seed: int) -> bool:
    """Read intact sheets until so many boxes were read."""
    made = forms()
    scores: list[Score] = []
    turn = 0
    while sum(score.boxes for score in scores) < boxes_wanted:
        for kind in scanner.INTACT:
            scores.append(run_kind(kind, 20, seed + turn, made))
            for example in scores[-1].examples:
                print("   ", kind, example, flush=True)
        turn += 1
        print(plus(scores).line(f"round {turn}"), flush=True)
    return judge(plus(scores))


def speed(pages: int) -> bool:
    """Print processor time a page, through the child's own path and stage by stage."""
    form, rng = print_form(), np.random.default_rng(1)
    plans = {form.layout.key: unpack_layout(pack_layout(form.layout))}
    good = True
    for dots in (150, 200, 300):
        made = [make_sheet(form, n % 2 + 1, rng, dots=dots) for n in range(12)]
        contents = [np.frombuffer(scanner.as_jpeg(one.picture), np.uint8) for one in made]
        reader = PageReader(plans.get)
        how = cv2.IMREAD_REDUCED_GRAYSCALE_2 if dots == 300 else cv2.IMREAD_GRAYSCALE
        reader.read(cv2.imdecode(contents[0], how), 1)
        began = process_time()
        for number in range(pages):
            reader.read(cv2.imdecode(contents[number % 12], how), 1)
        rate = pages / (process_time() - began)
        print(f"{dots} dots an inch: {rate:.1f} pages/s of one core, decoding included", flush=True)
        good = good and (dots != 200 or rate >= BAR_PAGES)
    stages(form, pages)
    return good


def stages(form: Form, pages: int) -> None:
    """Print where the time of a page goes."""
    sheet = make_sheet(form, 1, np.random.default_rng(2))
    content = np.frombuffer(scanner.as_jpeg(sheet.picture), np.uint8)
    plan, finder = plan_page(sheet.page), MarkFinder()
    spent: Counter[str] = Counter()

    def timed(name, work, *given, **named):
        began = process_time()
        result = work(*given, **named)
        spent[name] += process_time() - began
        return result

    printed = {number: (x, y, side) for number, x, y, side in plan.markers}
    for _ in range(pages):
        image = timed("decode", cv2.imdecode, content, cv2.IMREAD_GRAYSCALE)
        marks = timed("corner marks", finder.find, image)
        fine = dots_a_millimetre(marks, printed)
        flat = timed("lay flat", rectify.lay_flat, image, place(marks, printed), fine)
        timed("page codes", pagecode.read_codes, flat, plan.codes)
        paper = timed("paper", rectify.paper_of, flat)
        dark = timed("paper", rectify.darkness, flat, paper)
        found = timed("find boxes", boxes.find_boxes, dark, plan.boxes)
        inked = timed("measure ink", ink.measure, dark, found)
        decided = timed("decide", decide.decide_boxes, inked)
        pen = timed("strokes", strokes.follow, dark, plan, found, decided.is_mark, inked.threshold)
        timed("decide", decide.decide_rows, plan, found, inked, decided, pen, one_bit=False)
        timed("style", style.style_of, inked, decided)
        timed("picture", rectify.as_jpeg, flat)
    for name, seconds in spent.items():
        print(f"  {name:14}{1000 * seconds / pages:6.1f} ms")


def shuffled(given: argparse.Namespace) -> bool | None:
    """Read shuffled pages of half as many homes through the child, a hundred pages a file."""
    pages, seed = given.shuffled, given.seed
    parts = -(-pages // A_FILE)
    print_form()  # once, before the processes part
    began = perf_counter()
    work = partial(shuffled_part, pages, seed)
    found = run_parts(f"shuffled {pages} seed {seed}", parts, work, given)
    if found is None:
        return None
    wrong, unknown = (sum(one[name] for one in found) for name in ("wrong", "unknown"))
    seen = {tuple(place) for one in found for place in one["seen"]}
    print(
        f"{pages} pages of {pages // 2} homes: {wrong} wrong, {unknown} to a person, "
        f"{len(seen)} pages at their home; {sum(one['seconds'] for one in found):.0f} s of one "
        f"core, {perf_counter() - began:.0f} s now"
    )
    return not wrong and len(seen) + unknown == pages


def shuffled_part(pages: int, seed: int, part: int) -> Found:
    """Make and read one file: the pages `part` names in the one order of all of them."""
    cv2.setNumThreads(1)
    began = perf_counter()
    form, order = print_form(), np.random.default_rng(seed)
    homes = order.choice(1 << 40, pages // 2, replace=False, shuffle=False).tolist()
    todo = [(home, number) for home in homes for number in (1, 2)]
    places = order.permutation(len(todo)).tolist()[part * A_FILE : (part + 1) * A_FILE]
    rng = np.random.default_rng((seed, part))
    packed, sheets = io.BytesIO(), []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for place_, at in enumerate(places):
            kind = scanner.INTACT[int(rng.integers(len(scanner.INTACT)))]
            sheet = make_sheet(form, todo[at][1], rng, kind=kind, sheet=todo[at][0], dots=150)
            sheets.append(sheet)
            archive.writestr(f"{place_:03}.jpg", scanner.as_jpeg(sheet.picture))
    wrong, unknown, seen = 0, 0, []
    for page in read_scan(packed.getvalue(), {form.layout.key: form.layout}):
        sheet = sheets[page.number - 1]
        unknown += page.code is None
        wrong += page.code not in (None, sheet.code)
        wrong += any(is_wrong(row, sheet.filled) for row in page.rows)
        if page.code is not None:
            said = split_code(page.code)
            seen.append((said.sheet, said.page))
    seconds = perf_counter() - began
    return {"wrong": wrong, "unknown": unknown, "seen": seen, "seconds": seconds}


def mutations(given: argparse.Namespace) -> bool | None:
    """Damage files at random and read them: every page comes with a reason or is read."""
    count, seed = given.mutations, given.seed
    print_form()
    parts = -(-count // A_FILE)
    work = partial(mutations_part, count, seed)
    found = run_parts(f"mutations {count} seed {seed}", parts, work, given)
    if found is None:
        return None
    said: Counter[str] = Counter()
    for one in found:
        said.update(one["said"])
    longest = max(one["longest"] for one in found)
    print(f"{count} damaged files: {dict(said)}; the longest took {longest:.1f} s; 0 workers died")
    return said[Problem.TOO_LONG.value] == 0 or longest < 120


def mutations_part(count: int, seed: int, part: int) -> Found:
    """Damage and read the files of one part."""
    form, rng = print_form(), np.random.default_rng((seed, part))
    whole = _files(form, np.random.default_rng(seed))
    said: Counter[str] = Counter()
    longest = 0.0
    for number in range(part * A_FILE, min(count, (part + 1) * A_FILE)):
        damaged = bytearray(whole[number % len(whole)])
        reach = len(damaged) if number % 3 else min(600, len(damaged))
        for at in rng.integers(0, reach, int(rng.integers(1, 20))).tolist():
            damaged[at] = int(rng.integers(256))
        if number % 7 == 0:
            del damaged[int(rng.integers(len(damaged))) :]
        began = perf_counter()
        try:
            for page in read_scan(bytes(damaged), {form.layout.key: form.layout}):
                said[page.problem.value if page.problem else "read"] += 1
        except ScanError as error:
            said[f"file: {error.problem.value}"] += 1
        longest = max(longest, perf_counter() - began)
    return {"said": dict(said), "longest": longest}


def _files(form: Form, rng: np.random.Generator) -> list[bytes]:
    """Return one sheet as a file of every kind."""
    sheet = Image.fromarray(make_sheet(form, 1, rng, dots=150).picture)
    whole = []
    for kind, options in (
        ("JPEG", {}),
        ("PNG", {}),
        ("PDF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
    ):
        made = io.BytesIO()
        sheet.save(made, kind, **options)
        whole.append(made.getvalue())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jpg", whole[0])
    return [*whole, packed.getvalue()]


def main() -> int:
    """Run what was asked for; 1 when a bar is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    for name, usual in (
        ("pages", 40),
        ("boxes", 0),
        ("shuffled", 0),
        ("mutations", 0),
        ("seed", 1),
    ):
        asked.add_argument(f"--{name}", type=int, default=usual)
    asked.add_argument("--speed", action="store_true")
    add_options(asked)
    given = asked.parse_args()
    cv2.setNumThreads(1)
    good: bool | None
    if given.boxes:
        good = prove(given.boxes, given.seed)
    elif given.speed:
        good = speed(given.pages)
    elif given.shuffled:
        good = shuffled(given)
    elif given.mutations:
        good = mutations(given)
    else:
        good = table(given.pages, given.seed)
    if good is None:
        return 0
    print("bars hold" if good else "A BAR IS MISSED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
