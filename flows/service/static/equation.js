// A sum as an equation with its numbers; every figure in it leads to its place.
import { h, say } from "./dom.js";
import { markOf, sign } from "./marks.js";

const RELATIONS = { pass: "=", rounding: "≈", fail: "≠", not_applicable: "…" };
const WORDS = { pass: "holds", rounding: "rounding", fail: "fails", not_applicable: "mark.unchecked" };

export function equation(check, review, selected, choose) {
  const [left, ...right] = check.terms;
  const shown = right.filter((term) => figure(term, review) !== null || term.place === selected);
  const body = check.terms.length
    ? [term(left, review, selected, choose), relation(check),
      shown.length ? shown.map((each, place) => [
        place || each.sign < 0 ? h("span", { class: "operator" }, each.sign < 0 ? "−" : "+") : null,
        term(each, review, selected, choose)]) : h("span", { class: "term" }, say("blank"))]
    : [h("span", { class: "term plain" }, check.left ?? "–"), relation(check), h("span", { class: "term plain" }, check.right ?? "–")];
  return h("div", { class: `equation ${check.status}`, "data-check": check.id },
    h("div", { class: "verdict" },
      h("span", { class: "status" }, say(WORDS[check.status])),
      check.status === "fail" && check.difference !== null ? h("span", {}, say("difference", { difference: check.difference })) : null,
      check.verdict ? h("span", { class: "faint" }, say(`verdict.${check.verdict}`)) : null,
      h("span", { class: "grow" }),
      h("span", { class: "faint" }, `${check.where} · ${check.formula}`)),
    h("div", { class: "terms" }, body),
    check.message ? h("div", { class: "faint" }, check.message) : null);
}

function figure(term, review) {
  return review.places.get(term.place)?.cell.value ?? null;
}

function relation(check) {
  return h("span", { class: "relation" }, RELATIONS[check.status]);
}

function term({ place }, review, selected, choose) {
  const spot = review.places.get(place);
  if (!spot) return h("span", { class: "term" }, place);
  const { table, row, cell, label } = spot;
  const name = row.name.value || row.code.value || row.address.split("/").at(-1);
  return h("button", { class: place === selected ? "term selected" : "term", "data-place": place, onclick: () => choose(place) },
    h("span", { class: "figure" }, cell.value ?? say("blank"), " ", sign(markOf(cell))),
    h("span", { class: "whose" }, `${name} · ${label}`),
    h("span", { class: "whose" }, `${table.form || table.id}${table.unit ? ` · ${table.unit}` : ""}`));
}
