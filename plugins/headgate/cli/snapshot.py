"""`headgate snapshot`: what is in the store, what changed between two, and whether it is still what was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.refusals import told
from headgate.cli.servers import AsJson, StoreUrl, json_text
from headgate.errors import StoreError

if TYPE_CHECKING:
    from headgate.core.snapshot_diff import SnapshotDiff
    from headgate.core.snapshots import Manifest

snapshot = typer.Typer(
    help="Snapshots: list, show, compare and verify them.", no_args_is_help=True, rich_markup_mode=None
)
DIFFERENT = 1
"""Exit code of `diff` when two snapshots differ, as diff(1) has it."""
DAMAGED = 1
"""Exit code of `verify` when anything isn't what was written."""

SnapshotId = Annotated[str, typer.Argument(help="At least six digits of its id, or its manifest's path in the store.")]


@snapshot.command()
def ls(
    model: Annotated[str | None, typer.Argument(help="Name of the registered model; all when not given.")] = None,
    store: StoreUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """List the snapshots of a model, or of all."""
    from headgate.cli.snapshot_text import list_text
    from headgate.cli.store import manifest_paths, manifests, open_store
    from headgate.core.snapshots import Manifest

    with told():
        opened = open_store(store)
        found = list(manifests(opened, manifest_paths(opened, model)))
    whole = [each for each in found if isinstance(each, Manifest)]
    for each in found:
        if not isinstance(each, Manifest):
            typer.echo(str(each), err=True)
    if as_json:
        typer.echo(json_text([_listed(each) for each in whole]))
    elif whole:
        typer.echo(list_text(whole))
    else:
        typer.echo(f"no snapshots{f' of {model}' if model else ''} in the store", err=True)


@snapshot.command()
def show(snapshot_id: SnapshotId, store: StoreUrl = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Show a snapshot: windows, columns with statistics, parts, and what quarantine left out."""
    from headgate import wire
    from headgate.cli.snapshot_text import show_text
    from headgate.cli.store import open_store, require_snapshot

    with told():
        manifest = require_snapshot(open_store(store), snapshot_id)
    typer.echo(json_text(wire.dump(manifest)) if as_json else show_text(manifest))


@snapshot.command()
def diff(
    before: SnapshotId,
    after: SnapshotId,
    key: Annotated[
        list[str] | None,
        typer.Option(
            help="Column that, with the event time, makes a row known again; repeat for more. By default, what the "
            "source of both says."
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Where to write a page with pictures.")] = None,
    memory: Annotated[str, typer.Option(help="Most memory that DuckDB takes; the rest is spilled to disk.")] = "1GB",
    store: StoreUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Say what changed from one snapshot to another; exit with 1 if anything did."""
    from headgate.adapters.duckdb_diff import DuckdbDiffer
    from headgate.cli.snapshot_text import diff_text
    from headgate.cli.store import open_store, require_snapshot
    from headgate.steps.diff import diff_snapshots

    with told():
        opened = open_store(store)
        pair = [require_snapshot(opened, each) for each in (before, after)]
        known = pair[0].key if pair[0].key == pair[1].key else None
        found = diff_snapshots(*pair, store=opened, differ=DuckdbDiffer(memory), key=tuple(key or known or ()))
        if html is not None:
            from headgate.adapters.plotly_pages.snapshot_diff import snapshot_diff_page

            _write(html, snapshot_diff_page(found))
    typer.echo(json_text(_told_diff(found)) if as_json else diff_text(found))
    raise typer.Exit(code=0 if found.is_empty else DIFFERENT)


@snapshot.command()
def verify(
    snapshot_id: Annotated[str | None, typer.Argument(help="At least six digits of a snapshot's id.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Verify every snapshot in the store.")] = False,  # noqa: FBT002
    store: StoreUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Read every part back and say which are damaged or missing; exit with 1 if any is."""
    from headgate.cli.verifying import verify_snapshots

    with told():
        whole = verify_snapshots(snapshot_id, every=every, store=store, as_json=as_json)
    raise typer.Exit(code=0 if whole else DAMAGED)


def _listed(manifest: Manifest) -> dict[str, object]:
    return {
        "model": manifest.model,
        "as_of": manifest.windows.as_of.isoformat(),
        "rows": manifest.statistics.rows,
        "parts": len(manifest.parts),
        "id": manifest.id,
        "source": manifest.source,
        "path": manifest.path,
    }


def _told_diff(diff: SnapshotDiff) -> dict[str, object]:
    from headgate import wire

    return {
        "before": _listed(diff.before),
        "after": _listed(diff.after),
        "same": diff.same,
        "unread": diff.plan.unread,
        "rows": wire.dump(diff.rows),
        "schema": [wire.dump(change) for change in diff.schema],
        "statistics": [wire.dump(moved) for moved in diff.statistics],
    }


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"--html must be a file that can be written. Got {str(path)!r} instead: {error}."
        raise StoreError(msg) from error
