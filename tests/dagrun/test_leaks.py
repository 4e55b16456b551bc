"""What nobody could know at a run's as-of, through the operators: a sentence, no retry, and nothing is trained."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from headgate import FunctionSource, Label, Rolling, days
from headgate.core.windows import Windows
from tests.dagrun import shop
from tests.dagrun.chain import MAY, Chain


def restated(windows: Windows) -> pd.DataFrame:
    """Each day twice: first without its label, then with it, which is final a week after; some after May 1st."""
    first = shop.daily(windows)
    first = first.assign(known=first["day"], final=first["day"].mask(first["day"].notna()))
    later = first.assign(known=first["day"] + timedelta(days=7), final=first["day"] + timedelta(days=7))
    return pd.concat([first.assign(sold=float("nan")), later])


def final_at_once(windows: Windows) -> pd.DataFrame:
    """Labels that nobody said were final yet, but one, which is a day late."""
    frame = shop.daily(windows)
    final = frame["day"].where(frame["day"] != windows.training.start, windows.as_of + timedelta(days=1))
    return frame.assign(final=final.astype(frame["day"].dtype))


def contradictory(windows: Windows) -> pd.DataFrame:
    frame = shop.daily(windows)
    return pd.concat([frame, frame.assign(sold=frame["sold"] + 1.0)]).assign(known=windows.training.start)


def restate(chain: Chain, delay: int) -> None:
    chain.pipeline["source"] = FunctionSource(f"{__name__}:restated", event_time="day", known_at="known", key=())
    chain.pipeline["label"] = Label("sold", delay=days(delay), final_at="final")
    chain.pipeline["windows"] = Rolling(lookback=days(30), holdout=days(7))


def manifests(chain: Chain) -> list[str]:
    return [path for path in chain.files() if path.startswith("snapshots/")]


def nothing_came_of(chain: Chain) -> bool:
    return (manifests(chain), chain.runs(), chain.models(), chain.versions()) == ([], [], [], [])


def test_labels_that_were_restated_in_time_go_through(chain: Chain) -> None:
    restate(chain, 7)
    assert chain.run("promote")["version"] == "1"
    manifest = json.loads((chain.store / manifests(chain)[0]).read_text())
    assert (manifest["key"], manifest["final_at"], manifest["labels_final_before"]) == (
        [],
        "final",
        "2024-04-24T00:00:00Z",
    )
    assert manifest["statistics"]["rows"] == 37


def test_labels_that_were_restated_too_late_are_missing(chain: Chain) -> None:
    restate(chain, 5)
    sentence = chain.refused("snapshot")
    assert "label sold must not be null. Got 1 of 37 rows without one instead, the first at 2024-04-25" in sentence
    assert nothing_came_of(chain)


def test_a_label_that_was_not_final_at_the_as_of_stops_the_run(chain: Chain) -> None:
    chain.pipeline["source"] = FunctionSource(f"{__name__}:final_at_once", event_time="day")
    chain.pipeline["label"] = Label("sold", final_at="final")
    sentence = chain.refused("snapshot")
    assert sentence.startswith(
        "snapshot must hold only rows and labels that were known at the as-of 2024-05-01T00:00:00Z. Got this instead: "
        "a label became final at 2024-05-02T00:00:00Z, after the as-of."
    )
    assert "need a longer Label(..., delay=...)" in sentence
    assert nothing_came_of(chain)


def test_two_rows_of_which_nobody_knows_which_came_last(chain: Chain) -> None:
    chain.pipeline["source"] = FunctionSource(f"{__name__}:contradictory", event_time="day", known_at="known", key=())
    sentence = chain.refused("snapshot")
    assert "rows of one event time and key must differ in known" in sentence
    assert "Got two that differ elsewhere instead, at 2024-03-25T00:00:00Z" in sentence
    assert nothing_came_of(chain)


@pytest.mark.parametrize("moved", ["the snapshot's holdout", "another as-of"])
def test_nothing_is_trained_on_a_snapshot_whose_manifest_somebody_wrote_by_hand(chain: Chain, moved: str) -> None:
    """The digests agree, and the id: only its rows tell that they are of another time."""
    if moved == "another as-of":
        later = MAY + timedelta(days=60)
        chain.facts.update(run_after=later, data_interval_end=later)
    chain.run("validate")
    validated = chain.outputs["validate"]
    if moved == "another as-of":
        windows = Rolling(lookback=days(30), holdout=days(7)).at(MAY, label_delay=days(0))
        validated["snapshot"]["run"]["windows"] = _plain(windows)
        said = r"an event at 2024-06-29T00:00:00Z of the holdout isn't before the as-of"
    else:
        said = r"an event at 2024-04-30T00:00:00Z of the training window lies outside of it"
        forge(chain.store, validated["snapshot"])
    assert said in chain.refused("train")
    assert said in chain.failed_with()


def forge(store: Path, snapshot: dict[str, str]) -> None:
    """Put the holdout's parts among those that are trained on."""
    from headgate.core.snapshots import PartRef, manifest_path, snapshot_id

    manifest = json.loads((store / snapshot["manifest"]).read_text())
    manifest["training"] += manifest["holdout"]
    contents = ([PartRef(**part["content"]) for part in manifest[name]] for name in ("training", "holdout"))
    manifest["id"] = snapshot["id"] = snapshot_id(*contents)
    snapshot["manifest"] = manifest_path(manifest["model"], MAY, manifest["id"])
    (store / snapshot["manifest"]).write_text(json.dumps(manifest))


def _plain(value: object) -> object:
    from headgate import wire

    return wire.dump(value)
