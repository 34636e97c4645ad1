"""In the tables stage: the title of a project's table names the project where its cell is broken."""

from __future__ import annotations

import re

from extract.tables.amounts import normalised
from extract.tables.performance.values import tidy
from models.performance import Performance

_NAMED = re.compile(
    r"(?:.*?(?:19|20)\d\d年度?)?(?P<name>.{2,60}?)(?:项目)?(?:支出)?(?:绩效)?(?:评价)?(?:自评|评价|目标)(?:表|结果)"
)
_GENERIC = re.compile(r"(?:部门|单位|预算|区级|市级)*(?:项目|整体)?(?:支出)?(?:绩效)?")


def named_by_title(performance: Performance, title: str | None) -> Performance:
    """The entry under the name its title gives, where its own cell is missing or in pieces."""
    cell = performance.cells.get("project")
    whole = cell is not None and " " not in cell.text.strip()
    name = project_in(title or "")
    if name is None or (performance.project is not None and (whole or not _alike(name, performance.project))):
        return performance
    flags = tuple(sorted({*performance.flags, "name_from_title"}))
    return performance.model_copy(update={"project": name, "flags": flags})


def project_in(title: str) -> str | None:
    """The project a title names (``2024年度通信链路租赁费项目绩效自评表``)."""
    plain = normalised(title)
    found = _NAMED.search(plain)
    if found is None or _GENERIC.fullmatch(found["name"]):
        return None
    return tidy(found["name"])


def _alike(left: str, right: str) -> bool:
    """Whether most characters of a name stand in the other: pieces may repeat some and lose some."""
    shared = sum(char in right for char in left)
    return shared >= 0.6 * len(left)
