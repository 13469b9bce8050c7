// A list that can be searched: type a name, its pinyin or initials; arrows move, Enter chooses.
// The select stays in the form and holds the value; without this script it is used as it is.
const MANY = 15; // a shorter list is left to the phone's own wheel
const AFTER_CHOICE = new CustomEvent("picker-done", { bubbles: true });

class Picker {
  #shown = [];
  #at = -1;
  #sought = "";

  constructor(select) {
    this.select = select;
    this.input = document.createElement("input");
    this.list = document.createElement("ul");
    const id = select.id || select.name;
    Object.assign(this.list, { id: `${id}-list`, className: "pk-list", hidden: true });
    this.list.setAttribute("role", "listbox");
    Object.assign(this.input, {
      id: `${id}-input`,
      className: `form-control pk-input${select.classList.contains("is-invalid") ? " is-invalid" : ""}`,
      type: "text",
      autocomplete: "off",
      spellcheck: false,
    });
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-expanded": "false", "aria-controls": this.list.id,
      "aria-autocomplete": "list", "aria-haspopup": "listbox",
    })) this.input.setAttribute(name, value);
    const error = document.getElementById(`${id}_error`);
    if (error) {
      this.input.setAttribute("aria-invalid", "true");
      this.input.setAttribute("aria-describedby", error.id);
    }
    if (select.required) this.input.setAttribute("aria-required", "true");
    this.#place(id);
    this.#listen();
    this.#show();
  }

  #place(id) {
    const box = document.createElement("div");
    box.className = "pk";
    this.select.before(box);
    box.append(this.select, this.input, this.list);
    const label = document.querySelector(`label[for="${id}"]`);
    if (label) {
      label.htmlFor = this.input.id;
      label.id ||= `${id}-label`;
      this.list.setAttribute("aria-labelledby", label.id);
    }
    this.select.hidden = true;
    this.select.dataset.picker = "ready";
    this.select.picker = this;
  }

  #listen() {
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.#open(""));
    this.input.addEventListener("input", () => this.#open(this.input.value));
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.#close());
    // Before the field loses the focus, or the list would be gone before the click.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const line = event.target.closest("[role=option]");
      if (line) this.#choose(this.#shown.findIndex((one) => one.line === line));
    });
    this.select.addEventListener("change", () => this.#show());
  }

  get open() {
    return !this.list.hidden;
  }

  /** Go there as a shortcut does: with everything listed. */
  enter() {
    this.input.focus();
    this.#open("");
  }

  /** The options are others now; what is being typed stays. */
  refresh() {
    if (this.open) this.#open(this.#sought);
    else this.#show();
  }

  #show() {
    const chosen = this.select.selectedOptions[0];
    this.input.value = chosen?.value ? chosen.text : "";
    this.input.placeholder = this.select.querySelector('option[value=""]')?.text ?? "";
  }

  #open(typed) {
    const sought = typed.trim().toLowerCase();
    this.#sought = typed;
    const options = [...this.select.options].filter((one) => matches(one, sought));
    this.#shown = ranked(options, sought).map((option) => ({ option, line: this.#line(option) }));
    this.list.replaceChildren(...this.#shown.map((one) => one.line));
    if (!this.#shown.length) this.list.append(nothing());
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const chosen = sought ? -1 : this.#shown.findIndex((one) => one.option.selected);
    this.#move(chosen >= 0 ? chosen : this.#next(-1, 1));
  }

  #line(option) {
    const line = document.createElement("li");
    line.id = `${this.list.id}-${option.index}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", String(option.selected));
    if (option.disabled) line.setAttribute("aria-disabled", "true");
    line.textContent = option.text;
    return line;
  }

  #next(from, step) {
    let at = from + step;
    while (this.#shown[at]?.option.disabled) at += step;
    return this.#shown[at] ? at : from;
  }

  #move(at) {
    this.#shown[this.#at]?.line.classList.remove("pk-at");
    this.#at = at;
    const line = this.#shown[at]?.line;
    line?.classList.add("pk-at");
    line?.scrollIntoView({ block: "nearest" });
    if (line) this.input.setAttribute("aria-activedescendant", line.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !this.open) this.#open("");
    else if (step) this.#move(this.#next(this.#at, step));
    else if (event.key === "Enter" && this.open) this.#choose(this.#at);
    else if (event.key === "Escape" && this.open) this.#leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(at) {
    const option = this.#shown[at]?.option;
    if (!option || option.disabled) return;
    const changed = !option.selected;
    option.selected = true;
    this.#leave();
    if (changed) this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.input.dispatchEvent(AFTER_CHOICE);
  }

  #leave() {
    this.#close();
    this.input.select();
  }

  #close() {
    this.list.hidden = true;
    this.#shown = [];
    this.#at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.#show();
  }
}

function matches(option, sought) {
  if (!sought) return true;
  return option.text.toLowerCase().includes(sought) || (option.dataset.keys ?? "").includes(sought);
}

// What begins with what was typed comes before what only holds it.
function ranked(options, sought) {
  if (!sought) return options;
  const begins = (one) => ` ${one.text.toLowerCase()} ${one.dataset.keys ?? ""}`.includes(` ${sought}`);
  return [...options.filter(begins), ...options.filter((one) => !begins(one))];
}

function nothing() {
  const line = document.createElement("li");
  line.className = "pk-none";
  line.setAttribute("role", "option");
  line.setAttribute("aria-disabled", "true");
  line.textContent = "没有相符的，请换个说法";
  return line;
}

function pickers(root) {
  const touch = matchMedia("(pointer: coarse)").matches;
  for (const select of root.querySelectorAll('select[data-picker=""]')) {
    if (!touch || select.options.length > MANY) new Picker(select);
  }
}

pickers(document);
