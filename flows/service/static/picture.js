// The page as printed, with a box over every figure that was read from it.
import { api } from "./api.js";
import { fill, h, say } from "./dom.js";
import { markOf } from "./marks.js";

const ZOOMS = [1, 1.5, 2, 3];
const USUAL = 1200;
const LARGE = 2400;
const CROP = { width: 420, height: 40, margin: 3, scale: 3 };

export class Picture {
  constructor(sha256, { choose, point }) {
    this.sha256 = sha256;
    this.actions = { choose, point };
    this.page = 1;
    this.level = 0;
    this.urls = new Map();
    this.frame = h("div", { class: "frame", tabindex: "0" });
    this.bar = h("div", { class: "pagebar" });
    this.element = h("section", { class: "picture", "aria-label": say("page") }, this.bar, this.frame);
  }

  show(review, selected, follow = false) {
    this.review = review;
    this.selected = selected;
    const page = review.places.get(selected)?.cell.page;
    if (follow && page) this.page = page;
    this.draw();
    if (follow) this.frame.querySelector(".box.selected")?.scrollIntoView({ block: "center", inline: "center" });
  }

  turnTo(page) {
    if (!page) return;
    this.page = Math.min(Math.max(page, 1), this.review.pages.length || 1);
    this.draw();
  }

  zoom(step) {
    this.level = step ? Math.min(Math.max(this.level + step, 0), ZOOMS.length - 1) : 0;
    this.draw();
    this.frame.querySelector(".box.selected")?.scrollIntoView({ block: "center", inline: "center" });
  }

  draw() {
    const { pages } = this.review;
    this.drawBar(pages.length);
    if (!pages.length) {
      fill(this.frame, h("p", { class: "notice" }, say(this.review.trust === "transcript" ? "noPage" : "noOriginal")));
      return;
    }
    const [width, height] = pages[this.page - 1];
    const sheet = h("div", { class: "paper" });
    sheet.style.width = `${100 * ZOOMS[this.level]}%`;
    sheet.style.aspectRatio = `${width} / ${height}`;
    const image = h("img", { alt: `${say("page")} ${this.page}`, draggable: "false" });
    this.load(this.page, this.level ? LARGE : USUAL, image);
    fill(sheet, image, this.boxes(width, height));
    const { scrollTop, scrollLeft } = this.frame;
    fill(this.frame, sheet);
    this.frame.scrollTo(scrollLeft, scrollTop);
  }

  drawBar(count) {
    const turn = (by) => () => this.turnTo(this.page + by);
    fill(this.bar,
      h("button", { class: "quiet", onclick: turn(-1), disabled: this.page <= 1, "aria-label": say("previous") }, "‹"),
      h("span", {}, `${say("page")} ${count ? this.page : 0} ${say("of")} ${count}`),
      h("button", { class: "quiet", onclick: turn(1), disabled: this.page >= count, "aria-label": say("next") }, "›"),
      h("span", { class: "grow" }),
      h("button", { class: "quiet", onclick: () => this.zoom(-1), "aria-label": say("smaller") }, "−"),
      h("span", { class: "faint" }, `${Math.round(100 * ZOOMS[this.level])} %`),
      h("button", { class: "quiet", onclick: () => this.zoom(1), "aria-label": say("larger") }, "+"));
  }

  boxes(width, height) {
    return [...this.review.places.values()]
      .filter(({ cell }) => cell.page === this.page && cell.bbox)
      .map(({ cell }) => {
        const [x0, y0, x1, y1] = cell.bbox;
        const chosen = cell.place === this.selected;
        const box = h("button", {
          class: `box ${markOf(cell) ?? ""} ${chosen ? "selected" : ""}`, tabindex: "-1", "data-place": cell.place,
          title: cell.value ?? "", "aria-label": cell.value ?? cell.place,
          onclick: () => this.actions.choose(cell.place),
          onmouseenter: () => this.actions.point(cell.place, true), onmouseleave: () => this.actions.point(cell.place, false),
        });
        box.style.left = `${(100 * x0) / width}%`;
        box.style.top = `${(100 * y0) / height}%`;
        box.style.width = `${(100 * (x1 - x0)) / width}%`;
        box.style.height = `${(100 * (y1 - y0)) / height}%`;
        return box;
      });
  }

  // The figure as printed, cut out of the page and enlarged; nothing where its place is not known.
  crop(cell) {
    const size = this.review.pages[cell.page - 1];
    if (!cell.bbox || !size) return null;
    const [x0, y0, x1, y1] = cell.bbox;
    const scale = Math.min(CROP.height / (y1 - y0 + 2 * CROP.margin), CROP.width / (x1 - x0 + 2 * CROP.margin), CROP.scale);
    const image = h("img", { alt: cell.text, draggable: "false" });
    const frame = h("span", { class: "crop" }, image);
    frame.style.width = `${(x1 - x0 + 2 * CROP.margin) * scale}px`;
    frame.style.height = `${(y1 - y0 + 2 * CROP.margin) * scale}px`;
    image.style.width = `${size[0] * scale}px`;
    image.style.left = `${-(x0 - CROP.margin) * scale}px`;
    image.style.top = `${-(y0 - CROP.margin) * scale}px`;
    this.load(cell.page, LARGE, image);
    return frame;
  }

  // A picture comes once for a page and size; until then the paper is blank.
  async load(page, width, image) {
    const key = `${page} ${width}`;
    if (!this.urls.has(key)) this.urls.set(key, api.picture(this.sha256, page, width));
    try {
      image.src = await this.urls.get(key);
    } catch (error) {
      this.urls.delete(key);
      image.replaceWith(h("p", { class: "notice" }, say("failed", { detail: error.message })));
    }
  }

  leave() {
    for (const url of this.urls.values()) url.then(URL.revokeObjectURL, () => {});
  }
}
