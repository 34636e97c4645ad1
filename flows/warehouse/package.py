"""From results to a Fiscal Data Package: CSV files, and a descriptor that says what is in them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Final

from flows.warehouse.databases import DuckDatabase
from flows.warehouse.load import Complain, Tally, load
from flows.warehouse.star import SCALE, ColumnSpec, ColumnType, TableSpec, star

_TYPES: Final[dict[ColumnType, str]] = {
    "text": "string",
    "integer": "integer",
    "decimal": "number",
    "real": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
}
_ROLES: Final = ("dimension", "fact", "reference")
_LEFT_OUT: Final = frozenset({"valid_from", "valid_to"})
"""Times of loading: the same results give the same package."""

_FISCAL: Final[dict[str, tuple[str, str, str]]] = {
    "line_id": ("string", "budget-line-id", "document, table, row and column of the figure"),
    "fiscal_year": ("integer", "date:fiscal-year", "the year the money belongs to"),
    "phase": ("string", "phase:id", "budget or final_accounts"),
    "direction": ("string", "direction", "expenditure or revenue"),
    "organisation_key": ("string", "administrative-classification:generic:code", "who discloses"),
    "organisation": ("string", "administrative-classification:generic:label", "its name"),
    "function_code": ("string", "functional-classification:generic:code", "支出功能分类科目"),
    "function_name": ("string", "functional-classification:generic:label", "its name in the year's edition"),
    "economic_code": ("string", "economic-classification:generic:code", "部门预算支出经济分类科目"),
    "economic_name": ("string", "economic-classification:generic:label", "its name in the year's edition"),
    "cofog_code": (
        "string",
        "functional-classification:cofog:division:code",
        "division of COFOG by the project's own mapping (cofog.csv)",
    ),
    "cofog_name": (
        "string",
        "functional-classification:cofog:division:label",
        "its name, by the project's own mapping",
    ),
    "form_kind": ("string", "fin-source:generic:code", "the form: which money it covers"),
    "column_key": ("string", "value-kind:code", "the column: total, basic, project ..."),
    "value": ("number", "value", "figure in yuan"),
    "currency": ("string", "value-currency:code", "CNY"),
}
"""Fields of ``fiscal.csv``: type, column type in Fiscal Data Package's taxonomy of budgets, meaning."""
_FISCAL_QUERY: Final = """
    SELECT
        document_key || '/' || table_id || '/' || row_number || '/' || column_key AS line_id,
        fiscal_year, disclosure_kind AS phase,
        CASE WHEN classification = 'income' THEN 'revenue' ELSE 'expenditure' END AS direction,
        organisation_key, organisation,
        CASE WHEN classification = 'function' THEN subject_code END AS function_code,
        CASE WHEN classification = 'function' THEN subject_name END AS function_name,
        CASE WHEN classification = 'economic' THEN subject_code END AS economic_code,
        CASE WHEN classification = 'economic' THEN subject_name END AS economic_name,
        cofog_division AS cofog_code, cofog_name, form_kind, column_key,
        amount_yuan AS value, 'CNY' AS currency
    FROM figures
    WHERE amount_yuan IS NOT NULL AND fiscal_year IS NOT NULL AND organisation_key IS NOT NULL
        AND classification IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM amounts part JOIN subjects s ON s.subject_key = part.subject_key
            WHERE part.document_key = figures.document_key AND part.table_id = figures.table_id
                AND part.column_key = figures.column_key AND part.row_number <> figures.row_number
                AND s.classification = figures.classification AND s.code <> figures.subject_code
                AND s.code LIKE figures.subject_code || '%'
        )
"""
"""The finest lines of every form: a subject whose parts are printed is left out, so that values add up."""


def write_package(place: str, folder: Path, *, complain: Complain) -> Tally:
    """Write the results of a place to a folder as ``datapackage.json`` and CSV files.

    Raises ``NoResults`` and ``WarehouseError``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as workplace:
        database = DuckDatabase(f"{workplace}/package.duckdb")
        try:
            tally = load(place, database, complain=complain)
            _write_tables(database, folder)
        finally:
            database.close()
    text = json.dumps(descriptor(), ensure_ascii=False, indent=2)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")
    return tally


def _write_tables(database: DuckDatabase, folder: Path) -> None:
    _write_csv(database, _FISCAL_QUERY, "line_id", folder / "fiscal.csv")
    for spec in star().of(*_ROLES):
        columns = ", ".join(column.name for column in _columns(spec))
        _write_csv(
            database, f"SELECT {columns} FROM {spec.name}", ", ".join(spec.key), folder / f"{spec.name}.csv"
        )


def _write_csv(database: DuckDatabase, select: str, order: str, path: Path) -> None:
    quoted = str(path).replace("'", "''")
    database.execute(f"COPY (SELECT * FROM ({select}) ORDER BY {order}) TO '{quoted}' (FORMAT csv, HEADER)")


def descriptor() -> dict[str, Any]:
    """The contents of ``datapackage.json``."""
    return {
        "profile": "fiscal-data-package",
        "name": "gongkai",
        "title": "Budgets and final accounts of Chinese government departments",
        "description": (
            "Figures of disclosures, each with its document, page and how far sums prove it. Money in"
            " fiscal.csv is in yuan. The COFOG mapping is the project's own; no authority has issued it."
        ),
        "countryCode": "CN",
        "granularity": "aggregated",
        "resources": [_fiscal_resource(), *map(_resource, star().of(*_ROLES))],
    }


def _fiscal_resource() -> dict[str, Any]:
    fields = [
        {"name": name, "type": kind, "columnType": column_type, "description": meaning}
        for name, (kind, column_type, meaning) in _FISCAL.items()
    ]
    title = "The finest lines of every form, for tools that read Fiscal Data Packages"
    return _described("fiscal", title, {"fields": fields, "primaryKey": "line_id"})


def _resource(spec: TableSpec) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": list(map(_field, _columns(spec))), "primaryKey": list(spec.key)}
    if spec.references:
        schema["foreignKeys"] = [
            {"fields": column, "reference": {"resource": target, "fields": column}}
            for column, target in spec.references.items()
        ]
    return _described(spec.name, spec.meaning, schema)


def _described(name: str, title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema | {"missingValues": [""]},
    }


def _columns(spec: TableSpec) -> list[ColumnSpec]:
    return [column for column in spec.columns if column.name not in _LEFT_OUT]


def _field(column: ColumnSpec) -> dict[str, Any]:
    kind = _TYPES[column.type]
    field: dict[str, Any] = {"name": column.name, "type": kind, "description": column.meaning}
    if column.required:
        field["constraints"] = {"required": True}
    if column.type == "decimal":
        field["description"] += f" (up to {SCALE} decimals)"
    return field
