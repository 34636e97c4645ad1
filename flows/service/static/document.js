// One document: its page beside its tables, every figure linked both ways, and what people decide about it.
import { api } from "./api.js";
import { fill, h, say, toast, when } from "./dom.js";
import { detailOf } from "./detail.js";
import { gridOf, neighbour } from "./grid.js";
import { issueList, issuesOf } from "./issues.js";
import { isOpen, markOf, sign } from "./marks.js";
import { Picture } from "./picture.js";

const ISSUES = "issues";

// What the tables hold, by place, so that sums and pages find their figures.
function indexed(review) {
  const places = new Map();
  for (const table of review.tables) {
    for (const row of table.rows) {
      const cells = [["code", row.code], ["name", row.name], ...Object.entries(row.cells)];
      for (const [key, cell] of cells) {
        const column = table.columns.find((each) => each.key === key);
        const label = column ? column.label.split("/").at(-1) || key : say(key);
        places.set(cell.place, { table, row, key, cell, label, text: key === "code" || key === "name" });
      }
    }
  }
  return { ...review, places, byId: new Map(review.checks.map((check) => [check.id, check])) };
}

export async function showDocument(main, sha256, reviewerName) {
  let review = indexed(await api.review(sha256));
  let tab = ISSUES;
  let selected = null;
  let editing = false;
  const picture = new Picture(sha256, { choose, point });
  const head = h("div", { class: "head" });
  const tabs = h("div", { class: "tabs", role: "tablist" });
  const sheet = h("div", { class: "sheets" });
  const detail = h("section", { class: "detail", "aria-live": "polite" });

  function draw() {
    document.title = `${review.facts.organisation.name || review.file_name} · gongkai`;
    fill(head, headOf(review, acceptDocument));
    fill(tabs, tabButtons(review, tab, openTab));
    drawSheet();
    drawDetail();
    picture.show(review, selected);
  }

  function drawSheet() {
    const table = review.tables.find((each) => each.id === tab);
    fill(sheet, table ? gridOf(table, selected, { choose, point, download }) : issueList(review, selected, choose));
  }

  function drawDetail() {
    detail.classList.toggle("idle", !selected);
    fill(detail, detailOf(review, selected, { decide, choose, edit, editing, crop: (cell) => picture.crop(cell) }));
  }

  function openTab(id) {
    tab = id;
    const table = review.tables.find((each) => each.id === id);
    fill(tabs, tabButtons(review, tab, openTab));
    drawSheet();
    if (table?.pages.length) picture.turnTo(table.pages[0]);
  }

  // Select a figure wherever it was clicked or named: table, page and sums follow.
  function choose(place, { keepTab = false, focus = true } = {}) {
    const spot = review.places.get(place);
    if (!spot) return;
    selected = place;
    editing = false;
    if (!keepTab && tab !== spot.table.id) {
      tab = spot.table.id;
      fill(tabs, tabButtons(review, tab, openTab));
    }
    drawSheet();
    drawDetail();
    picture.show(review, selected, true);
    const cell = sheet.querySelector(".selected");
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focus) cell?.focus({ preventScroll: true });
  }

  function point(place, on) {
    for (const element of main.querySelectorAll(`[data-place="${CSS.escape(place)}"]`)) element.classList.toggle("pointed", on);
  }

  function edit(on = true) {
    if (!selected) return;
    editing = on;
    drawDetail();
    const input = detail.querySelector("input");
    input?.focus();
    input?.select();
    if (!on) sheet.querySelector(".selected")?.focus({ preventScroll: true });
  }

  async function decide(action, to = null, why = null) {
    const spot = review.places.get(selected);
    if (!spot || (action === "withdraw" && !spot.cell.correction)) return;
    await write({ where: selected, read: spot.cell.text, action, to, why });
    const cell = sheet.querySelector(".selected");
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
    cell?.focus({ preventScroll: true });
  }

  async function acceptDocument() {
    const done = review.corrections.some((each) => each.where === "document");
    await write({ where: "document", read: "", action: done ? "withdraw" : "accept", to: null, why: null });
  }

  async function write(decision) {
    const by = await reviewerName();
    if (!by) return;
    const before = failing(review);
    try {
      review = indexed(await api.decide(sha256, { ...decision, by }));
    } catch (error) {
      toast(say("failed", { detail: error.message }));
      return;
    }
    const after = failing(review);
    const good = [...before].filter((sum) => !after.has(sum)).length;
    const bad = [...after].filter((sum) => !before.has(sum)).length;
    toast(good || bad ? say("turned", { good, bad }) : say("saved"));
    editing = false;
    draw();
  }

  function download(table, layout) {
    api.download(`/api/documents/${sha256}/tables/${table.id}.${layout}`, `${sha256.slice(0, 12)}-${table.id}.${layout}`);
  }

  function step(by) {
    const issues = [...new Set(issuesOf(review).map((issue) => issue.place).filter(Boolean))];
    if (!issues.length) return toast(say("noIssues"));
    const at = issues.indexOf(selected);
    choose(issues[(at + by + (at < 0 && by < 0 ? 1 : 0) + issues.length) % issues.length]);
  }

  function stepTab(by) {
    const ids = [ISSUES, ...review.tables.filter((each) => each.status !== "missing").map((each) => each.id)];
    openTab(ids[(ids.indexOf(tab) + by + ids.length) % ids.length]);
  }

  function failedSum() {
    const spot = review.places.get(selected);
    const sums = (spot?.cell.checks ?? []).map((id) => review.byId.get(id)).filter((check) => check?.status === "fail");
    const places = sums.flatMap((check) => check.terms.map((term) => term.place));
    const others = [...new Set(places)].filter((place) => review.places.get(place)?.cell.value !== null);
    if (others.length) choose(others[(others.indexOf(selected) + 1) % others.length]);
  }

  const KEYS = {
    n: () => step(1), p: () => step(-1), "]": () => stepTab(1), "[": () => stepTab(-1),
    a: () => decide("accept"), c: () => edit(), e: () => decide("author_error"), u: () => decide("withdraw"),
    s: failedSum, "+": () => picture.zoom(1), "=": () => picture.zoom(1), "-": () => picture.zoom(-1), 0: () => picture.zoom(0),
    A: acceptDocument, Escape: () => editing && edit(false),
  };

  function key(event) {
    if (event.target.matches("button, a") && (event.key === "Enter" || event.key === " ")) return false;
    if (event.key.startsWith("Arrow") || "hjk".includes(event.key)) {
      const next = neighbour(review, tab, selected, event.key);
      if (next) choose(next);
      return Boolean(next);
    }
    if (event.key === "Enter" && selected) return edit(), true;
    if (!KEYS[event.key]) return false;
    KEYS[event.key]();
    return true;
  }

  fill(main, h("div", { class: "review" }, head,
    h("div", { class: "beside" }, picture.element, h("div", { class: "right" }, tabs, sheet, detail))));
  draw();
  const first = issuesOf(review).find((issue) => issue.place);
  if (first) picture.turnTo(review.places.get(first.place).cell.page);
  else openTab(review.tables.find((table) => table.status === "extracted")?.id ?? ISSUES);
  return { redraw: draw, key, leave: () => picture.leave() };
}

