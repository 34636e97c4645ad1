// How a figure is marked: by colour, and by a sign and a line style that need no colour.
import { h, say } from "./dom.js";

export const MARKS = {
  proven: "✓✓",
  consistent: "✓",
  unchecked: "?",
  contradicted: "✗",
  repaired: "✎",
  corrected: "✍",
  accepted: "☑",
  author: "‼",
};

const ACTIONS = { correct: "corrected", accept: "accepted", author_error: "author" };

// What counts most about a cell: what a person said, then what gongkai changed, then its proof.
export function markOf(cell) {
  if (cell.correction) return ACTIONS[cell.correction.action];
  if (cell.proof === "contradicted") return "contradicted";
  if (cell.repair) return "repaired";
  return cell.proof;
}

export function sign(mark) {
  return mark ? h("span", { class: `sign ${mark}`, title: say(`mark.${mark}`), "aria-label": say(`mark.${mark}`) }, MARKS[mark]) : null;
}

export function legend() {
  return h("dl", { class: "legend" },
    Object.keys(MARKS).map((mark) => [h("dt", {}, sign(mark), " ", say(`mark.${mark}`)), h("dd", {}, say(`meaning.${mark}`))]));
}

export function isOpen(cell) {
  return !cell.correction && cell.value !== null &&
    (cell.proof === "contradicted" || (cell.proof === "unchecked" && cell.confidence < 1));
}
