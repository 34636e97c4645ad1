"""Under the catalogue: signs that recognition takes for one another, in codes and in names."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from models.catalogue.names import comparable

_DIGIT_PAIRS = frozenset({"08", "06", "09", "17", "14", "38", "35", "56", "58", "68", "27", "49", "39"})
"""Digits that are taken for one another when they are faint or blurred."""

_GROUPS = (
    "市巾布 己已巳 日曰目 未末 木本 人入八 士土 大太犬 千干于 天夫 刀力 贝见 白自 王玉主 "
    "支友攴 部陪 科料 债偾 贷货 储诸 侍待 拔拨投 析折 免兔 治冶 设没 政攻 收攸収 住往佳作 "
    "社杜 间问 事亊 出岀 资贸資 金全 用甲 业亚業 农衣農 体休 水永 田由 困因 团固 院阮 "
    "老考 务夯務 财贮则財 预顶页預 育肓 训圳 会合 议仪 工丁 奖浆 助肋 贴贻貼 物牧 通逋 "
    "险俭険險 伤扬傷 抚扰 环坏環 节芐 家象 展屐 机札機 构枸 护沪 运远運 管菅 算箕 款欸 "
    "基墓 性牲 府俯 计汁計 备各 项顷項 划刘 理埋 经泾經経 费贲費 其具 他地 般股 决決 总總 "
    "门門 关関關 营營 国囯國 术術 医醫 区區 乡鄉 应應 发發 补補 类類 额額 专專 济濟済 "
    "学學 动動 办辦 单單 级級 让讓 买買 热熱 复復 归歸 "
)
"""Characters of the catalogue's names, each with those that recognition takes it for; parted by blanks.

Traditional and Japanese forms are among them: a recogniser of many languages gives those, too.

No two names of one classification differ by them alone, save where they name the same thing.
"""
_TAKEN_FOR = frozenset(
    (one, other) for group in _GROUPS.split() for one in group for other in group if one != other
)
_THINNEST = "一"
"""One thin stroke: faxes lose it whole."""
_JUNK = re.compile(r"[\s\W_]|[A-Za-z]")


def are_look_alike_digits(one: str, other: str) -> bool:
    """Whether two different digits are easily taken for one another."""
    return "".join(sorted((one, other))) in _DIGIT_PAIRS


@lru_cache(maxsize=8192)
def plain_name(text: str) -> str:
    """A name as it is aligned with another: half-width, without white space and quotes."""
    plain = unicodedata.normalize("NFKC", text).translate(str.maketrans("[]【】〔〕{}", "()()()()"))
    return "".join(plain.split())


def is_misread(printed: str, name: str) -> bool:
    """Whether a printed name is another but for look-alike characters and stray marks.

    What differs must be a character recognition is known to take for the other, or a mark that
    stands in neither name's words. A word more, less or other is the author's.

    >>> is_misread("城巾绿化", "城市绿化"), is_misread("津贴补助", "津贴补贴")
    (True, False)
    """
    from rapidfuzz.distance import Levenshtein

    one, other = plain_name(printed), plain_name(name)
    return all(
        _is_reading_error(change.tag, one[change.src_pos :][:1], other[change.dest_pos :][:1])
        for change in Levenshtein.editops(one, other)
    )


def _is_reading_error(kind: str, sign: str, wanted: str) -> bool:
    """Whether one change is a look-alike character or a mark, lost, added or taken for another."""
    if kind == "replace" and (sign, wanted) in _TAKEN_FOR:
        return True
    if kind == "insert" and wanted == _THINNEST:
        return True
    touched = {"replace": sign + wanted, "delete": sign, "insert": wanted}[kind]
    return all(_JUNK.fullmatch(each) for each in touched)


_CANONICAL = str.maketrans({sign: group[0] for group in _GROUPS.split() for sign in group[1:]})


@lru_cache(maxsize=8192)
def unmistaken(text: str) -> str:
    """A text with one character for each group of look-alikes: two that agree may be readings of one.

    >>> unmistaken("支出页算总表") == unmistaken("支出预算总表")
    True
    """
    return text.translate(_CANONICAL)


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """A name for measuring likeness: comparable, and one character for each group of look-alikes."""
    return unmistaken(comparable(text))
