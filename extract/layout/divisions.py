"""In the layout stage: the administrative division an organisation's name speaks of."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from models.disclosure import Division

_PARTS = re.compile(
    r"(?P<province>[\u4e00-\u9fff]{2,3}省|[\u4e00-\u9fff]{2,6}自治区|北京市|天津市|上海市|重庆市)?"
    r"(?P<city>(?:(?![区县旗])[\u4e00-\u9fff]){2,6}?(?:市|自治州|地区|盟))?"
    r"(?P<district>[\u4e00-\u9fff]{1,9}?(?:新区|区|县|旗))?"
)
_MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市"})


@cache
def _known() -> tuple[tuple[Division, bool], ...]:
    """The divisions of the data file beside this module, each with whether its name alone tells it.

    Many districts share a name (鼓楼区 stands in four cities), so only those marked ``alone`` may
    be recognised without their city.
    """
    text = (files("extract.layout") / "divisions.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:] if line.strip()]
    return tuple(
        (Division(code=r[0], province=r[1] or None, city=r[2] or None, district=r[3] or None), r[4] == "yes")
        for r in rows
    )


def division_of(name: str) -> Division:
    """The division named at the head of an organisation's name.

    Parts the name leaves out (the province of a city, the city of a district) are supplied from
    the data file when exactly one division there fits; otherwise only what is printed is given.
    """
    found = _PARTS.match(name)
    printed = {key: value for key, value in found.groupdict().items() if value} if found else {}
    if printed.get("province") in _MUNICIPALITIES and "district" in printed:
        printed.setdefault("city", printed["province"])
    if not printed:
        return Division()
    fits = [known for known, alone in _known() if _agrees(known, printed, alone=alone)]
    return fits[0] if len(fits) == 1 else Division(**printed)


def _agrees(known: Division, printed: dict[str, str], *, alone: bool) -> bool:
    """Whether every printed part is the known one and the printed parts suffice to tell it."""
    parts = {"province": known.province, "city": known.city, "district": known.district}
    if any(parts[key] != value for key, value in printed.items()):
        return False
    levels = [key for key in ("province", "city", "district") if parts[key]]
    return levels[-1] in printed and (alone or len(levels) == 1 or levels[-2] in printed)
