// The help over the page: keys and marks.
import { h, say } from "./dom.js";
import { legend } from "./marks.js";

const KEYS = [
  [["←", "↓", "↑", "→"], "key.move"],
  [["n", "p"], "key.issue"],
  [["[", "]"], "key.table"],
  [["a"], "key.accept"],
  [["c"], "key.correct"],
  [["e"], "key.author"],
  [["u"], "key.withdraw"],
  [["s"], "key.sum"],
  [["+", "-", "0"], "key.zoom"],
  [["Shift", "A"], "key.reviewed"],
  [["g"], "key.back"],
  [["l"], "key.language"],
  [["?"], "key.help"],
  [["Esc"], "key.close"],
];

export function showHelp() {
  if (document.querySelector("dialog.help")) return;
  const dialog = h("dialog", { class: "help", "aria-label": say("help") },
    h("div", { class: "columns" },
      h("section", {}, h("h2", {}, say("keys")),
        h("dl", { class: "keys" }, KEYS.map(([keys, meaning]) => [
          h("dt", {}, keys.map((key) => h("kbd", {}, key))), h("dd", {}, say(meaning))]))),
      h("section", {}, h("h2", {}, say("legend")), legend())),
    h("form", { method: "dialog", class: "buttons" }, h("button", { class: "primary" }, "OK")));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("keydown", (event) => { if (event.key === "?") dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
}
