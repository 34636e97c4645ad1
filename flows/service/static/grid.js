// A form as a table; arrow keys move in it.
import { h, say } from "./dom.js";
import { markOf, sign } from "./marks.js";

export function gridOf(table, selected, actions) {
  return [
    h("div", { class: "caption" },
      h("span", {}, h("b", {}, table.title || table.kind), " ",
        h("span", { class: "faint" }, [table.form, table.unit && `${say("unit")} ${table.unit}`].filter(Boolean).join(" · "))),
      h("span", { class: "grow" }),
      ["csv", "xlsx"].map((layout) => h("button", { class: "quiet", onclick: () => actions.download(table, layout) }, layout.toUpperCase()))),
    table.status !== "extracted" ? h("p", { class: "notice" }, say(table.status)) : null,
    table.cells ? printedGrid(table) : h("table", { class: "sheet grid", role: "grid", "aria-label": table.title || table.kind },
      headOf(table), h("tbody", {}, rowsOf(table, selected, actions))),
    table.notes.map((note) => h("p", { class: "note" }, note)),
  ];
}

function headOf(table) {
  const printsCodes = table.rows.some((row) => row.code.value);
  const printsLines = table.rows.some((row) => row.line !== null);
  return h("thead", {}, h("tr", {},
    printsLines ? h("th", { class: "n" }, say("line")) : null,
    printsCodes ? h("th", {}, say("code")) : null,
    h("th", {}, say("name")),
    table.columns.map((column) => h("th", { class: "n", title: column.label }, column.label.split("/").at(-1)))));
}

function rowsOf(table, selected, actions) {
  const printsCodes = table.rows.some((row) => row.code.value);
  const printsLines = table.rows.some((row) => row.line !== null);
  const width = table.columns.length + 1 + Number(printsCodes) + Number(printsLines);
  let side = null;
  return table.rows.map((row) => {
    const turned = row.side !== side && row.side;
    side = row.side;
    return [
      turned ? h("tr", { class: "side" }, h("th", { colspan: width, scope: "rowgroup" }, say(`side.${row.side}`))) : null,
      h("tr", { class: row.level },
        printsLines ? h("td", { class: "n faint" }, row.line ?? "") : null,
        printsCodes ? cellOf(row.code, selected, actions, "code") : null,
        cellOf(row.name, selected, actions, "name"),
        table.columns.map((column) => cellOf(row.cells[column.key], selected, actions, "n"))),
    ];
  });
}

function cellOf(cell, selected, actions, kind) {
  const mark = kind === "n" && cell.value === null && !cell.correction ? null : markOf(cell);
  const chosen = cell.place === selected;
  return h("td", {
    class: [kind, mark ?? "", chosen ? "selected" : ""].join(" "),
    role: "gridcell", tabindex: chosen ? "0" : "-1", "data-place": cell.place, "aria-selected": String(chosen),
    title: mark ? say(`meaning.${mark}`) : null,
    onclick: () => actions.choose(cell.place),
    onmouseenter: () => actions.point(cell.place, true), onmouseleave: () => actions.point(cell.place, false),
  },
  kind === "n" ? [h("span", { class: "figure" }, cell.value ?? ""), sign(mark)]
    : [cell.value ?? "", mark && mark !== "proven" ? [" ", sign(mark)] : null],
  cell.repair && !cell.correction ? h("s", { class: "was" }, cell.repair.from) : null,
  cell.correction?.action === "correct" ? h("s", { class: "was" }, cell.correction.was ?? say("blank")) : null);
}

function printedGrid(table) {
  const rows = [];
  for (const cell of table.cells) (rows[cell.row] ??= []).push(cell);
  return h("table", { class: "sheet printed" }, h("tbody", {}, [...rows].map((cells) => h("tr", {},
    (cells ?? []).sort((one, other) => one.column - other.column).map((cell) =>
      h("td", { colspan: cell.column_span, rowspan: cell.row_span }, cell.text))))));
}

const STEPS = { ArrowDown: [1, 0], j: [1, 0], ArrowUp: [-1, 0], k: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], h: [0, -1] };

// The place an arrow key leads to from the selected one; the first figure when nothing is selected.
export function neighbour(review, tab, selected, key) {
  const table = review.tables.find((each) => each.id === tab);
  if (!table?.rows.length || !STEPS[key]) return null;
  const columns = ["code", "name", ...table.columns.map((column) => column.key)];
  const spot = review.places.get(selected);
  if (!spot || spot.table.id !== table.id) return Object.values(table.rows[0].cells)[0]?.place ?? table.rows[0].name.place;
  const [down, right] = STEPS[key];
  const at = table.rows.indexOf(spot.row) + down;
  const column = columns.indexOf(spot.key) + right;
  const row = table.rows[Math.min(Math.max(at, 0), table.rows.length - 1)];
  const name = columns[Math.min(Math.max(column, 0), columns.length - 1)];
  return name === "code" || name === "name" ? row[name].place : row.cells[name].place;
}
