from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial

import pytest
from mlflow import MlflowClient

from headgate.adapters import mlflow_log
from headgate.adapters.mlflow_log import MlflowPromotionLog
from headgate.core.projection import Projection
from headgate.core.promotion import fold_log, winner_of
from headgate.errors import InputError, TrackingError
from headgate.ports import PromotionLog
from headgate.testing.at_once import at_once
from headgate.testing.conformance_log import LogWorld, PromotionLogConformance, entry_for
from headgate.testing.fake_log import FakePromotionLog
from tests.contract.loopback import proxy_to


class FakeWorld:
    def __init__(self) -> None:
        self.log = FakePromotionLog()

    def new_model(self) -> str:
        return uuid.uuid4().hex

    def new_candidate(self) -> str:
        return f"m-{uuid.uuid4().hex}"

    def aliases(self, model: str) -> Mapping[str, str]:
        return self.log.aliases(model)


class MlflowWorld:
    def __init__(self, url: str) -> None:
        self.client = MlflowClient(url, registry_uri=url)

    def new_model(self) -> str:
        return f"model_{uuid.uuid4().hex}"

    def new_candidate(self) -> str:
        run = self.client.create_run("0")
        return str(self.client.create_logged_model("0", source_run_id=run.info.run_id).model_id)

    def aliases(self, model: str) -> Mapping[str, str]:
        found = self.client.search_registered_models(f"name = '{model}'")
        return {alias: str(version) for one in found for alias, version in one.aliases.items()}


class TestFake(PromotionLogConformance):
    @pytest.fixture
    def world(self) -> FakeWorld:
        return FakeWorld()

    @pytest.fixture
    def log(self, world: FakeWorld) -> PromotionLog:
        return world.log


class TestMlflow(PromotionLogConformance):
    @pytest.fixture
    def world(self, mlflow_url: str) -> LogWorld:
        return MlflowWorld(mlflow_url)

    @pytest.fixture
    def log(self, mlflow_url: str) -> PromotionLog:
        return MlflowPromotionLog(mlflow_url)


@pytest.fixture
def world(mlflow_url: str) -> MlflowWorld:
    return MlflowWorld(mlflow_url)


@pytest.fixture
def log(mlflow_url: str) -> MlflowPromotionLog:
    return MlflowPromotionLog(mlflow_url)


def test_a_version_links_its_model_and_its_run(log: MlflowPromotionLog, world: MlflowWorld) -> None:
    model, candidate = world.new_model(), world.new_candidate()
    log.append(model, entry_for(candidate, reason="better by far"))
    found = world.client.get_model_version(model, "1")
    assert (found.source, found.description) == (f"models:/{candidate}", "better by far")
    assert found.run_id == world.client.get_logged_model(candidate).source_run_id
    assert world.client.get_registered_model(model).tags == {"headgate.managed": "true"}


def test_a_lost_reply_to_a_promotion_has_one_winner(
    mlflow_url: str, log: MlflowPromotionLog, world: MlflowWorld
) -> None:
    model, entry = world.new_model(), entry_for(world.new_candidate())
    world.client.create_registered_model(model)
    with proxy_to(mlflow_url) as proxy:
        proxy.lose = lambda method, path: method == "POST" and path.endswith("/model-versions/create")
        MlflowPromotionLog(proxy.url).append(model, entry)
        assert proxy.lose is None
    entries = log.entries(model)
    won = winner_of(entries, entry.key)
    assert [found.version for found in entries] == [1, 2]
    assert won is not None
    assert won.version == 1


def test_a_log_longer_than_a_page_is_read_whole(
    log: MlflowPromotionLog, world: MlflowWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_log, "PAGE", 2)
    model, candidate = world.new_model(), world.new_candidate()
    for head in range(5):
        log.append(model, entry_for(candidate, key=f"k{head}", expected_head=head))
    assert [found.version for found in log.entries(model)] == [1, 2, 3, 4, 5]


def test_a_version_that_somebody_else_wrote_takes_a_number_and_is_void(
    log: MlflowPromotionLog, world: MlflowWorld
) -> None:
    model, candidate = world.new_model(), world.new_candidate()
    log.append(model, entry_for(candidate))
    world.client.create_model_version(model, f"models:/{candidate}", model_id=candidate, await_creation_for=0)
    first, second = log.entries(model)
    assert (second.version, second.is_foreign, second.is_effective) == (2, True, False)
    assert second.entry.model_id == candidate
    assert fold_log([first, second]).champion == first


