"""2 to 16 promoters at once through the real step, on MLflow with SQLite and with PostgreSQL: one winner a head."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from mlflow import MlflowClient

from headgate.adapters.mlflow_log import MlflowPromotionLog
from headgate.core.projection import wanted_aliases
from headgate.core.promotion import effective_of, fold_log
from headgate.core.refs import CandidateRef, ChampionRef, PromotionRef, VerdictRef
from headgate.errors import PromotionError
from headgate.steps.promote import promote_candidate
from headgate.steps.rollback import roll_back
from headgate.testing.at_once import at_once
from headgate.testing.memory_store import MemoryStore
from tests.contract.postgres_server import PASSWORD, postgres_server, programs
from tests.mlflow_server import mlflow_server
from tests.unit.world import World, later


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if programs() is None:
        pytest.skip("needs PostgreSQL's programs (Debian: apt install postgresql)")
    with postgres_server() as made:
        port = json.loads(made)["port"]
        database = f"postgresql+psycopg2://ada:{PASSWORD}@127.0.0.1:{port}/postgres"
        with mlflow_server(tmp_path_factory.mktemp("mlflow-on-postgres"), database=database) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue("mlflow_url" if request.param == "sqlite" else "on_postgres")
    return found


@pytest.fixture(scope="module")
def verdict() -> VerdictRef:
    return World().judged(later(1))


class Contest:
    """One registered model, and promoters who have all seen the same head."""

    def __init__(self, url: str, verdict: VerdictRef) -> None:
        self.url, self.verdict = url, verdict
        self.client = MlflowClient(url, registry_uri=url)
        self.log = MlflowPromotionLog(url)
        self.model = f"contest_{uuid.uuid4().hex[:8]}"
        self.store = MemoryStore()

    def verdicts(self, count: int) -> list[VerdictRef]:
        champion = fold_log(self.log.entries(self.model)).champion
        seen = None
        if champion is not None:
            entry = champion.entry
            seen = ChampionRef(version=str(champion.version), model_id=entry.model_id, as_of=entry.as_of)
        return [replace(self.verdict, candidate=self._candidate(), champion=seen) for _ in range(count)]

    def _candidate(self) -> CandidateRef:
        run = self.client.create_run("0")
        model = self.client.create_logged_model("0", source_run_id=run.info.run_id)
        candidate = self.verdict.candidate
        snapshot = replace(candidate.snapshot, run=replace(candidate.snapshot.run, model=self.model))
        fingerprint = uuid.uuid4().hex
        return replace(candidate, snapshot=snapshot, model_id=model.model_id, fingerprint=fingerprint)

    def promote(self, verdict: VerdictRef) -> PromotionRef | PromotionError:
        try:
            return promote_candidate(verdict, log=MlflowPromotionLog(self.url), store=self.store)
        except PromotionError as error:
            return error

    def require_one_winner(self, ends: list[PromotionRef | PromotionError]) -> None:
        won = [end for end in ends if isinstance(end, PromotionRef)]
        entries = self.log.entries(self.model)
        assert len(won) == 1, ends
        assert [str(one.version) for one in effective_of(entries)][-1] == won[0].version
        self.require_aliases()

    def require_aliases(self) -> None:
        projection = self.log.projection(self.model)
        assert projection is not None
        assert dict(projection.aliases) == wanted_aliases(fold_log(self.log.entries(self.model)))


@pytest.mark.parametrize("promoters", [2, 5, 16])
def test_of_promoters_at_once_one_wins_each_head_and_the_aliases_follow(
    url: str, verdict: VerdictRef, promoters: int
) -> None:
    contest = Contest(url, verdict)
    for round_ in (1, 2):
        ends = at_once([partial(contest.promote, one) for one in contest.verdicts(promoters)])
        contest.require_one_winner(ends)
        assert len(effective_of(contest.log.entries(contest.model))) == round_
        losers = [str(end) for end in ends if isinstance(end, PromotionError)]
        assert all("Got another promotion in between" in said for said in losers)


def test_a_promotion_and_a_rollback_at_once_have_one_winner(url: str, verdict: VerdictRef) -> None:
    contest = Contest(url, verdict)
    for _ in range(2):
        contest.promote(contest.verdicts(1)[0])

    def back() -> PromotionRef | PromotionError:
        try:
            rolled = roll_back(
                contest.model, to=1, who="ann", reason="off", log=MlflowPromotionLog(url), store=contest.store
            )
        except PromotionError as error:
            return error
        assert rolled.promotion is not None
        return rolled.promotion

    ends: list[PromotionRef | PromotionError] = at_once([back, partial(contest.promote, contest.verdicts(1)[0])])
    contest.require_one_winner(ends)


def test_the_same_candidate_promoted_at_once_is_promoted_once(url: str, verdict: VerdictRef) -> None:
    contest = Contest(url, verdict)
    (one,) = contest.verdicts(1)
    ends = at_once([partial(contest.promote, one)] * 4)
    assert {end.version for end in ends if isinstance(end, PromotionRef)} == {"1"}
    assert len(effective_of(contest.log.entries(contest.model))) == 1
    contest.require_aliases()
