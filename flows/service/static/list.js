// All documents, the most urgent first; uploads and what has become of them.
import { api } from "./api.js";
import { fill, h, say, toast } from "./dom.js";
import { sign } from "./marks.js";

const STEP = 50;
const LOOK = 1500;

export async function showList(main) {
  const question = { q: "", year: "", kind: "", division: "", needs_review: "" };
  const table = h("div", { class: "documents" });
  const uploads = h("div", { class: "uploads", "aria-live": "polite" });
  let limit = STEP;
  let waiting = 0;
  let left = false;
  let active = false;
  let shown = "";

  const asked = () => Object.fromEntries(Object.entries({ ...question, limit }).filter(([, value]) => value !== ""));

  async function load() {
    const answer = await api.documents(asked());
    if (left) return;
    const chosen = table.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    fill(table, listed(answer, () => { limit += STEP; load(); }));
    if (chosen) table.querySelector(`a.open[href="${chosen}"]`)?.focus();
  }

  const later = () => { clearTimeout(waiting); waiting = setTimeout(load, 250); };

  async function watch() {
    if (left) return;
    const { jobs } = await api.jobs().catch(() => ({ jobs: [] }));
    const now = JSON.stringify(jobs);
    if (now !== shown) fill(uploads, jobs.length ? h("h2", {}, say("jobs")) : null, jobs.map((job) => uploadLine(job, watchSoon)));
    shown = now;
    const busy = jobs.some((job) => job.state === "queued" || job.state === "running");
    if (active && !busy) load();
    active = busy;
    if (busy) setTimeout(watch, LOOK);
  }

  const watchSoon = () => { active = true; watch(); };

  async function send(files) {
    for (const file of files) {
      toast(say("uploading", { name: file.name }));
      try {
        await api.upload(file);
      } catch (error) {
        toast(say("failed", { detail: `${error.message}${error.advice ? ` (${error.advice})` : ""}` }));
      }
    }
    watchSoon();
  }

  const drop = (event) => {
    event.preventDefault();
    if (event.type === "drop") send(event.dataTransfer.files);
  };
  for (const name of ["dragover", "drop"]) document.addEventListener(name, drop);

  function redraw() {
    const field = (name, attributes, tag = "input", ...children) =>
      h(tag, { ...attributes, value: question[name], "aria-label": attributes.placeholder || attributes["aria-label"],
        oninput: (event) => { question[name] = event.target.value; limit = STEP; later(); } }, ...children);
    const years = Array.from({ length: 12 }, (_, back) => new Date().getFullYear() + 1 - back);
    fill(main, h("div", { class: "list" },
      h("div", { class: "filters" },
        field("q", { type: "search", placeholder: say("search"), class: "wide" }),
        field("year", { "aria-label": say("year") }, "select", h("option", { value: "" }, say("anyYear")),
          years.map((year) => h("option", { value: year }, year))),
        field("kind", { "aria-label": say("kind") }, "select", h("option", { value: "" }, say("anyKind")),
          ["final_accounts", "budget"].map((kind) => h("option", { value: kind }, say(`kind.${kind}`)))),
        field("division", { type: "search", placeholder: say("division") }),
        h("label", { class: "check" }, h("input", { type: "checkbox", onchange: (event) => {
          question.needs_review = event.target.checked ? "true" : ""; later(); } }), say("onlyReview")),
        h("span", { class: "grow" }),
        h("span", { class: "faint drop" }, say("dropHere")),
        h("label", { class: "button primary", tabindex: "0", onkeydown: (event) => {
          if (event.key === "Enter" || event.key === " ") event.currentTarget.querySelector("input").click(); } },
          say("upload"), h("input", { type: "file", multiple: true, class: "hidden", tabindex: "-1",
            onchange: (event) => send([...event.target.files]) }))),
      uploads, table));
    shown = "";
    watch();
    return load();
  }

  await redraw();
  return {
    redraw,
    key: (event) => move(event, table),
    leave: () => { left = true; for (const name of ["dragover", "drop"]) document.removeEventListener(name, drop); },
  };
}

function move(event, table) {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!step) return false;
  const links = [...table.querySelectorAll("a.open")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
  return true;
}

function listed(answer, more) {
  if (!answer.documents.length) return h("p", { class: "notice" }, say("noDocuments"));
  const heads = ["", "organisation", "year", "kind", "figures", "proofShare", "mark.contradicted", "toLookAt", "repaired", "corrections", "file"];
  const numbers = new Set(["year", "figures", "proofShare", "mark.contradicted", "toLookAt", "repaired", "corrections"]);
  return [
    h("table", { class: "sheet" },
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { class: numbers.has(head) ? "n" : null }, head && say(head))))),
      h("tbody", {}, answer.documents.map(line))),
    h("p", { class: "faint" }, say("count", { total: answer.total }), " ",
      answer.documents.length < answer.total ? h("button", { onclick: more }, say("more")) : null),
  ];
}

function line(entry) {
  const count = (number, mark) => h("td", { class: "n" }, number ? [mark ? sign(mark) : null, mark ? " " : null, String(number)] : "");
  const share = entry.cells ? entry.proven / entry.cells : 0;
  const bar = h("span", { class: "share", role: "img", "aria-label": `${Math.round(100 * share)} %` }, h("span", {}));
  bar.firstChild.style.width = `${100 * share}%`;
  return h("tr", { class: entry.needs_review ? "needs" : "" },
    h("td", { class: "state" }, h("span", { class: entry.needs_review ? "flag needs" : "flag" }, say(entry.needs_review ? "needsReview" : "noReview"))),
    h("td", {}, h("a", { class: "open", href: `#/d/${entry.sha256}` }, entry.organisation || entry.title || entry.file_name),
      h("div", { class: "faint" }, entry.division)),
    h("td", { class: "n" }, entry.fiscal_year ?? ""),
    h("td", {}, entry.kind ? say(`kind.${entry.kind}`) : ""),
    h("td", { class: "n" }, String(entry.cells)),
    h("td", { class: "n" }, bar, " ", `${Math.floor(100 * share)} %`),
    count(entry.contradicted, "contradicted"), count(entry.open), count(entry.repaired, "repaired"), count(entry.corrections),
    h("td", { class: "faint file" }, entry.file_name));
}

function uploadLine(job, changed) {
  const failure = job.failure;
  return h("div", { class: `upload ${job.state}` },
    h("span", { class: "flag" }, say(`state.${job.state}`)), " ", h("span", { class: "file" }, job.file_name), " ",
    job.state === "finished" ? h("a", { href: `#/d/${job.document}` }, say("open")) : null,
    failure ? h("span", { class: "faint" }, `${failure.problem}; ${failure.advice} `) : null,
    failure ? h("button", { onclick: async () => { await api.again(job.id); changed(); } }, say("again")) : null);
}
