"""Checks of the design: scales, references, conditions, blocks, minutes, column maps."""

from collections import Counter
from itertools import combinations, pairwise

from app.surveys.instrument.findings import PERCEPTION, Findings
from app.surveys.instrument.flow import ELDER, FULL
from app.surveys.instrument.model import BlockDesign, Item, ItemRole, Scale
from app.surveys.instrument.timing import longest_seconds

_MOST_TOLERANCE_AREAS = 8
_COLUMN_KEYS = frozenset(
    {
        "overall",
        "importance",
        "community",
        "wave",
        "replicates",
        "household",
        "segments",
        "weight",
        "none_words",
        "value_map",
    }
)
_LOYALTY_COLUMN = "loyalty"
_AREA_COLUMNS = frozenset(
    {"performance", "importance", "adequate", "desired", "perceived", "competitor"}
)


def check_scales(findings: Findings) -> None:
    """Check that every scale has an order and a direction, and every item a scale."""
    instrument = findings.instrument
    for code, scale in instrument.scales.items():
        _check_scale(findings, f"scales.{code}", scale)
    used = set()
    for item in instrument.items:
        if item.scale is None:
            continue
        used.add(item.scale)
        if item.scale not in instrument.scales:
            path = f"{findings.section_path(item.section)}.ask.on"
            source = f"{findings.source(item)}.on"
            where = source if source in findings.loaded.marks else path
            findings.error(where, "unknown_scale", word=item.scale)
    for code in instrument.scales:
        if code not in used:
            findings.warn(f"scales.{code}", "unused_scale", word=code)


def _check_scale(findings: Findings, path: str, scale: Scale) -> None:
    points = scale.points
    if any(after != before + 1 for before, after in pairwise(points)):
        findings.error(f"{path}.points", "scale_order")
        return
    for point in scale.labels:
        if point not in points:
            findings.error(f"{path}.labels.{point}", "no_such_point", point=point)
    satisfied = tuple(sorted(scale.satisfied))
    for i, point in enumerate(scale.satisfied):
        if point not in points:
            findings.error(f"{path}.satisfied[{i}]", "no_such_point", point=point)
    top = points[len(points) - len(satisfied) :] if satisfied else ()
    if set(satisfied) <= set(points) and (satisfied != top or len(satisfied) == len(points)):
        findings.error(f"{path}.satisfied", "scale_without_direction")
    ends = {points[0], points[-1]}
    if not findings.is_external and not ends <= scale.labels.keys():
        findings.error(path, "scale_without_direction")


def check_departments(findings: Findings) -> None:
    """Check that every area and attribute has a department of the file."""
    instrument = findings.instrument
    for i, area in enumerate(instrument.areas):
        if area.department and area.department not in instrument.departments:
            path = f"areas[{i}].department"
            findings.error(path, "unknown_department", word=area.department)
        elif not area.department and instrument.kind == PERCEPTION:
            findings.error(f"areas[{i}]", "missing_key", key="department")
        for j, attribute in enumerate(area.attributes):
            for k, department in enumerate(attribute.departments):
                if department not in instrument.departments:
                    path = f"areas[{i}].attributes[{j}].departments[{k}]"
                    findings.error(path, "unknown_department", word=department)


def check_needs(findings: Findings) -> None:
    """Check what a valid response needs, and that every section asks something."""
    instrument = findings.instrument
    pages = {section.id: section.items for section in instrument.sections}
    codes = {item.code for item in instrument.items}
    for name, needed in instrument.valid_needs.items():
        path = f"valid_needs.{name}"
        if name not in pages and name not in codes:
            findings.error(path, "unknown_item", word=name)
        elif needed > len(pages.get(name, (name,))):
            findings.error(path, "needs_too_many", limit=len(pages.get(name, (name,))))
    for section in instrument.sections:
        if not section.items:
            findings.error(findings.section_path(section.id), "section_without_items")


def check_conditions(findings: Findings) -> None:
    """Check that every condition can hold when its item is reached, on both forms."""
    instrument = findings.instrument
    place = {item.code: i for i, item in enumerate(instrument.items)}
    pages = {section.id: section for section in instrument.sections}
    for item in instrument.items:
        if item.show_if is None:
            continue
        path = _condition_path(findings, item)
        word = item.show_if.removeprefix("experience.")
        if item.show_if not in place:
            findings.error(path, "unknown_condition", word=word)
            continue
        if place[item.show_if] > place[item.code]:
            findings.error(path, "condition_later", word=word)
        on_elder = pages[item.section].elder and item.elder
        asked_on_elder = pages[instrument.item(item.show_if).section].elder
        if on_elder and not asked_on_elder:
            findings.error(path, "condition_never_elder", word=word)


