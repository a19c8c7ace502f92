"""`make quality`: every figure of quality beside its floor; fails when one falls below.

    python -m rigs.quality [blocks|sentences|mentions|names|formats|language_pass …]

Gold data is read from the folder NEWSHOUSE_EVAL names (default: ../shared/eval beside the project);
what is missing there is skipped, with a line that says so.
"""

from __future__ import annotations

import importlib
import sys
import tomllib
from pathlib import Path

from rigs.quality.gold_blocks import gold_folder

HARNESSES = ("blocks", "sentences", "mentions", "names", "formats", "language_pass")


def main() -> int:
    """Print the table; 1 where a figure is below its floor."""
    floors = tomllib.loads((Path(__file__).parent / "floors.toml").read_text("utf-8"))
    if not gold_folder().is_dir():
        print(f"No gold data at {gold_folder()}: set NEWSHOUSE_EVAL. Nothing was measured.")
        return 0
    below = 0
    print(f"{'harness':14} {'figure':58} {'value':>12} {'floor':>12}")
    for harness in sys.argv[1:] or HARNESSES:
        for figure in importlib.import_module(f"rigs.quality.{harness}").measure():
            key = (figure.floor_key or "").rpartition(".")[2]
            floor = floors[harness][key] if key else None
            is_below = floor is not None and figure.value < floor
            below += is_below
            shown_floor = "" if floor is None else f"{floor:12,.3f}"
            print(f"{harness:14} {figure.name[:58]:58} {figure.value:12,.3f} {shown_floor:>12}"
                  f"{'  BELOW' if is_below else ''}", flush=True)  # fmt: skip
    print("all figures hold" if not below else f"{below} figures are below their floor")
    return min(below, 1)


if __name__ == "__main__":
    sys.exit(main())
