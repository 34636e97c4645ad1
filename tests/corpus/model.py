"""First stage of the corpus generator: a set of accounts that adds up, invented from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tests.corpus.chance import Chance, rounded_down
from tests.corpus.classification import economic_names, items_of

ZERO = Decimal(0)
FISCAL = ("general_budget", "government_fund", "state_capital")
OTHER_SOURCES = ("superior_subsidy", "institutional", "commercial", "affiliate_remittance", "other")
PERSONNEL = ("301", "303")
PUBLIC = ("302", "310")
USUAL_ITEMS = ("2080501", "2080505", "2080506", "2101101", "2101103", "2210201", "2210203")
STAFF_ITEMS = ("01", "50")
"""Last digits of the items 行政运行 and 事业运行."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one purse did for one subject item, in yuan: opening + income = outlays + closing.

    ``purse`` is one of FISCAL or OTHER_SOURCES; ``outlays`` go by their nature (``basic``,
    ``project``, ``commercial``, ``contingency``); ``public`` is the part of ``basic`` that runs the
    office. ``initial`` is the budget at the start of the year.
    """

    code: str
    purse: str
    opening: Decimal
    income: Decimal
    outlays: Mapping[str, Decimal]
    closing: Decimal
    initial: Decimal
    public: Decimal = ZERO

    @property
    def spent(self) -> Decimal:
        return sum(self.outlays.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Accounts:
    """One organisation's year. ``economic`` splits the general budget's basic expenditure to the cent.

    ``three_public`` gives budget and final amount of the four primary expenses; ``last_year`` the
    totals of income and expenditure a year before; ``quantum`` the coin everything is counted in.
    """

    year: int
    ledgers: tuple[Ledger, ...]
    economic: Mapping[str, Decimal]
    three_public: Mapping[str, tuple[Decimal, Decimal]]
    last_year: Mapping[str, Decimal]
    quantum: Decimal


Flow = Callable[[Ledger], Decimal]
FLOWS: dict[str, Flow] = {
    "opening": lambda ledger: ledger.opening,
    "income": lambda ledger: ledger.income,
    "available": lambda ledger: ledger.opening + ledger.income,
    "spent": lambda ledger: ledger.spent,
    "closing": lambda ledger: ledger.closing,
    "applied": lambda ledger: ledger.spent + ledger.closing,
    "initial": lambda ledger: ledger.initial,
    "public": lambda ledger: ledger.public,
    "personnel": lambda ledger: ledger.outlays.get("basic", ZERO) - ledger.public,
    "nothing": lambda _: ZERO,
}
PURSES: dict[str, tuple[str, ...]] = {
    "all": FISCAL + OTHER_SOURCES,
    "fiscal": FISCAL,
    "outside": OTHER_SOURCES,
    **{purse: (purse,) for purse in FISCAL + OTHER_SOURCES},
}


def flow(name: str) -> Flow:
    """A flow by name; the nature of an outlay names the flow of that outlay."""
    return FLOWS.get(name, lambda ledger: ledger.outlays.get(name, ZERO))


def total(ledgers: Iterable[Ledger], name: str, purse: str = "all") -> Decimal:
    """The sum of a flow over the ledgers of a purse (a key of PURSES), in yuan."""
    return sum((flow(name)(ledger) for ledger in ledgers if ledger.purse in PURSES[purse]), ZERO)


def under(ledgers: Iterable[Ledger], code: str) -> tuple[Ledger, ...]:
    """The ledgers of a class, group or item."""
    return tuple(ledger for ledger in ledgers if ledger.code.startswith(code))


def economic_total(accounts: Accounts, prefixes: Iterable[str]) -> Decimal:
    """Basic expenditure of the economic subjects below any of the prefixes, in yuan."""
    wanted = tuple(prefixes)
    return sum((amount for code, amount in accounts.economic.items() if code.startswith(wanted)), ZERO)


THREE_PUBLIC_PARTS: dict[str, tuple[str, ...]] = {
    "abroad": ("abroad",),
    "vehicle_purchase": ("vehicle_purchase",),
    "vehicle_operation": ("vehicle_operation",),
    "vehicles": ("vehicle_purchase", "vehicle_operation"),
    "reception": ("reception",),
    "total": ("abroad", "vehicle_purchase", "vehicle_operation", "reception"),
}


def three_public_amount(accounts: Accounts, row: str, column: str) -> Decimal:
    """Budget or final amount of a row of the three public expenses, in yuan."""
    side = 0 if column == "budget" else 1
    return sum((accounts.three_public[part][side] for part in THREE_PUBLIC_PARTS[row]), ZERO)


@dataclass(frozen=True, slots=True)
class Scale:
    """How large and how varied the accounts are to be; ``subjects=None`` leaves it to the seed.

    ``opening`` and ``closing`` allow balances carried over; ``sources`` are the kinds of income
    besides appropriations that the forms have a place for, ``commercial`` says whether they have one
    for commercial expenditure; the other figures are probabilities that money of that kind occurs.
    """

    subjects: int | None = None
    opening: bool = False
    closing: bool = False
    contingency: bool = False
    funds: float = 0.4
    capital: float = 0.2
    outside: float = 0.4
    sources: tuple[str, ...] = OTHER_SOURCES
    commercial: bool = True


def make_accounts(seed: int, year: int, quantum: Decimal, scale: Scale | None = None) -> Accounts:
    """Invent accounts whose every amount is a multiple of ``quantum`` yuan."""
    scale = scale or Scale()
    chance = Chance(seed, "accounts")
    ledgers = _ledgers(chance, year, quantum, scale)
    return Accounts(
        year=year,
        ledgers=ledgers,
        economic=_economic(chance, ledgers, quantum),
        three_public=_three_public(chance),
        last_year={name: _near(chance, total(ledgers, name), quantum) for name in ("income", "spent")},
        quantum=quantum,
    )


def _ledgers(chance: Chance, year: int, quantum: Decimal, scale: Scale) -> tuple[Ledger, ...]:
    ledgers = [_fiscal(chance, code, quantum, scale) for code in _items(chance, year, scale)]
    for purse, likely in (("government_fund", scale.funds), ("state_capital", scale.capital)):
        if chance.happens(likely):
            codes = chance.sample(items_of(purse, year), chance.number(1, 3))
            ledgers += [_project_only(chance, code, purse, quantum, scale) for code in codes]
    if scale.sources and chance.happens(scale.outside):
        codes = chance.sample([ledger.code for ledger in ledgers], chance.number(1, 2))
        ledgers += [_project_only(chance, code, chance.pick(scale.sources), quantum, scale) for code in codes]
    return tuple(sorted(ledgers, key=lambda ledger: (ledger.code, ledger.purse)))


def _items(chance: Chance, year: int, scale: Scale) -> list[str]:
    """Item codes: a home group with its 行政运行, the usual staff items and whatever else comes."""
    everything = items_of("general_budget", year)
    wanted = scale.subjects or chance.number(1, 24)
    homes = sorted({code[:5] for code in everything if code.endswith(STAFF_ITEMS) and code[:3] != "208"})
    group = chance.pick(homes)
    home = [code for code in everything if code.startswith(group)]
    usual = chance.sample(USUAL_ITEMS, min(len(USUAL_ITEMS), max(0, wanted - 1)))
    chosen = set((home[:1] + usual + home[1:])[:wanted])
    others = [code for code in everything if code not in chosen]
    return sorted(chosen | set(chance.sample(others, wanted - len(chosen))))


def _fiscal(chance: Chance, code: str, quantum: Decimal, scale: Scale) -> Ledger:
    outlays = _outlays(chance, code, quantum)
    if scale.contingency and "project" in outlays and chance.happens(0.3):
        reserve = rounded_down(outlays["project"] / 4, quantum)
        outlays |= {"project": outlays["project"] - reserve, "contingency": reserve}
    return _ledger(chance, code, "general_budget", outlays, quantum, scale)


def _outlays(chance: Chance, code: str, quantum: Decimal) -> dict[str, Decimal]:
    staff = code.endswith(STAFF_ITEMS) and len(code) == 7
    if code in USUAL_ITEMS:
        return {"basic": chance.amount(3_000, 3_000_000, quantum)}
    if staff:
        outlays = {"basic": chance.amount(900_000, 30_000_000, quantum)}
        return outlays | ({"project": chance.amount(2_000, 500_000, quantum)} if chance.happens(0.4) else {})
    natures = chance.pick((("project",), ("project",), ("project",), ("basic", "project")))
    return {nature: chance.amount(1_000, 9_000_000, quantum) for nature in natures}


def _project_only(chance: Chance, code: str, purse: str, quantum: Decimal, scale: Scale) -> Ledger:
    nature = "commercial" if purse == "commercial" and scale.commercial else "project"
    return _ledger(chance, code, purse, {nature: chance.amount(900, 2_000_000, quantum)}, quantum, scale)


def _ledger(
    chance: Chance, code: str, purse: str, outlays: Mapping[str, Decimal], quantum: Decimal, scale: Scale
) -> Ledger:
    spent = sum(outlays.values(), ZERO)
    opening = min(spent, chance.amount(100, 400_000, quantum)) if chance.happens(0.2) else ZERO
    closing = chance.amount(100, 400_000, quantum) if chance.happens(0.2) else ZERO
    opening, closing = opening * scale.opening, closing * scale.closing
    initial = ZERO if chance.happens(0.1) else _near(chance, spent, quantum)
    public = ZERO if code in USUAL_ITEMS else outlays.get("basic", ZERO) * chance.number(4, 30) / 100
    return Ledger(
        code=code,
        purse=purse,
        opening=opening,
        income=spent + closing - opening,
        outlays=outlays,
        closing=closing,
        initial=initial,
        public=rounded_down(public, quantum),
    )


def _near(chance: Chance, amount: Decimal, quantum: Decimal) -> Decimal:
    """An amount within a third of another."""
    return max(quantum, rounded_down(amount * chance.number(70, 130) / 100, quantum)) if amount else ZERO


def _economic(chance: Chance, ledgers: Iterable[Ledger], quantum: Decimal) -> dict[str, Decimal]:
    """Split the general budget's basic expenditure over economic items, personnel and public apart."""
    parts = (
        (PERSONNEL, total(ledgers, "personnel", "general_budget"), 14),
        (PUBLIC, total(ledgers, "public", "general_budget"), 18),
    )
    split: dict[str, Decimal] = {}
    for classes, amount, most in parts:
        codes = [code for code in economic_names() if len(code) == 5 and code.startswith(classes)]
        chosen = chance.sample(codes, chance.number(3, most))
        split |= dict(zip(chosen, chance.shares(amount, len(chosen), quantum), strict=True))
    return {code: amount for code, amount in sorted(split.items()) if amount}


def _three_public(chance: Chance) -> dict[str, tuple[Decimal, Decimal]]:
    """Budget and final amounts; multiples of 100 yuan, because this form is often in 万元 by itself."""
    likely = {"abroad": 0.25, "vehicle_purchase": 0.25, "vehicle_operation": 0.7, "reception": 0.7}
    hundred = Decimal(100)
    return {
        part: (budget, rounded_down(budget * chance.number(0, 100) / 100, hundred))
        for part, probability in likely.items()
        for budget in [chance.amount(1_000, 400_000, hundred) if chance.happens(probability) else ZERO]
    }
