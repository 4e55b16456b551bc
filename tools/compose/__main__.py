"""`make compose-test`: bring the compose file up from nothing, use it, disturb it, and look at what is left. Minutes.

python -m tools.compose [--keep] [--undisturbed]
"""

from __future__ import annotations

import argparse
import sys
import time

from tools.airflow_api import AirflowApiError
from tools.compose.disturbances import disturb
from tools.compose.security import secure
from tools.compose.stack import ComposeError, ComposeStack, docker
from tools.compose.story import WrongError, first_hour
from tools.environment import REPOSITORY

HOME = REPOSITORY / ".compose"
LAB = "On a machine without an image registry, start one first that has stand-ins for the base images."


def main(arguments: list[str]) -> int:
    """Run it, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.compose", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave everything up at the end")
    parser.add_argument("--undisturbed", action="store_true", help="kill nothing")
    asked = parser.parse_args(arguments)
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    try:
        docker("info")
        with ComposeStack(HOME, keep=asked.keep) as stack:
            tell("every part is up and says that it is ready")
            first_hour(stack, tell)
            secure(stack, tell)
            if not asked.undisturbed:
                disturb(stack, tell)
    except (ComposeError, WrongError, AirflowApiError) as error:
        print(f"{error}\n{LAB if isinstance(error, ComposeError) else ''}".strip(), file=sys.stderr)
        return 1
    tell("all of it held")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
