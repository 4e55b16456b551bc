"""What every gate must do: subclass `GateConformance` in your tests, and let pytest collect it."""

# ruff: noqa: S101 - a suite that pytest runs

from __future__ import annotations

import copy
import json
import pickle
import random
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from threading import Thread

import numpy as np  # noqa: TID253 - no Dag imports it

from headgate.adapters.dotted_paths import load_object
from headgate.core.evidence import fact_needs
from headgate.core.frozen import build_frozen, dump_frozen
from headgate.core.gates import Gate
from headgate.core.needs import Column, Need, Sliced
from headgate.core.verdict import Outcome, Verdict
from headgate.testing.gate_evidence import (
    NOTE,
    GateEvidence,
    no_evidence,
    odd_evidence,
    sound_evidence,
    with_unscored_baseline,
    without_baseline,
    without_columns,
    without_facts,
)

_MANY_ROWS = 5_000


class GateConformance(ABC):
    """The suite. Each test asks for a gate of its own; all are to be equal.

    Two things may be changed: `seconds`, which no answer may take, and `evidence`.
    """

    seconds = 20.0

    @abstractmethod
    def make(self) -> Gate:
        """Return a gate."""

    def evidence(self, needs: tuple[Need, ...], *, rows: int = 1600) -> GateEvidence:
        """Return sound evidence, on which the gate passes or fails.

        Args:
            needs: What the gate needs.
            rows: How many rows the holdout has.
        """
        return sound_evidence(needs, rows=rows)

    def test_it_is_a_gate(self) -> None:
        """It has a name, says what it needs and whether it compares, and is equal to another of its making."""
        gate = self.make()
        assert isinstance(gate, Gate), f"{gate!r} lacks something of the protocol Gate"
        assert isinstance(gate.name, str), f"its name is {gate.name!r}"
        assert gate.name.strip(), "its name is empty"
        assert isinstance(gate.needs, tuple), f"needs of {gate.name} are {gate.needs!r}, not a tuple"
        assert all(isinstance(need, Need) for need in gate.needs), f"needs of {gate.name} are {gate.needs}"
        assert isinstance(gate.needs_baseline, bool), f"needs_baseline of {gate.name} is {gate.needs_baseline!r}"
        assert gate == self.make(), f"{gate.name} isn't equal to another of its making"
        assert hash(gate) == hash(self.make()), f"{gate.name} has another hash than another of its making"

    def test_on_sound_evidence_it_decides(self) -> None:
        """A gate that never passes nor fails is asking for something else than it says it needs."""
        verdict = self._answer(self._sound())
        said = (
            f"{verdict.gate} can't tell on sound evidence ({verdict.reason}): where other evidence is sound, override"
        )
        assert verdict.outcome is not Outcome.UNDECIDED, f"{said} evidence()"

    def test_it_answers_whatever_it_gets(self) -> None:
        """It never raises, and answers with a verdict in its own name."""
        for evidence in odd_evidence(self._sound()):
            self._answer(evidence)

    def test_no_evidence_is_undecided(self) -> None:
        """Neither a pass nor a failure."""
        self._require_undecided(no_evidence(self._sound()))

    def test_a_fact_that_is_missing_is_undecided_and_its_note_is_the_reason(self) -> None:
        """Whoever reads the verdict wants to know why it could not be measured."""
        if not fact_needs(self.make().needs):
            return
        self._require_undecided(without_facts(self._sound()))
        noted = [evidence for evidence in without_facts(self._sound()) if evidence.evaluation.facts]
        for evidence in noted:
            assert NOTE in self._answer(evidence).reason, f"the note isn't told ({evidence.title})"

    def test_a_column_that_is_missing_is_undecided(self) -> None:
        """Or a slice."""
        if any(isinstance(need, Column | Sliced) for need in self.make().needs):
            self._require_undecided(without_columns(self._sound()))

    def test_without_a_baseline_it_says_so_or_needs_none(self) -> None:
        """A first model isn't better than anything; a gate that needs no baseline decides."""
        verdict = self._answer(without_baseline(self._sound()))
        if self.make().needs_baseline:
            assert verdict.outcome is Outcome.UNDECIDED, f"{verdict.gate} answers {verdict.outcome} without a baseline"
            assert "no baseline" in verdict.reason, f"{verdict.gate} doesn't say 'no baseline': {verdict.reason}"
        else:
            assert verdict.outcome is not Outcome.UNDECIDED, "it needs a baseline, and says that it needs none"

    def test_a_baseline_that_cannot_be_scored_is_undecided(self) -> None:
        """For the gates that compare with it."""
        if self.make().needs_baseline:
            self._require_undecided([with_unscored_baseline(self._sound())])

    def test_the_same_evidence_gets_the_same_answer(self) -> None:
        """Whoever asks, how often, and in whatever order the facts came."""
        gate, sound = self.make(), self._sound()
        turned = replace(sound.evaluation, facts=sound.evaluation.facts[::-1])
        answers = []
        for seed, evidence in enumerate((sound, sound, replace(sound, evaluation=turned))):
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002 - a gate may use the old one
            answers += [self._answer(evidence, gate), self._answer(evidence)]
        for answer in answers:
            assert answer == answers[0], f"{gate.name} answers {answer} and {answers[0]} of the same evidence"

    def test_it_leaves_the_evidence_and_the_worlds_chance_alone(self) -> None:
        """The arrays can't be written; neither of Python's and NumPy's generators may move."""
        before = random.getstate(), str(np.random.get_state())  # noqa: NPY002 - as above
        self._answer(self._sound())
        after = random.getstate(), str(np.random.get_state())  # noqa: NPY002 - as above
        assert after == before, "it draws from a generator that all share: give it a seed of its own"

    def test_it_cannot_be_changed(self) -> None:
        """It is a frozen dataclass."""
        gate = self.make()
        assert is_dataclass(gate), f"{gate!r} must be a dataclass"
        for field in fields(gate):
            try:
                setattr(gate, field.name, getattr(gate, field.name))
            except FrozenInstanceError:
                continue
            msg = f"{field.name} of {gate.name} can be changed: make it @dataclass(frozen=True)"
            raise AssertionError(msg)

    def test_it_can_be_kept(self) -> None:
        """It is written down beside its verdict, and built from that again."""
        gate = self.make()
        back = build_frozen(json.loads(json.dumps(dump_frozen(gate), allow_nan=False)), load_object)
        assert back == gate, f"{gate.name} comes back as {back!r}"

    def test_it_travels(self) -> None:
        """Between processes."""
        gate = self.make()
        for back in (pickle.loads(pickle.dumps(gate)), copy.deepcopy(gate)):  # noqa: S301 - our own
            assert back == gate, f"{gate.name} arrives as {back!r}"

    def test_it_takes_no_long_time(self) -> None:
        """On 5,000 rows."""
        self._answer(self.evidence(self.make().needs, rows=_MANY_ROWS))

    def _sound(self) -> GateEvidence:
        return self.evidence(self.make().needs)

    def _require_undecided(self, several: Iterable[GateEvidence]) -> None:
        for evidence in several:
            verdict = self._answer(evidence)
            said = f"{verdict.gate} answers {verdict.outcome} ({evidence.title}): {verdict.reason}"
            assert verdict.outcome is Outcome.UNDECIDED, said

    def _answer(self, evidence: GateEvidence, gate: Gate | None = None) -> Verdict:
        """Return the gate's answer, which must be a verdict in its name, with a reason, in time."""
        asked = gate if gate is not None else self.make()
        found: list[object] = []
        raised: list[Exception] = []

        def ask() -> None:
            try:
                found.append(asked.judge(evidence.evaluation, evidence.predictions))
            except Exception as error:  # noqa: BLE001 - whatever it is, the gate must not
                raised.append(error)

        thread = Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self.seconds)
        if raised:
            msg = f"{asked.name} raises ({evidence.title}): {raised[0]!r}"
            raise AssertionError(msg) from raised[0]
        assert found, f"{asked.name} takes longer than {self.seconds:g} s ({evidence.title})"
        verdict = found[0]
        assert isinstance(verdict, Verdict), f"{asked.name} answers {verdict!r} ({evidence.title}), not a Verdict"
        assert isinstance(verdict.outcome, Outcome), f"{asked.name} answers {verdict.outcome!r} ({evidence.title})"
        assert verdict.gate == asked.name, f"{asked.name} answers in the name of {verdict.gate} ({evidence.title})"
        reasoned = isinstance(verdict.reason, str) and verdict.reason.strip()
        assert reasoned, f"{asked.name} gives no reason ({evidence.title})"
        return verdict
