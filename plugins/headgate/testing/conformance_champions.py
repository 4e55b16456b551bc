"""What every source of champions must do: subclass `ChampionSourceConformance`, and let pytest collect it."""

# ruff: noqa: S101 - a suite that pytest runs

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable

from headgate.errors import HeadgateError, InputError, ModelRefusedError, TransientError
from headgate.server.champions import ChampionSource, ServedModel

_REQUEST = b'{"dataframe_records": [{"x": 1.0}, {"x": 2.0}]}'


class ChampionSourceConformance(ABC):
    """The suite. Each test asks for a source of its own, of a model that nobody registered yet."""

    @abstractmethod
    def make(self) -> ChampionSource:
        """Return a source of a new model, and remember it for the methods below."""

    @abstractmethod
    def promote(self, value: float) -> str:
        """Make a version champion whose model predicts the value for any `x`; return its number."""

    @abstractmethod
    def promote_refused(self) -> str:
        """Make a version champion that must not be served; return its number."""

    @abstractmethod
    def shut_down(self) -> None:
        """Let the registry answer nobody any more."""

    def test_a_model_that_nobody_registered_has_no_champion(self) -> None:
        """It isn't an error: the server is often up first."""
        assert self.make().champion_of() is None

    def test_the_champion_is_the_version_promoted_last(self) -> None:
        """By number, and with the model's name."""
        source = self.make()
        self.promote(1.0)
        number = self.promote(2.0)
        champion = source.champion_of()
        assert champion is not None
        assert (champion.model, champion.version) == (source.model, number)

    def test_a_champion_is_the_same_until_another_is_promoted(self) -> None:
        """Otherwise the server would load it at each look."""
        source = self.make()
        self.promote(1.0)
        assert source.champion_of() == source.champion_of()

    def test_two_versions_are_never_the_same(self) -> None:
        """Otherwise the server would keep the old one."""
        source = self.make()
        self.promote(1.0)
        before = source.champion_of()
        self.promote(1.0)
        assert source.champion_of() != before

    def test_a_loaded_model_answers_and_says_its_version(self) -> None:
        """One prediction a row."""
        source = self.make()
        number = self.promote(3.0)
        model = _loaded(source)
        model.warm_up()
        answer = json.loads(model.answer(_REQUEST, "application/json"))
        assert answer == {"predictions": [3.0, 3.0], "model_version": number}

    def test_a_model_stays_what_it_is_when_another_is_promoted(self) -> None:
        """Requests that began with it end with it."""
        source = self.make()
        self.promote(3.0)
        model = _loaded(source)
        self.promote(4.0)
        assert json.loads(model.answer(_REQUEST, "application/json"))["predictions"] == [3.0, 3.0]

    def test_a_request_that_is_no_json_is_the_requests_fault(self) -> None:
        """It is answered 400, not 500."""
        source = self.make()
        self.promote(3.0)
        model = _loaded(source)
        assert isinstance(_raised(lambda: model.answer(b"{", "application/json")), InputError)

    def test_a_version_that_must_not_be_served_is_refused(self) -> None:
        """It can be named, and isn't loaded."""
        source = self.make()
        self.promote_refused()
        assert isinstance(_raised(lambda: _loaded(source)), ModelRefusedError)

    def test_a_registry_that_is_down_is_an_outage(self) -> None:
        """For both questions: none of them is the model's fault."""
        source = self.make()
        self.promote(1.0)
        champion = source.champion_of()
        assert champion is not None
        self.shut_down()
        assert isinstance(_raised(source.champion_of), TransientError)
        assert isinstance(_raised(lambda: source.load(champion)), TransientError)


def _loaded(source: ChampionSource) -> ServedModel:
    champion = source.champion_of()
    assert champion is not None
    return source.load(champion)


def _raised(work: Callable[[], object]) -> Exception | None:
    try:
        work()
    except HeadgateError as error:
        return error
    return None
