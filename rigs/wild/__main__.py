"""`make wild`: the real command over real and hostile files, three times; 1 where something fails.

    python -m rigs.wild [--records 2000] [--seed 1] [--only generated] [--folder DIR]

The shared evaluation data is read from the folder NEWSHOUSE_EVAL names (default: ../shared/eval
beside the project); where it is absent, the project's own seeds and made-up files are all there is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rigs.wild.rounds import Asked, run_rounds


def main() -> int:
    """Run, verify, print."""
    parser = argparse.ArgumentParser(prog="python -m rigs.wild", description=__doc__)
    parser.add_argument("--records", type=int, default=2000, help="made-up records")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["generated"], help="leave the shared data out")
    parser.add_argument("--folder", type=Path, help="keep the files and the warehouse here")
    parser.add_argument("--slowest", type=int, default=3, help="files to time one by one")
    given = parser.parse_args()
    asked = Asked(given.records, given.seed, given.only is None, given.slowest)
    if given.folder is not None:
        if given.folder.exists() and any(given.folder.iterdir()):
            parser.error(f"{given.folder} is not empty; name a new folder")
        given.folder.mkdir(parents=True, exist_ok=True)
        return run_rounds(given.folder.resolve(), asked)
    with tempfile.TemporaryDirectory(prefix="newshouse-wild-") as folder:
        return run_rounds(Path(folder), asked)


if __name__ == "__main__":
    sys.exit(main())
