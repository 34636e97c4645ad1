"""Numbers for Prometheus: requests, uploads, jobs, documents."""

from __future__ import annotations

import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.service.ledger import Ledger
from flows.service.supervisor import Supervisor

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STATES = ("queued", "running", "finished", "failed")


class Metrics:
    """The numbers of one service."""

    def __init__(self, ledger: Ledger, supervisor: Supervisor) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gongkai_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "gongkai_request_seconds", "Time to answer", ["method", "route"], registry=self.registry
        )
        self.uploads = Counter("gongkai_upload_bytes", "Bytes of accepted uploads", registry=self.registry)
        self.decisions = Counter(
            "gongkai_decisions", "Decisions of reviewers", ["action"], registry=self.registry
        )
        self.registry.register(_Work(ledger, supervisor))

    def text(self) -> bytes:
        """Everything in Prometheus's text format."""
        return generate_latest(self.registry)


class _Work(Collector):
    """Jobs by state and the worker, counted when asked for."""

    def __init__(self, ledger: Ledger, supervisor: Supervisor) -> None:
        self._ledger = ledger
        self._supervisor = supervisor

    def collect(self) -> Iterable[Metric]:
        counts = self._ledger.counts()
        jobs = GaugeMetricFamily("gongkai_jobs", "Jobs by state", labels=["state"])
        for state in _STATES:
            jobs.add_metric([state], counts.get(state, 0))
        yield jobs
        yield GaugeMetricFamily("gongkai_worker_up", "Whether the worker runs", self._supervisor.is_alive)
        yield GaugeMetricFamily(
            "gongkai_worker_restarts", "How often it was replaced", self._supervisor.restarts
        )


class Counting:
    """ASGI middleware that counts requests by the template of their route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.seconds.labels(method, route).observe(time.perf_counter() - start)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
