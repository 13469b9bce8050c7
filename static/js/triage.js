// The triage screen by keyboard: keys stand in the page as data-key and data-cycle; Enter saves.
import { toast } from "./toast.js";

const form = document.getElementById("triage-form");
const help = document.getElementById("triage-help");
const on = document.getElementById("shortcuts-on");
const REMEMBERED = "mc-shortcuts";
const LISTS = ["staff", "handler"];
const people = document.getElementById("people");
let asked = 0; // how often the lists of people were asked for
let coming = null; // their arrival
const meanwhile = new Set(); // lists in which something was chosen before it
let came = null; // the field a shortcut led to

function typing(target) {
  return target.closest("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]");
}

// A chosen deadline is shown; the others wait.
function deadlines() {
  const kind = form.elements.kind.value;
  form.querySelectorAll("[data-deadline]").forEach((one) => { one.hidden = Boolean(kind) && one.dataset.deadline !== kind; });
}

function press(key) {
  const cycle = [...form.querySelectorAll(`[data-cycle="${CSS.escape(key)}"]`)];
  if (cycle.length) {
    const next = cycle[(cycle.findIndex((one) => one.checked) + 1) % cycle.length];
    next.click();
    next.focus();
    return true;
  }
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.picker) {
    came = target.picker.input;
    target.picker.enter();
  } else {
    target.focus();
    if (!target.matches("select")) target.click();
  }
  return true;
}

function save() {
  form.requestSubmit(document.querySelector("[data-save]"));
}

// Enter saves wherever it does nothing else.
function acts(target) {
  return target.closest("a, button, summary, select, textarea");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (help.open || document.querySelector("dialog[open]")) return;
  const busy = typing(event.target);
  if (event.key === "Escape" && busy) {
    form.focus({ preventScroll: true });
  } else if (event.key === "Enter" && !acts(event.target)) {
    save();
  } else if (busy || !on.checked) {
    return;
  } else if (event.key === "?") {
    help.showModal();
  } else if (event.key.length !== 1 || !press(event.key.toLowerCase())) {
    return;
  }
  event.preventDefault();
});

// After a choice in a field that a shortcut led to, the keys are shortcuts again.
document.addEventListener("picker-done", (event) => {
  if (event.target === came) form.focus({ preventScroll: true });
  came = null;
});

// A reason stands only beside what it is the reason for.
function reasons() {
  for (const line of form.querySelectorAll("[data-because]")) {
    line.hidden = form.elements[line.dataset.because].value !== line.dataset.value;
  }
}

form.addEventListener("click", (event) => {
  const other = event.target.closest("[data-choose]");
  if (!other) return;
  const list = form.elements[other.dataset.choose];
  list.value = other.value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
});
form.addEventListener("change", () => { deadlines(); reasons(); });
// Another unit or employee: other people, and another handler unless one was chosen meanwhile.
async function ask(changed) {
  const turn = ++asked;
  meanwhile.clear();
  const query = new URLSearchParams({ unit: form.elements.unit.value });
  if (changed === "staff") for (const name of LISTS) query.set(name, form.elements[name].value);
  const response = await fetch(`${people.dataset.url}?${query}`);
  if (!response.ok) throw new Error(String(response.status));
  const part = new DOMParser().parseFromString(await response.text(), "text/html");
  if (turn !== asked) return;
  for (const name of LISTS) replace(form.elements[name], part.getElementById(`id_${name}`));
  for (const line of people.querySelectorAll("[data-why]")) {
    line.replaceChildren(...part.querySelector(`[data-why="${line.dataset.why}"]`).childNodes);
  }
  reasons();
}

// What was chosen while the list was under way is kept where it can be; else nothing is chosen.
function replace(list, fresh) {
  const own = meanwhile.has(list.name);
  const wanted = own ? list.value : fresh.value;
  list.replaceChildren(...fresh.children);
  const found = [...list.options].find((one) => one.value === wanted);
  list.value = found && !(own && found.disabled) ? wanted : "";
  list.picker?.refresh();
}

form.addEventListener("change", (event) => {
  const { name } = event.target;
  if (coming && LISTS.includes(name)) meanwhile.add(name);
  if (name !== "unit" && name !== "staff") return;
  const arrival = ask(name)
    .catch(() => toast("承办人名单没有更新，请重新选择机构。", "error"))
    .finally(() => { if (coming === arrival) coming = null; });
  coming = arrival;
});

form.addEventListener("submit", (event) => {
  if (!form.dataset.sent && !coming) {
    form.dataset.sent = "yes";
    return;
  }
  event.preventDefault();
  coming?.then(save);
});
addEventListener("pageshow", () => { delete form.dataset.sent; });

document.querySelector("[data-help]").addEventListener("click", () => help.showModal());
help.querySelector("[data-help-close]").addEventListener("click", () => help.close());
on.checked = localStorage.getItem(REMEMBERED) !== "off";
on.addEventListener("change", () => localStorage.setItem(REMEMBERED, on.checked ? "on" : "off"));
deadlines();
reasons();
document.querySelector("[data-triage]").dataset.triage = "ready";
// A refused form begins at what is wrong, else the keys work at once.
(document.querySelector(".mc-form-errors a") ?? form).focus({ preventScroll: !document.querySelector(".mc-form-errors") });
