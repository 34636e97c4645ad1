"""The same flow on a Dask scheduler with two workers, one of which dies."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.flows.batches import Listener, results, run

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture(scope="module")
def cluster(prefect_server):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def test_documents_are_read_on_the_workers(cluster, archive, tmp_path):
    contents = {f"d{number:02}": "sleep 0.1" for number in range(15)}
    head, listener = run(
        archive(**contents, bad="crash"), tmp_path / "out", dask=cluster.scheduler_address, workers=None
    )
    assert (head["read"]["documents"], head["failures"], head["left"]) == (16, 1, 0)
    assert len(listener.records) == 16


class Assassin(Listener):
    """Kills a worker of the cluster as soon as the first result is there."""

    def __init__(self, cluster, out: Path) -> None:
        super().__init__()
        self.victim = next(iter(cluster.workers.values())).pid
        self.out = out

    def planned(self, plan) -> None:
        super().planned(plan)
        threading.Thread(target=self._strike).start()

    def _strike(self) -> None:
        while not list(self.out.glob("documents/*.json")):
            time.sleep(0.05)
        os.kill(self.victim, signal.SIGKILL)


def test_worker_that_is_killed_costs_a_retry_not_the_batch(cluster, archive, tmp_path):
    folder = archive(**{f"d{number:02}": "sleep 0.2" for number in range(24)})
    out = tmp_path / "out"
    assassin = Assassin(cluster, out)
    head, listener = run(folder, out, dask=cluster.scheduler_address, workers=None, watcher=assassin)
    assert (head["read"]["documents"], head["failures"], head["left"]) == (24, 0, 0)
    assert len(listener.records) == len(results(out)) == 24
    assert assassin.victim not in {worker.pid for worker in cluster.workers.values()}
