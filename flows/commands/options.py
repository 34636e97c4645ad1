"""For the commands: options that several of them take, and those of the commands that take many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", help="A folder, a glob in quotation marks, @LIST, or a URL such as s3://."
    ),
]
StoreAddress = Annotated[
    str, typer.Option("-o", "--out", metavar="OUT", help="Folder or URL of the store of results.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Read at most N documents.")]
OnlyFailed = Annotated[
    bool, typer.Option("--only-failed", help="Read again what failed before, and nothing else.")
]
WorkersOrCores = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Documents read at once; one a core without it."),
]
Dask = Annotated[
    str | None,
    typer.Option("--dask", metavar="ADDRESS", help="Dask scheduler (tcp://...), or local for a cluster."),
]
After = Annotated[
    str | None,
    typer.Option(
        "--after",
        metavar="COMMAND",
        help="Run for each document; {result}, {source}, {state}, {id} are replaced.",
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Let Prefect log what it does.")]

Timeout = Annotated[
    float, typer.Option("--timeout", min=1, metavar="SECONDS", help="Most time for one document.")
]
Memory = Annotated[
    int, typer.Option("--memory", min=256, metavar="MIB", help="Most memory for one document.")
]

StoreFolder = Annotated[
    Path, typer.Argument(metavar="OUT", help="Folder of the store of results; made if it is not there.")
]
Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", envvar="GONGKAI_API_KEY", help="Key clients send as X-API-Key; needed beyond loopback."
    ),
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="NAME", help="Another name the service is called by."),
]
State = Annotated[
    Path | None,
    typer.Option("--state", metavar="DIR", help="Uploads, queue and index; OUT.service without it."),
]
MaxUpload = Annotated[int, typer.Option("--max-upload", min=1, metavar="MIB", help="Largest upload.")]
Rate = Annotated[
    int, typer.Option("--rate", min=0, metavar="N", help="Requests a minute for a client; 0: no limit.")
]
Workers = Annotated[int, typer.Option("--workers", min=1, metavar="N", help="Documents read at once.")]
