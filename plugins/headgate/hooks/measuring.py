"""The process that measures what models cost: `python -m headgate.hooks.measuring FOLDER`. Imports no Airflow."""

from __future__ import annotations

import sys
from pathlib import Path

from headgate.hooks import parts


def main(folder: str) -> None:
    """Measure what is asked in a folder, and write down there what is found."""
    from headgate.adapters.process_costs import end_in_time, measure_here

    end_in_time(Path(folder))
    measure_here(Path(folder), parts.loader())


if __name__ == "__main__":
    main(sys.argv[1])
