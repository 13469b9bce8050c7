// The editor of a scoring standard: focus follows the work, the keyboard is enough.
const HINTS = {
  ALL_OR_NOTHING: ["", "全扣不需要参数"],
  DEDUCT: ["0.5", "每次扣分，如 0.5"],
  GRADED: ["优=1;良=0.8;中=0.6;差=0", "各档的名称和系数，用分号隔开"],
  MEASURED: ["<=300000", "限值：<=300000、>=2，或 >=2;<=5"],
};
const editor = () => document.getElementById("editor");

// The parameters' hint follows the mode.
function hint(form) {
  const { mode, parameters } = form.elements;
  if (!mode || !parameters) return;
  const [example, text] = HINTS[mode.value];
  parameters.placeholder = example;
  parameters.readOnly = mode.value === "ALL_OR_NOTHING";
  if (parameters.readOnly) parameters.value = "";
  const line = document.getElementById(`${parameters.id}_helptext`);
  if (line) line.textContent = text;
}

// A fresh form: hint, and the cursor in the first wrong field, else in the first empty one.
function start(form) {
  if (form.dataset.started) return;
  form.dataset.started = "yes";
  hint(form);
  const fields = [...form.elements].filter((one) => one.matches("input, select, textarea"));
  const first = form.querySelector(".is-invalid")
    ?? fields.find((one) => one.matches("[type=text], textarea") && !one.value && !one.readOnly)
    ?? fields[0];
  first?.focus();
}

function move(row, direction) {
  row.querySelector(`[data-move="${direction}"]`)?.click();
}

document.addEventListener("change", (event) => {
  if (event.target.name === "mode" && event.target.form) hint(event.target.form);
  event.target.closest("[data-editor-form]")?.setAttribute("data-dirty", "");
});

document.addEventListener("input", (event) => {
  event.target.closest("[data-editor-form]")?.setAttribute("data-dirty", "");
});

// One blank form a module: a second click leads to the first.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("[data-add-item]")) return;
  const open = event.target.closest(".ck-section").querySelector(".ck-item-new form");
  if (!open) return;
  event.preventDefault();
  open.elements.text.focus();
});

// A blank form is simply dropped; the others ask the server for what was there.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cancel]");
  const blank = button?.closest(".ck-item-new");
  if (!blank) return;
  const add = blank.closest(".ck-section").querySelector("[data-add-item]");
  blank.remove();
  add.focus();
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest("[data-editor-form]");
  const row = event.target.closest("[data-item]");
  if (form && event.key === "Escape") form.querySelector("[data-cancel]")?.click();
  else if (form && event.key === "Enter" && event.ctrlKey) form.requestSubmit();
  else if (row && event.altKey && event.key === "ArrowUp") move(row, "up");
  else if (row && event.altKey && event.key === "ArrowDown") move(row, "down");
  else return;
  event.preventDefault();
});

// After a move the focus stays on the button that was pressed, wherever its row went.
let pressed = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const button = event.detail.requestConfig?.elt;
  const holder = button?.closest("[data-item], .ck-section");
  pressed = button?.dataset?.move && holder ? [holder.id, button.dataset.move] : null;
});

document.addEventListener("htmx:afterSettle", () => {
  editor()?.querySelectorAll("[data-editor-form]").forEach(start);
  if (!pressed) return;
  const [id, direction] = pressed;
  pressed = null;
  const holder = document.getElementById(id);
  holder?.querySelector(`[data-move="${direction}"]`)?.focus();
});

// What was typed but not saved is not lost by leaving.
addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-editor-form][data-dirty]")) event.preventDefault();
});
