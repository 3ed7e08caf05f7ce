"""Print the rows that are missing in ``matrix.txt``, as the guards say them, and those too many.

``python -m tests.web.permissions.regenerate`` prints only; ``--write`` puts the file in order
with the new rows. Whoever adds a row reads it first: is that really who should?
"""

import sys
import tempfile
from pathlib import Path

from app.db import make_engine
from migrations.run import upgrade
from tests.web.permissions.matrix import FILE, guarded_rows, read_table
from tests.web.permissions.world import build


def main() -> None:
    """Compare the file with the guards."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'world.sqlite'}"
        engine = make_engine(url)
        upgrade(engine)
        guards = guarded_rows(build(engine, url, Path(name)))
        engine.dispose()
    table = read_table()
    for key in sorted(guards.keys() | table.keys()):
        if table.get(key) == guards.get(key):
            continue
        if key in table:
            print("-", table[key].line())
        if key in guards:
            print("+", guards[key].line())
    if "--write" in sys.argv:
        head = [line for line in FILE.read_text("utf-8").splitlines() if line.startswith("#")]
        lines = [guards[key].line() for key in sorted(guards)]
        FILE.write_text("\n".join([*head, *lines]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
