"""One run in this process: a line a step while it goes on."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.cli.done import Done
from headgate.cli.local import Order, chain_of
from headgate.cli.progress import StepLines
from headgate.core.asof import AsOf, RunType
from headgate.errors import DataError

if TYPE_CHECKING:
    from headgate.steps.retrain import Wish


def run_once(order: Order, as_of: AsOf, wish: Wish) -> Done:
    """Do the whole chain; data that can't be used is a result.

    Raises:
        HeadgateError: Anything else that keeps the run from its work.
    """
    began = time.monotonic()
    chain = chain_of(order)
    run = chain.run_of(as_of, RunType.MANUAL)
    sys.stderr.write(f"{run.key}: {run.said}\n")
    try:
        retrained = chain.retrain(run, wish=wish, tell=StepLines())
    except DataError as error:
        return Done(as_of=as_of.instant, seconds=time.monotonic() - began, run=run, failed=str(error))
    return Done(as_of=as_of.instant, seconds=time.monotonic() - began, run=run, retrained=retrained)


def deployed(done: Done, order: Order, server: str) -> Done:
    """Have a model server serve what the run promoted, if it promoted what is the champion now.

    Raises:
        DeploymentError: It refuses the version, or answers otherwise than the candidate did.
        TransientError: It can't be reached.
    """
    promotion = done.retrained.promotion if done.retrained else None
    if promotion is None or not promotion.serves:
        return done
    tell = StepLines()
    deployment = chain_of(order).deploy(promotion, server)
    tell("deploy", f"{deployment.url} serves version {promotion.version}")
    return replace(done, deployment=deployment)
