// What somebody should look at, the most telling first.
import { h, say } from "./dom.js";
import { equation } from "./equation.js";
import { isOpen, sign } from "./marks.js";

// Sums that fail and are nobody's settled business, figures that are open, repairs nobody has looked at.
export function issuesOf(review) {
  const seen = new Set();
  const issues = [];
  const failed = review.checks.filter((check) => check.status === "fail" && !settled(check, review));
  const failures = new Map();
  for (const { place } of failed.flatMap((check) => check.terms)) failures.set(place, (failures.get(place) ?? 0) + 1);
  for (const check of failed) {
    const cells = check.terms.map((term) => review.places.get(term.place)?.cell).filter(Boolean);
    for (const cell of cells) seen.add(cell.place);
    issues.push({ kind: "failedSums", check, place: suspect(cells, failures) });
  }
  for (const { cell, text } of review.places.values()) {
    if (!text && isOpen(cell) && !seen.has(cell.place)) issues.push({ kind: "doubtful", cell, place: cell.place });
  }
  for (const { cell } of review.places.values()) {
    if (cell.repair && !cell.correction) issues.push({ kind: "repairs", cell, place: cell.place });
  }
  return issues;
}

// The figure to look at first: open, in most of the sums that fail, in fewest that hold.
function suspect(cells, failures) {
  const open = cells.filter(isOpen);
  const rank = (cell) => [failures.get(cell.place) ?? 0, -cell.checks.length];
  const best = (open.length ? open : cells).reduce((one, other) => {
    const [mine, its] = [rank(one ?? other), rank(other)];
    return its[0] > mine[0] || (its[0] === mine[0] && its[1] > mine[1]) ? other : one ?? other;
  }, null);
  return best?.place ?? null;
}

function settled(check, review) {
  const cells = check.terms.map((term) => review.places.get(term.place)?.cell).filter(Boolean);
  return cells.length > 0 && (cells.some((cell) => cell.correction?.action === "author_error") ||
    cells.every((cell) => cell.correction || (cell.value === null && !cell.text)));
}

export function issueList(review, selected, choose) {
  const issues = issuesOf(review);
  const groups = ["failedSums", "doubtful", "repairs"].map((kind) => [kind, issues.filter((issue) => issue.kind === kind)]);
  return h("div", { class: "issues" },
    issues.length ? null : h("p", { class: "notice" }, say("noIssues")),
    groups.filter(([, some]) => some.length).map(([kind, some]) => h("section", {},
      h("h2", {}, `${say(kind)} `, h("span", { class: "faint" }, String(some.length))),
      some.map((issue) => line(issue, review, selected, choose)))),
    review.quality.reasons.length ? h("section", {}, h("h2", {}, say("otherReasons")),
      h("ul", {}, review.quality.reasons.map((reason) => h("li", { class: "faint" }, reason)))) : null);
}

function line(issue, review, selected, choose) {
  if (issue.check) return equation(issue.check, review, selected, choose);
  const { table, row, cell, label } = review.places.get(issue.place);
  const name = row.name.value || row.code.value || row.address;
  return h("button", { class: cell.place === selected ? "issue selected" : "issue", onclick: () => choose(cell.place) },
    sign(issue.kind === "repairs" ? "repaired" : cell.proof), " ",
    h("b", {}, cell.value ?? say("blank")), " ",
    issue.kind === "repairs" ? h("s", {}, cell.repair.from) : null, " ",
    h("span", { class: "faint" }, `${table.form || table.id} · ${name} · ${label}`));
}
