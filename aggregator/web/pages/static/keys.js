// Makes the pages smoother: keys, and marks without a new page. Everything works without it.

const root = document.body.dataset.root;
const items = [...document.querySelectorAll("[data-item]")];
const said = document.getElementById("said");
const dialog = document.getElementById("keys");
let leader = 0; // when g was pressed

const link = (item) => item.querySelector("[data-open]") ?? item;
const current = () => items.findIndex((item) => item.contains(document.activeElement));

function move(step) {
  if (!items.length) return;
  const at = current();
  const next = at < 0 ? items.findIndex((item) => item.getBoundingClientRect().bottom > 90) : at + step;
  const item = items[Math.max(0, Math.min(items.length - 1, next))];
  link(item).focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

const here = () => items[current()] ?? (items.length === 1 ? items[0] : null);
const follow = (selector, inside = document) => inside?.querySelector(selector)?.click();

function show(form, on) {
  const button = form.querySelector("button");
  button.setAttribute("aria-pressed", String(on));
  form.elements.action.value = on ? (form.dataset.mark === "star" ? "unstar" : "unread") : form.dataset.mark;
  if (form.dataset.mark === "read") form.closest("[data-item]")?.classList.toggle("read", on);
}

async function send(form, quiet = false) {
  const on = form.querySelector("button").getAttribute("aria-pressed") !== "true";
  show(form, on);
  const body = new URLSearchParams(new FormData(form));
  body.set("action", on ? form.dataset.mark : form.dataset.mark === "star" ? "unstar" : "unread");
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, redirect: "manual", keepalive: true });
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(answer.status);
    if (!quiet) said.textContent = { star: ["Star taken off", "Starred"], read: ["Unread", "Read"] }[form.dataset.mark][+on];
  } catch {
    show(form, !on);
    said.textContent = "That could not be stored; try again.";
  }
}

const mark = (kind) => {
  const form = here()?.querySelector(`form[data-mark="${kind}"]`);
  if (form) send(form);
};

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => follow("[data-open]", here()),
  v: () => follow("[data-original]", here()),
  s: () => mark("star"),
  m: () => mark("read"),
  x: () => { const fold = here()?.querySelector("details"); if (fold) fold.open = !fold.open; },
  u: () => { const up = document.querySelector("[data-up]"); if (up) up.click(); else history.back(); },
  g: () => { leader = Date.now(); },
  "/": () => { const box = document.querySelector("header input[type=search]"); box?.focus(); box?.select(); },
  "?": () => (dialog.open ? dialog.close() : dialog.showModal()),
};
const places = { s: "/", a: "/search", f: "/feeds" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (dialog.open && event.key !== "?") return;
  if (Date.now() - leader < 1500 && places[event.key]) {
    location.assign(root + places[event.key]);
  } else if (document.querySelector("[data-article]") && "jk".includes(event.key)) {
    follow(event.key === "j" ? "[data-next]" : "[data-previous]");
  } else if (Object.hasOwn(keys, event.key)) {
    keys[event.key]();
  } else return;
  event.preventDefault();
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-mark]")) return;
  event.preventDefault();
  send(event.target);
});

// An article that is opened is read.
const unread = document.querySelector('[data-article] form[data-mark="read"] button[aria-pressed="false"]');
if (unread) send(unread.form, true);

const missing = (image) => image.classList.add("missing");
document.addEventListener("error", (event) => event.target instanceof HTMLImageElement && missing(event.target), true);
for (const image of document.images) if (image.complete && !image.naturalWidth) missing(image);
