// Elements from data. Text only ever becomes text: nothing a document says is taken for HTML.
import { STRINGS } from "./strings.js";

let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en");
document.documentElement.lang = language === "zh" ? "zh-CN" : "en";

export function currentLanguage() {
  return language;
}

export function toggleLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

// The text of a name in the language chosen, its braces filled in.
export function say(name, values = {}) {
  const text = STRINGS[language][name] ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

// An element: attributes, listeners (onclick), then children.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

let timer = 0;
export function toast(text) {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(() => place.classList.remove("shown"), 6000);
}

// A question in a dialog; what was answered, or null.
export function ask(title, explanation, { value = "", secret = false } = {}) {
  return new Promise((resolve) => {
    const input = h("input", { type: secret ? "password" : "text", value, autocomplete: "off", required: true });
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", {}, title),
      h("p", {}, explanation),
      input,
      h("div", { class: "buttons" },
        h("button", { type: "submit", class: "primary" }, say("save")),
        h("button", { type: "button", onclick: () => dialog.close() }, say("cancel"))),
    );
    const dialog = h("dialog", { "aria-label": title }, form);
    let answer = null;
    form.addEventListener("submit", () => { answer = input.value.trim() || null; });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
    input.select();
  });
}

export function when(iso) {
  return new Date(iso).toLocaleString(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
}
