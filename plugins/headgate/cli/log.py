"""`headgate log`: which version of a model served when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.cli.refusals import told
from headgate.cli.servers import AsJson, MlflowUrl, Model, json_text, promotion_log, require_model
from headgate.errors import InputError

if TYPE_CHECKING:
    from headgate.core.terms import Term

NOBODY = 1
"""Exit code when nobody was the champion at the moment that was asked for."""


def log(
    model: Model,
    at: Annotated[str | None, typer.Option(help="Who was the champion at this moment of real time?")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Who was the last champion that knew nothing later than this as-of?")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show versions that never were champions as well.")] = False,  # noqa: FBT002
    mlflow: MlflowUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show who served when: each champion with its as-of, who promoted it, and why.

    Exit code 0: told; 1: nobody was the champion at that moment; 2: bad input, or an outage.
    """
    from headgate.core.terms import terms_of

    with told():
        if at is not None and as_of is not None:
            msg = "log must be asked for --at, a moment of real time, or --as-of, a moment of the data. Got both."
            raise InputError(msg)
        moment = _moment(at, "--at") if at is not None else _moment(as_of, "--as-of") if as_of is not None else None
        terms = terms_of(promotion_log(mlflow).entries(require_model(model)), every=every)
    if moment is not None:
        raise typer.Exit(code=_answer(model, terms, moment, by_as_of=at is None, as_json=as_json))
    if as_json:
        typer.echo(json_text([_data(term) for term in terms]))
    elif terms:
        typer.echo(_table(terms))
    else:
        typer.echo(
            f"nothing was promoted yet: MLflow has no {'' if every else 'effective '}version of {model}", err=True
        )


def _moment(text: str, option: str) -> datetime:
    from headgate.core.asof import parse_instant

    moment, now = parse_instant(text, what=option), datetime.now(tz=UTC)
    if moment > now:
        msg = f"{option} must not lie in the future. Got {text!r} instead, and it is {now:%Y-%m-%d %H:%M} UTC."
        raise InputError(msg)
    return moment


def _answer(model: str, terms: Sequence[Term], moment: datetime, *, by_as_of: bool, as_json: bool) -> int:
    from headgate.cli.tables import instant
    from headgate.core.terms import term_at, term_by

    found = term_by(terms, moment) if by_as_of else term_at(terms, moment)
    champions = [term for term in terms if term.since is not None]
    first = min(champions, key=lambda term: term.entry.entry.as_of) if by_as_of and champions else None
    first = first or (champions[0] if champions else None)
    if as_json:
        asked = {"model": model, "as_of" if by_as_of else "at": moment.isoformat()}
        typer.echo(json_text({**asked, "champion": found and _data(found), "first": first and _data(first)}))
    elif found is not None:
        typer.echo(f"{_named(found)} was the champion of {model} {_when(found)}")
    elif first is None:
        typer.echo(f"nobody: nothing of {model} was promoted yet")
    elif by_as_of:
        typer.echo(f"nobody: the earliest as-of of a champion of {model} is that of {_named(first)}")
    else:
        typer.echo(f"nobody at {instant(moment)}: the first champion of {model} is {_named(first)}, {_when(first)}")
        typer.echo("(--at is about real time; --as-of asks by the as-ofs of the models themselves)", err=True)
    return NOBODY if found is None else 0


def _named(term: Term) -> str:
    from headgate.cli.tables import instant

    again = f", which is version {term.again} again" if term.again else ""
    return f"version {term.entry.version} (as-of {instant(term.entry.entry.as_of)}, by {term.entry.entry.who}){again}"


def _when(term: Term) -> str:
    until = f"until {_second(term.until)}" if term.until else "until now"
    return f"from {_second(term.since)} {until}"


def _table(terms: Sequence[Term]) -> str:
    from headgate.cli.rich_tables import table_text

    head = ("version", "from", "until", "as-of", "who", "verdict", "why")
    return table_text(head, [_row(term) for term in terms], numbers={"version"})


def _row(term: Term) -> tuple[str, ...]:
    from headgate.cli.tables import instant
    from headgate.core.terms import verdict_said

    entry = term.entry
    again = [f"= version {term.again} again"] if term.again else []
    bar = [f"barred since version {term.bar.by.version}: {term.bar.by.entry.reason}"] if term.bar else []
    why = term.void if entry.is_foreign else "; ".join([*again, entry.entry.reason, *filter(None, [term.void]), *bar])
    until = "now" if term.since and not term.until else _second(term.until)
    as_of = "" if entry.is_foreign else instant(entry.entry.as_of)
    told = (str(entry.version), _second(term.since), until, as_of, entry.entry.who, verdict_said(entry), why or "")
    return tuple(told)


def _second(moment: datetime | None) -> str:
    """Return a moment of real time as a person wants it: to the second, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z" if moment else ""


def _data(term: Term) -> dict[str, Any]:
    entry = term.entry
    names = ("verdict", "verdict_reason", "fingerprint", "snapshot", "dag_id", "dag_run_id", "mlflow_run", "override")
    approval = ("approval", "approved_by", "approved_at", "approval_reason")
    return {
        "version": str(entry.version),
        "effective": term.since is not None,
        "foreign": entry.is_foreign,
        "void": term.void,
        "from": term.since and term.since.isoformat(),
        "until": term.until and term.until.isoformat(),
        "made": entry.at.isoformat(),
        "as_of": None if entry.is_foreign else entry.entry.as_of.isoformat(),
        "who": entry.entry.who,
        "reason": entry.entry.reason,
        "model_id": entry.entry.model_id,
        "again": term.again,
        "barred": str(term.bar) if term.bar else None,
        **{name: entry.tag_of(name) for name in (*names, *approval)},
    }
