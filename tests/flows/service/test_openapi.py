"""The OpenAPI description is whole, and nothing it allows (or forbids) brings the service down."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from starlette.testclient import TestClient

from flows.service.app import create_app
from flows.service.service import Service
from flows.service.settings import MIB, Settings
from tests.flows.test_corrections import SHA256, stored

HOST = {"Host": "127.0.0.1"}
SHORT = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    """A service with one result and no worker: what is uploaded stays in the queue."""
    folder = tmp_path_factory.mktemp("openapi")
    stored(folder / "out")
    service = Service.of(Settings(out=folder / "out", state=folder / "state", upload_bytes=MIB, rate=0))
    service.index.refresh()
    application = create_app(service)
    application.router.lifespan_context = _asleep
    yield application
    service.stop()


@asynccontextmanager
async def _asleep(_app):
    yield


@pytest.fixture(scope="module")
def described(application) -> dict:
    return TestClient(application, base_url="http://127.0.0.1").get("/openapi.json").json()


def operations(described):
    return [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_is_told_with_its_problems(described):
    for path, method, operation in operations(described):
        assert operation["summary"], (path, method)
        assert operation["tags"], (path, method)
        refused = [response for status, response in operation["responses"].items() if status.startswith("4")]
        assert refused, (path, method)
        assert all("application/problem+json" in response["content"] for response in refused), (path, method)


def test_every_answer_has_an_example(described):
    schemas = described["components"]["schemas"]
    for name in ("JobAnswer", "DocumentEntry", "SubjectEntry", "DecisionRequest", "Problem"):
        assert schemas[name]["examples"], name


def test_key_is_described(described):
    schemes = described["components"]["securitySchemes"]
    assert [scheme["name"] for scheme in schemes.values()] == ["X-API-Key"]
    for path, method, operation in operations(described):
        assert bool(operation.get("security")) == path.startswith("/api/"), (path, method)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_nothing_brings_it_down(application, mode):
    api = schemathesis.openapi.from_asgi("/openapi.json", application, headers=HOST).exclude(path="/ready")
    tried = 0

    def try_out(case):
        nonlocal tried
        tried += 1
        if len(case.path_parameters.get("sha256", "")) == len(SHA256):
            case.path_parameters["sha256"] = SHA256
        response = case.call(headers={**(case.headers or {}), **HOST})
        case.validate_response(response, checks=[schemathesis.checks.not_a_server_error])

    for operation in api.get_all_operations():
        cases = operation.ok().as_strategy(generation_mode=mode)
        with suppress(Unsatisfiable):  # nothing about an operation without parameters can be wrong
            settings(SHORT)(given(case=cases)(try_out))()
    assert tried > 40