def _condition_path(findings: Findings, item: Item) -> str:
    own = f"{findings.source(item)}.show_if"
    section = f"{findings.section_path(item.section)}.show_if"
    return own if own in findings.loaded.marks else section


def check_blocks(findings: Findings) -> None:
    """Check planned missingness: every pair of areas must meet in some block."""
    design = findings.instrument.blocks
    offered = len(findings.instrument.areas)
    if design is not None:
        offered = max(len(block) for block in design.blocks)
        _check_pairs(findings, design)
        _check_sizes(findings, design)
    roles = {item.role for item in findings.instrument.items}
    if ItemRole.DESIRED in roles and offered > _MOST_TOLERANCE_AREAS and not findings.is_external:
        limit = _MOST_TOLERANCE_AREAS
        findings.warn("blocks.design", "many_tolerance_areas", count=offered, limit=limit)


def _check_pairs(findings: Findings, design: BlockDesign) -> None:
    areas = [area.code for area in findings.instrument.areas]
    for i, block in enumerate(design.blocks):
        if len(set(block)) < len(block):
            findings.error(f"blocks.design[{i}]", "repeated_in_block")
        if len(block) != len(design.blocks[0]):
            findings.error(f"blocks.design[{i}]", "block_size", size=len(design.blocks[0]))
    met = {frozenset(pair) for block in design.blocks for pair in combinations(block, 2)}
    for first, second in combinations(areas, 2):
        if frozenset((first, second)) not in met:
            findings.error("blocks.design", "pair_never_meets", first=first, second=second)
    counts = Counter(code for block in design.blocks for code in block)
    if len(set(counts.values())) > 1:
        findings.warn("blocks.design", "blocks_unbalanced")


def _check_sizes(findings: Findings, design: BlockDesign) -> None:
    instrument = findings.instrument
    count, block = len(instrument.areas), len(design.blocks[0])
    bounds = [bound for bound, _ in design.sizes]
    known = [bound for bound in bounds[:-1] if bound is not None]
    if bounds[-1] is not None or len(known) < len(bounds) - 1 or known != sorted(set(known)):
        findings.error("blocks.offered", "sizes_order")
    for i, (_, offered) in enumerate(design.sizes):
        if offered not in (block, count - block, count):
            words = ", ".join(str(one) for one in sorted({block, count - block, count}))
            findings.error(f"blocks.offered[{i}].areas", "offer_impossible", allowed=words)
    for offered in {offered for _, offered in design.sizes} & {block, count - block, count}:
        if instrument.minutes and offered not in instrument.minutes:
            findings.error("minutes", "minutes_missing", areas=offered)


def check_minutes(findings: Findings) -> None:
    """Check the promised minutes against the time model (see `timing`)."""
    instrument = findings.instrument
    if instrument.kind == PERCEPTION and not instrument.minutes:
        findings.error("", "missing_key", key="minutes")
    if any(problem.level == "error" for problem in findings.problems):
        return  # the model needs a sound instrument
    sizes = {offered for _, offered in instrument.blocks.sizes} if instrument.blocks else set()
    for areas, minutes in instrument.minutes.items():
        if sizes and areas not in sizes:
            findings.warn(f"minutes.areas.{areas}", "minutes_unused", areas=areas)
            continue
        seconds = longest_seconds(instrument, areas_offered=areas, form=FULL)
        _compare(findings, f"minutes.areas.{areas}", minutes, seconds)
    if instrument.elder_minutes is not None and sizes:
        seconds = longest_seconds(instrument, areas_offered=min(sizes), form=ELDER)
        _compare(findings, "minutes.elder", instrument.elder_minutes, seconds)


def _compare(findings: Findings, path: str, minutes: int, seconds: float) -> None:
    if seconds > minutes * 60:
        findings.error(path, "longer_than_promised", minutes=minutes, seconds=round(seconds))


def check_columns(findings: Findings) -> None:
    """Check the column map of an external data file."""
    columns = findings.loaded.columns
    if findings.is_external and not columns:
        findings.error("", "missing_key", key="columns")
    areas = {area.code for area in findings.instrument.areas}
    loyalty = {item.code for item in findings.instrument.items_with_role(ItemRole.LOYALTY)}
    for key in columns:
        measure, dot, area = key.partition(".")
        if (dot and measure not in {*_AREA_COLUMNS, _LOYALTY_COLUMN}) or (
            not dot and key not in _COLUMN_KEYS
        ):
            findings.error(f"columns.{key}", "unknown_column_key", word=key)
        elif measure == _LOYALTY_COLUMN:
            if area not in loyalty:
                findings.error(f"columns.{key}", "unknown_item", word=area)
        elif dot and area not in areas:
            findings.error(f"columns.{key}", "unknown_area", word=area)
