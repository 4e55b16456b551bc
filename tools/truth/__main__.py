"""Run the simulations: `python -m tools.truth [PART]... [--quick]`, all of them by default.

The parts are type_one, slices, power and coverage. It fails when a rate lies outside its band.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from tools.truth import coverage, power, slices, type_one

Part = Callable[[bool], list[str]]
"""Runs simulations, few of them or many, and returns what lies outside its band."""

PARTS: dict[str, Part] = {
    "type_one": type_one.run,
    "slices": slices.run,
    "power": power.run,
    "coverage": coverage.run,
}


def main(arguments: list[str], parts: Mapping[str, Part] = PARTS) -> int:
    """Run the chosen parts; return 1 when a rate lies outside its band, 2 for an unknown part."""
    chosen = [argument for argument in arguments if argument != "--quick"]
    unknown = [name for name in chosen if name not in parts]
    if unknown:
        print(f"part must be one of {', '.join(parts)}. Got {', '.join(unknown)} instead.")
        return 2
    quick = "--quick" in arguments
    outside = [line for name, run in parts.items() if name in (chosen or parts) for line in run(quick)]
    print("\n" + "\n".join(outside or ["Every rate lies within its band."]))
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
