"""Printed questionnaires: 1,000 personalised sheets by stamping, and the naive way on 20 of them.

    python -m benchmarks.forms [SHEETS]

Stamping sets each of the twelve layouts once and draws codes onto them; the naive way sets every
sheet as a document of its own. CPU time, without the time to import.
"""

import sys
from time import process_time

from app.reports.forms.drawing import bases_markup
from app.reports.forms.setting import make_press, set_pages
from app.reports.forms.stamping import PageMark, Sheet
from app.surveys.instrument.canonical import digest
from app.surveys.paper.codes import PageCode, make_code, make_typed
from app.surveys.paper.layout.model import Layout
from app.surveys.paper.printing.layouts import draw_layout
from app.vault import Vault
from tests.factories import perception_instrument

_NAIVE = 20
_GOAL = 10.0  # seconds for 1,000 sheets


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    instrument = perception_instrument()
    name = digest(instrument)
    start = process_time()
    layouts = [
        draw_layout(instrument, name, form="full", block=block, areas_offered=3, language="zh-Hans")
        for block in range(12)
    ]
    laid_out = process_time()
    press = make_press(layouts, {"about": "青禾苑", "deadline": "最晚11月30日"})
    set_once = process_time()
    vault = Vault(bytes(32))
    sheets = [_sheet(vault, layouts[at % 12], at) for at in range(wanted)]
    front = set_pages("<p>cover</p>")
    content, pages = press.print_sheets(sheets, front=front)
    stamped = process_time()
    for layout in layouts[:1] * _NAIVE:
        set_pages(bases_markup([layout]))
    naive = (process_time() - stamped) / _NAIVE
    whole = stamped - start
    print(f"12 layouts laid out      {laid_out - start:6.2f} s CPU")
    print(f"12 base forms set        {set_once - laid_out:6.2f} s CPU")
    print(f"{wanted} sheets stamped     {stamped - set_once:6.2f} s CPU")
    print(f"together                 {whole:6.2f} s CPU, {wanted / whole:.0f} sheets a second")
    print(f"file                     {len(content) / 1e6:6.1f} MB, {pages} pages")
    print(f"naive, one by one        {naive * wanted:6.0f} s CPU for as many ({naive:.2f} each)")
    if wanted == 1000:
        print(f"goal {_GOAL:.0f} s: {'met' if whole <= _GOAL else 'MISSED'}")


def _sheet(vault: Vault, layout: Layout, at: int) -> Sheet:
    number = at * 34_359_738_421 % 2**45
    marks = [
        PageMark(
            make_code(vault, PageCode(number, page.number, 1, layout.key, 1)),
            make_typed(number, page.number),
        )
        for page in layout.pages
    ]
    return Sheet(layout, marks)


if __name__ == "__main__":
    main()
