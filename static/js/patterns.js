// The patterns' page: lines are added, removed and moved; what is pasted beside them is tried at once.
const form = document.querySelector("[data-patterns]");
const most = Number(form.dataset.most);

function changed() {
  document.body.dispatchEvent(new Event("patterns-changed"));
}

function add(field) {
  const rows = field.querySelector("[data-pattern-rows]");
  if (rows.children.length >= most) return;
  const row = rows.lastElementChild.cloneNode(true);
  const line = row.querySelector("textarea");
  line.value = "";
  line.classList.remove("is-invalid");
  rows.append(row);
  line.focus();
}

function act(row, kind) {
  const other = kind === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (kind === "remove" && row.parentElement.children.length === 1) row.querySelector("textarea").value = "";
  else if (kind === "remove") row.remove();
  else if (other) other[kind === "up" ? "before" : "after"](row);
  changed();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-pattern-add]")) add(button.closest("fieldset"));
  if (!button.matches("[data-pattern-act]")) return;
  act(button.closest(".pt-row"), button.dataset.patternAct);
  if (button.isConnected) button.focus();
});

// A pattern is one line: Enter leads on to the next.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".pt-row textarea")) event.preventDefault();
});

// With a mail chosen there is nothing to paste.
const mail = document.getElementById("try-mail");
mail?.addEventListener("change", () => {
  form.querySelector("[data-pattern-text]").hidden = Boolean(mail.value);
  changed();
});