function failing(review) {
  return new Set(review.checks.filter((check) => check.status === "fail").map((check) => `${check.rule} ${check.formula} ${check.where}`));
}

function headOf(review, acceptDocument) {
  const { facts, quality } = review;
  const done = review.corrections.find((each) => each.where === "document");
  return [
    h("a", { href: "#/", class: "back" }, "← ", say("back")),
    h("div", { class: "title" },
      h("h1", {}, facts.organisation.name || facts.title || review.file_name),
      h("div", { class: "faint" }, [facts.fiscal_year, facts.kind && say(`kind.${facts.kind}`), say(`trust.${review.trust}`), review.file_name]
        .filter(Boolean).join(" · "))),
    h("span", { class: "grow" }),
    h("span", { class: "counts" }, counts(review).map(([mark, count]) => h("span", {}, sign(mark), " ", String(count)))),
    h("span", { class: quality.needs_review ? "flag needs" : "flag" }, say(quality.needs_review ? "needsReview" : "noReview")),
    done ? h("span", { class: "faint" }, say("documentAccepted", { by: done.by, at: when(done.at) })) : null,
    h("button", { onclick: acceptDocument, title: "Shift A" }, say(done ? "withdraw" : "acceptDocument")),
  ];
}

function counts(review) {
  const found = new Map();
  for (const { cell, text } of review.places.values()) {
    const mark = !text && cell.value === null && !cell.correction ? null : markOf(cell);
    if (mark) found.set(mark, (found.get(mark) ?? 0) + 1);
  }
  const order = ["contradicted", "unchecked", "repaired", "corrected", "accepted", "author", "consistent", "proven"];
  return order.filter((mark) => found.has(mark)).map((mark) => [mark, found.get(mark)]);
}

function tabButtons(review, tab, open) {
  const issues = issuesOf(review).length;
  const button = (id, title, ...children) => h("button",
    { role: "tab", "aria-selected": String(tab === id), class: tab === id ? "tab current" : "tab", title, onclick: () => open(id) }, ...children);
  return [
    button(ISSUES, say("issues"), say("issues"), " ", h("span", { class: issues ? "number" : "number none" }, String(issues))),
    review.tables.filter((table) => table.status !== "missing").map((table) => {
      const open_ = table.rows.flatMap((row) => Object.values(row.cells)).filter(isOpen).length;
      return button(table.id, table.title || table.kind, short(table), open_ ? h("span", { class: "number" }, String(open_)) : null);
    }),
  ];
}

function short(table) {
  return table.form ? table.form.replace(/^公开|表$/g, "") : table.id;
}
