"""What the service remembers is made once, however many ask for it at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from flows.service.archive import Memory


def test_value_that_many_ask_for_is_made_once():
    memory, made, start = Memory(4), [], threading.Barrier(8)

    def make() -> str:
        made.append(1)
        return "value"

    def ask(_number: int) -> str:
        start.wait(10)
        return memory.get("key", make)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"value"}
    assert len(made) == 1


def test_value_that_cannot_be_made_is_tried_again():
    memory = Memory(4)
    with pytest.raises(ZeroDivisionError):
        memory.get("key", lambda: 1 // 0)
    assert memory.get("key", lambda: 7) == 7


def test_only_the_last_values_are_kept():
    memory = Memory(2)
    for number in (1, 2, 1, 3):
        memory.get(number, lambda number=number: number)
    assert memory.get(1, lambda: "made again") == 1
    assert memory.get(2, lambda: "made again") == "made again"