def test_a_version_of_files_that_are_no_logged_model_is_foreign(log: MlflowPromotionLog, world: MlflowWorld) -> None:
    model = world.new_model()
    run = world.client.create_run("0")
    world.client.create_registered_model(model)
    source = f"{run.info.artifact_uri}/model"
    world.client.create_model_version(model, source, run_id=run.info.run_id, await_creation_for=0)
    (found,) = log.entries(model)
    assert (found.is_foreign, found.entry.model_id) == (True, "")


@pytest.mark.parametrize("head", ["many", "-3"])
def test_a_version_whose_tags_were_changed_is_foreign(log: MlflowPromotionLog, world: MlflowWorld, head: str) -> None:
    model = world.new_model()
    log.append(model, entry_for(world.new_candidate()))
    world.client.set_model_version_tag(model, "1", "headgate.expected_head", head)
    assert [found.is_foreign for found in log.entries(model)] == [True]


def test_what_the_registry_says_beside_the_versions(log: MlflowPromotionLog, world: MlflowWorld) -> None:
    model, candidate = world.new_model(), world.new_candidate()
    assert log.projection(model) is None
    log.append(model, entry_for(candidate))
    assert log.projection(model) == Projection(managed=True)
    log.project(model, fold_log(log.entries(model)))
    world.client.set_registered_model_alias(model, "mine", "1")
    found = Projection(managed=True, aliases={"champion": 1, "mine": 1}, projected={"champion": 1})
    assert log.projection(model) == found


def test_a_mark_that_somebody_garbled_says_nothing(log: MlflowPromotionLog, world: MlflowWorld) -> None:
    model = world.new_model()
    world.client.create_registered_model(model, tags={"headgate.projected": "[1"})
    assert log.projection(model) == Projection(managed=False)


def test_a_tag_that_would_hide_one_of_the_logs_own_is_refused(log: MlflowPromotionLog, world: MlflowWorld) -> None:
    with pytest.raises(InputError, match="Got key instead"):
        log.append(world.new_model(), entry_for(world.new_candidate(), tags=(("key", "mine"),)))


def test_a_model_that_is_not_in_mlflow_is_not_promoted(log: MlflowPromotionLog, world: MlflowWorld) -> None:
    model = world.new_model()
    with pytest.raises(TrackingError, match="refuses to promote"):
        log.append(model, entry_for("m-0123456789abcdef0123456789abcdef"))
    assert log.entries(model) == ()


def test_aliases_that_somebody_moved_are_put_right(log: MlflowPromotionLog, world: MlflowWorld) -> None:
    model, candidate = world.new_model(), world.new_candidate()
    log.append(model, entry_for(candidate))
    log.append(model, entry_for(candidate, key="void"))
    world.client.set_registered_model_alias(model, "champion", "2")
    world.client.set_registered_model_alias(model, "previous", "1")
    log.project(model, fold_log(log.entries(model)))
    assert world.aliases(model) == {"champion": "1"}


def test_a_stale_head_does_not_take_the_champion_back(log: MlflowPromotionLog, world: MlflowWorld) -> None:
    model, candidate = world.new_model(), world.new_candidate()
    log.append(model, entry_for(candidate, key="a"))
    stale = fold_log(log.entries(model))
    log.append(model, entry_for(candidate, key="b", expected_head=1))
    log.project(model, fold_log(log.entries(model)))
    log.project(model, stale)
    assert world.aliases(model) == {"champion": "2", "previous": "1"}


def test_after_promoters_at_once_the_champion_is_the_one_who_won(mlflow_url: str, world: MlflowWorld) -> None:
    model = world.new_model()
    keys = [f"k{number}" for number in range(6)]
    candidates = {key: world.new_candidate() for key in keys}

    def promote(key: str) -> None:
        log = MlflowPromotionLog(mlflow_url)
        log.append(model, entry_for(candidates[key], key=key))
        log.project(model, fold_log(log.entries(model)))

    at_once([partial(promote, key) for key in keys])
    entries = MlflowPromotionLog(mlflow_url).entries(model)
    assert [winner_of(entries, key) is not None for key in keys].count(True) == 1
    assert world.aliases(model) == {"champion": "1"}
