// Start: the bar at the top, and which of the two views the address names.
import { ask, currentLanguage, fill, h, say, toast, toggleLanguage } from "./dom.js";
import { showHelp } from "./help.js";
import { showDocument } from "./document.js";
import { showList } from "./list.js";

const main = document.getElementById("main");
let view = null;

export function reviewer() {
  return localStorage.getItem("reviewer");
}

// The name to write beside a decision, asked for the first time.
export async function reviewerName() {
  if (reviewer()) return reviewer();
  return askReviewer();
}

async function askReviewer() {
  const name = await ask(say("whoAreYou"), say("whoWhy"), { value: reviewer() || "" });
  if (name) localStorage.setItem("reviewer", name);
  bar();
  return name;
}

function bar() {
  fill(document.getElementById("bar"),
    h("a", { href: "#/", class: "product" }, say("product")),
    h("span", { class: "grow" }),
    h("button", { class: "quiet", onclick: askReviewer },
      reviewer() ? `${say("reviewer")}: ${reviewer()}` : say("noReviewer")),
    h("button", { class: "quiet", onclick: switchLanguage, lang: currentLanguage() === "zh" ? "en" : "zh-CN" }, say("language")),
    h("button", { class: "quiet", onclick: showHelp }, h("kbd", {}, "?"), " ", say("help")));
}

function switchLanguage() {
  toggleLanguage();
  bar();
  view?.redraw();
}

async function route() {
  view?.leave();
  const [, sha256] = location.hash.match(/^#\/d\/([0-9a-f]{64})/) || [];
  fill(main);
  try {
    view = sha256 ? await showDocument(main, sha256, reviewerName) : await showList(main);
  } catch (error) {
    view = null;
    fill(main, h("p", { class: "notice", role: "alert" }, say("failed", { detail: error.message })),
      h("p", {}, h("a", { href: "#/" }, say("back"))));
  }
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey;
  if (typing || document.querySelector("dialog[open]")) return;
  if (event.key === "?") showHelp();
  else if (event.key === "l") switchLanguage();
  else if (event.key === "g") location.hash = "#/";
  else if (!view?.key?.(event)) return;
  event.preventDefault();
});
window.addEventListener("hashchange", route);
window.addEventListener("unhandledrejection", (event) => toast(say("failed", { detail: event.reason?.message ?? "" })));
bar();
route();
