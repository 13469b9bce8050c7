// The triage screen by keyboard: keys stand in the page as data-key and data-cycle; Enter saves.
const form = document.getElementById("triage-form");
const help = document.getElementById("triage-help");
const on = document.getElementById("shortcuts-on");
const REMEMBERED = "mc-shortcuts";
let waiting = false; // saved while lists are still being fetched
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

form.addEventListener("change", deadlines);
form.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  else if (document.querySelector(".htmx-request")) {
    event.preventDefault();
    waiting = true;
  } else form.dataset.sent = "yes";
});
document.addEventListener("htmx:afterSettle", () => {
  if (!waiting) return;
  waiting = false;
  save();
});
addEventListener("pageshow", () => { delete form.dataset.sent; });

document.querySelector("[data-help]").addEventListener("click", () => help.showModal());
help.querySelector("[data-help-close]").addEventListener("click", () => help.close());
on.checked = localStorage.getItem(REMEMBERED) !== "off";
on.addEventListener("change", () => localStorage.setItem(REMEMBERED, on.checked ? "on" : "off"));
deadlines();
// A refused form begins at what is wrong, else the keys work at once.
(document.querySelector(".mc-form-errors a") ?? form).focus({ preventScroll: !document.querySelector(".mc-form-errors") });
