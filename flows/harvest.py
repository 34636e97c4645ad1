"""The Prefect flow that visits sites, keeps what they publish and hands new documents on to digitise.

A task is a visit of one site, and ends with its watermark; one that fails stops no other. What is
done is told by the keep alone, so a run that was killed is taken up by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from prefect import Task, flow, tags, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.states import Cancelled
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.digitise import digitise, end_dead_runs, owner_tag
from flows.harvesting.definitions import Site, chosen_sites
from flows.harvesting.gate import Stopped
from flows.harvesting.keep import Keep, RunShelf
from flows.harvesting.summary import Summary, summarise, summary_markdown
from flows.harvesting.visit import Stripes, Visit
from flows.harvesting.web import Web

TAG = "gongkai-harvest"
SITE_TAG = "gongkai-site"
ARTIFACT = "gongkai-harvest"
_WAITING_LIST = "waiting.txt"


@dataclass(frozen=True, slots=True)
class _Round:
    """What the visits of a run in this process share."""

    keep: Keep
    web: Web
    stripes: Stripes
    sites: dict[str, Site]


_ROUNDS: dict[int, _Round] = {}


@task(name="visit", task_run_name="visit {site}", cache_policy=NO_CACHE, persist_result=False)
def visit_site(number: int, run: int, site: str) -> int | State[Any]:
    """Visit one site of a round; how many disclosures its lists name, or that the run was stopped."""
    shared = _ROUNDS[number]
    visit = Visit(shared.sites[site], shared.keep, shared.web, run, shared.stripes)
    try:
        return visit.make().listed
    except Stopped as stopped:
        cancelled: State[Any] = Cancelled(message=str(stopped))
        return cancelled


@flow(name="harvest", flow_run_name="harvest {sites} into {keep}", persist_result=False)
def harvest(
    sites: str,
    keep: str,
    out: str | None = None,
    only: list[str] | None = None,
    at_once: int = 8,
    workers: int | None = None,
    timeout: float = 300.0,
    memory: int = 2048,
    reader: str = "extract.pipeline:extract",
) -> Summary:
    """Visit sites, keep their disclosures, read the new ones into a store; the summary comes back.

    ``sites`` is a file or folder of definitions, ``keep`` the folder of originals, ``out`` the
    store of ``digitise`` (without it nothing is read), ``only`` names sites; ``at_once`` sites are
    visited at a time. ``workers``, ``timeout``, ``memory`` and ``reader`` are those of ``digitise``.
    Raises ``DefinitionError`` and ``KeepInUse``; a site that fails is in the summary instead.
    """
    wanted = chosen_sites(Path(sites), only)
    reading = {"workers": workers, "timeout": timeout, "memory": memory, "reader": reader}
    with Keep(Path(keep)) as place:
        run = place.begin_run(site.name for site in wanted)
        errors = _visit_all(place, run, wanted, at_once)
        summary = summarise(place, run, wanted, errors)
        place.write_records()
        try:
            summary = replace(summary, handed=_hand_on(place, out, reading) if out else {})
        finally:
            _publish(summary)
        place.finish_run(run)
    return summary


def _visit_all(keep: Keep, run: int, sites: Sequence[Site], at_once: int) -> dict[str, str]:
    """Visit what the run has not visited; the sites whose visit broke off, with the reason."""
    done = keep.visited(run)
    todo = [site for site in sites if site.name not in done]
    with (
        Web(RunShelf(keep, run)) as web,
        _round(_Round(keep, web, Stripes(), _by_name(sites))) as number,
        _runner(at_once) as runner,
    ):
        try:
            futures = {site.name: runner.submit(*_visit_of(site.name, number, run)) for site in todo}
            return {name: reason for name, future in futures.items() if (reason := _broken(future))}
        except BaseException:
            web.gates.stop()
            raise


def _visit_of(site: str, number: int, run: int) -> tuple[Task[..., Any], dict[str, Any]]:
    """The task that visits a site, tagged so that a server can limit it over all machines."""
    visit: Task[..., Any] = visit_site.with_options(tags=[TAG, f"{SITE_TAG}:{site}"])
    return visit, {"number": number, "run": run, "site": site}


def _runner(at_once: int) -> TaskRunner[PrefectFuture[Any]]:
    return cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=at_once))


def _by_name(sites: Sequence[Site]) -> dict[str, Site]:
    return {site.name: site for site in sites}


@contextmanager
def _round(shared: _Round) -> Iterator[int]:
    """Let the tasks of this process find what they share; its number goes with them."""
    number = id(shared)
    _ROUNDS[number] = shared
    try:
        yield number
    finally:
        del _ROUNDS[number]


def _broken(future: PrefectFuture[Any]) -> str | None:
    """Why a task did not complete, None when it did."""
    future.wait()
    state = future.state
    return None if state.is_completed() else (state.message or state.name or "it did not complete")


def _hand_on(keep: Keep, out: str, reading: dict[str, Any]) -> dict[str, Any]:
    """Have the originals read that were not yet; the head of the batch's manifest."""
    waiting = keep.waiting()
    if not waiting:
        return {}
    names = [path.relative_to(keep.folder).as_posix() for path in waiting.values()]
    part, target = keep.folder / f"{_WAITING_LIST}.part", keep.folder / _WAITING_LIST
    part.write_text("\n".join(names) + "\n", encoding="utf-8")
    part.replace(target)
    head: dict[str, Any] = digitise(source=f"@{target.as_posix()}", out=out, **reading)
    keep.hand_on(waiting)
    return head


def _publish(summary: Summary) -> None:
    description = f"Harvest {summary.run}"
    create_markdown_artifact(summary_markdown(summary), key=ARTIFACT, description=description)


def run_harvest(**parameters: Any) -> Summary:
    """Run the flow in this process, tagged so that a later one can tell whether it was killed."""
    with tags(TAG, owner_tag()):
        end_dead_runs(TAG)
        summary: Summary = harvest(**parameters)
    return summary
