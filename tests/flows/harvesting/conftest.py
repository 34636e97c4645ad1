"""A town on loopback for each test."""

from __future__ import annotations

import pytest

from tests.flows.harvesting.rounds import Town
from tests.flows.harvesting.server import hosts


@pytest.fixture
def town(tmp_path):
    with hosts() as start:
        yield Town(start, tmp_path / "keep")
