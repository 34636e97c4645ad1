"""``gongkai serve`` and ``corrections``: the service, the review page and what reviewers decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands import options
from flows.commands.messages import complain


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(serve)
    corrections = typer.Typer(
        help="What reviewers decided about figures.", no_args_is_help=True, rich_markup_mode=None
    )
    for command in (export, apply):
        corrections.command()(command)
    app.add_typer(corrections, name="corrections")


def serve(
    out: options.StoreFolder,
    host: options.Host = "127.0.0.1",
    port: options.Port = 8000,
    key: options.Key = None,
    allow_host: options.AllowHost = None,
    state: options.State = None,
    max_upload: options.MaxUpload = 64,
    rate: options.Rate = 1200,
    workers: options.Workers = 1,
    timeout: options.Timeout = 300.0,
    memory: options.Memory = 2048,
) -> None:
    """Serve a store over HTTP: upload, results, spreadsheets, search, and the review page.

    Only this machine can reach it unless --host says otherwise; then a key is needed.
    """
    from flows.service.settings import MIB, Settings, UnsafeSetting, default_state

    try:
        settings = Settings(
            out=out.resolve(),
            state=(state or default_state(out)).resolve(),
            host=host,
            port=port,
            key=key,
            hosts=tuple(allow_host or ()),
            upload_bytes=max_upload * MIB,
            rate=rate,
            workers=workers,
            timeout=timeout,
            memory=memory,
        )
    except UnsafeSetting as error:
        raise typer.BadParameter(str(error), param_hint="'--host'") from error
    from flows.service.service import AlreadyServed
    from flows.service.serving import serve as serve_until_stopped

    typer.echo(f"http://{host}:{port}/", err=True)
    try:
        serve_until_stopped(settings)
    except (AlreadyServed, OSError) as error:
        complain(str(error))
        raise typer.Exit(1) from error


def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the store of results.")],
    crops: Annotated[
        Path | None,
        typer.Option("--crops", metavar="DIR", help="Also write a picture of every labelled place there."),
    ] = None,
) -> None:
    """Print decisions about figures as labelled data, one JSON object a line.

    Each has the place on the page, the text that was read and the text a person says stands there.
    """
    from flows.labels import labels

    for line in labels(out, crops):
        typer.echo(line.encode(), nl=False)


def apply(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the store of results.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder to write to.")],
) -> None:
    """Write every corrected document as JSON, its corrections laid over it and its sums done anew."""
    from flows.labels import write_corrected

    for path in write_corrected(out, to):
        typer.echo(path)
