// Everything the page asks of the service.
import { ask, say } from "./dom.js";

export class Failure extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || String(status));
    this.status = status;
    this.advice = problem.advice;
  }
}

let asking = null;

async function request(path, options = {}) {
  const headers = new Headers(options.headers);
  const key = sessionStorage.getItem("key");
  if (key) headers.set("X-API-Key", key);
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch {
    throw new Failure(0, { detail: say("lost") });
  }
  if (response.status === 401) {
    asking ??= ask(say("keyNeeded"), say("keyWhy"), { secret: true }).finally(() => { asking = null; });
    const given = await asking;
    if (given) {
      sessionStorage.setItem("key", given);
      return request(path, options);
    }
  }
  if (!response.ok) throw new Failure(response.status, await response.json().catch(() => ({})));
  return response;
}

const json = async (path, options) => (await request(path, options)).json();

export const api = {
  documents: (question) => json(`/api/documents?${new URLSearchParams(question)}`),
  jobs: () => json("/api/jobs?limit=5"),
  again: (id) => json(`/api/jobs/${id}/again`, { method: "POST" }),
  review: (sha256) => json(`/api/documents/${sha256}/review`),
  decide: (sha256, decision) =>
    json(`/api/documents/${sha256}/corrections`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(decision),
    }),
  upload: (file) => {
    const form = new FormData();
    form.append("file", file);
    return json("/api/documents", { method: "POST", body: form });
  },
  picture: async (sha256, page, width) =>
    URL.createObjectURL(await (await request(`/api/documents/${sha256}/pages/${page}?width=${width}`)).blob()),
  download: async (path, name) => {
    const url = URL.createObjectURL(await (await request(path)).blob());
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  },
};
