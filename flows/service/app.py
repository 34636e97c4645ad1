"""The application: routes, the page, health, metrics, and what stands around all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from flows.service.answers import Health, Readiness
from flows.service.guard import Guard
from flows.service.metrics import CONTENT_TYPE, Counting
from flows.service.problems import Problem, documented, install
from flows.service.routes import api
from flows.service.service import Service

STATIC = Path(__file__).with_name("static")
_DESCRIPTION = """\
Budget and final-account disclosures of Chinese government departments as checked JSON.

Upload a document (`POST /api/documents`), follow its job, take the JSON, its forms as CSV or XLSX and the
pictures of its pages. Figures are decimal strings. Errors are problem details (RFC 9457).
"""


def create_app(service: Service) -> FastAPI:
    """The ASGI application of a service; it starts and stops the service with itself."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.stop()

    app = FastAPI(
        title="gongkai",
        version=version("gongkai"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
    )
    app.include_router(api(service))
    _add_health(app, service)
    _add_page(app)
    install(app)
    app.openapi = _described(app)  # type: ignore[method-assign]
    app.add_middleware(Guard, settings=service.settings)
    app.add_middleware(Counting, metrics=service.metrics)
    return app


def _add_health(app: FastAPI, service: Service) -> None:
    @app.get(
        "/health", tags=["operation"], summary="Whether the service lives", responses=documented(421, 429)
    )
    def health() -> Health:
        return Health(version=version("gongkai"))

    @app.get(
        "/ready",
        tags=["operation"],
        summary="Whether the service can do its work",
        responses={
            503: {"model": Readiness, "description": "Something does not work"},
            **documented(421, 429),
        },
    )
    def ready(response: Response) -> Readiness:
        parts = service.readiness()
        response.status_code = 200 if all(parts.values()) else 503
        return Readiness(ready=all(parts.values()), parts=parts)

    @app.get(
        "/metrics",
        tags=["operation"],
        summary="Numbers for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}}, **documented(401, 421, 429)},
    )
    def metrics() -> Response:
        return Response(service.metrics.text(), headers={"Content-Type": CONTENT_TYPE})


def _add_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _described(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """OpenAPI with the problem details that every operation refers to."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                license_info=app.license_info,
            )
            schemas = described.setdefault("components", {}).setdefault("schemas", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs", {}))
            schemas["Problem"] = problem
            app.openapi_schema = described
        return app.openapi_schema

    return describe
