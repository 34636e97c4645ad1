// The figure that is selected: what was read, what is known about it, the sums it stands in, what to decide.
import { h, say, when } from "./dom.js";
import { equation } from "./equation.js";
import { markOf, sign } from "./marks.js";

const ORDER = ["fail", "rounding", "pass", "not_applicable"];

export function detailOf(review, selected, actions) {
  const spot = review.places.get(selected);
  if (!spot) return h("p", { class: "faint" }, say("pick"));
  const { table, row, cell, label } = spot;
  const sums = cell.checks.map((id) => review.byId.get(id)).sort((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status));
  return [
    h("div", { class: "figureline" },
      h("span", { class: "large" }, cell.value ?? say("blank"), " ", sign(markOf(cell))),
      h("span", {}, h("b", {}, row.name.value || row.code.value || ""), " ", label, " ",
        h("span", { class: "faint" }, [table.form || table.id, table.unit].filter(Boolean).join(" · "))),
      h("span", { class: "grow" }),
      actions.editing ? null : buttons(cell, actions)),
    h("div", { class: "reading" },
      actions.crop(cell),
      h("span", {}, `${say("readText")}: `, h("code", {}, cell.text || say("blank"))),
      cell.repair ? h("span", { class: "repaired" }, sign("repaired"), " ", say("repairFrom", cell.repair),
        cell.repair.because.length ? h("span", { class: "faint" }, ` ${cell.repair.because.join("; ")}`) : null) : null,
      cell.confidence !== null && cell.confidence < 1 ? h("span", { class: "faint" }, `${say("confidence")}: ${Math.round(100 * cell.confidence)} %`) : null),
    cell.correction ? decisionLine(cell.correction) : null,
    actions.editing ? correctionForm(cell, actions) : null,
    sums.length ? sums.map((check) => equation(check, review, selected, actions.choose))
      : spot.text ? null : h("p", { class: "faint" }, say("noSums")),
  ];
}

function decisionLine(correction) {
  const action = say(`action.${correction.action}`);
  return h("div", { class: "decision" }, say("decided", { action, by: correction.by, at: when(correction.at) }),
    correction.action === "correct" ? [": ", h("s", {}, correction.was ?? say("blank")), " → ", h("b", {}, correction.to || say("blank"))] : null,
    correction.why ? h("span", { class: "faint" }, ` ${correction.why}`) : null);
}

function buttons(cell, { decide, edit }) {
  const button = (name, key, run, primary) => h("button",
    { class: primary ? "primary" : null, title: say(`${name}Hint`), onclick: run, "data-action": name }, h("kbd", {}, key), " ", say(name));
  return h("span", { class: "buttons" },
    cell.correction
      ? h("button", { onclick: () => decide("withdraw"), "data-action": "withdraw" }, h("kbd", {}, "u"), " ", say("withdraw"))
      : [button("accept", "a", () => decide("accept")), button("correct", "c", () => edit(), true), button("author", "e", () => decide("author_error"))]);
}

function correctionForm(cell, { decide, edit }) {
  const value = h("input", { type: "text", value: cell.value ?? "", autocomplete: "off", "aria-label": say("newValue"), name: "to" });
  const why = h("input", { type: "text", placeholder: say("why"), "aria-label": say("why"), autocomplete: "off", name: "why" });
  return h("form", {
    class: "correction",
    onsubmit: (event) => { event.preventDefault(); decide("correct", value.value, why.value || null); },
    onkeydown: (event) => { if (event.key === "Escape") edit(false); },
  },
  h("label", {}, say("newValue"), value), h("label", {}, say("why"), why),
  h("button", { class: "primary", type: "submit" }, say("save")),
  h("button", { type: "button", onclick: () => edit(false) }, say("cancel")));
}
