// Choosing an employee: those posted at the outlet on the day of the inspection, found by name or number.

/** A dialog with a search field; `choose` resolves to an id, null for none, undefined when left. */
export class StaffPicker {
  #people = new Map();
  #day = "";

  constructor(dialog, url) {
    Object.assign(this, { dialog, url });
    this.list = dialog.querySelector("ul");
    this.search = dialog.querySelector("input");
    this.search.addEventListener("input", () => this.#filter());
    dialog.addEventListener("click", (event) => {
      const button = event.target.closest("button[value]");
      if (button) dialog.close(button.value);
    });
  }

  /** Whether the person is also meant for the module's other items. */
  get forTheRest() {
    return this.dialog.querySelector("[data-staff-rest]").checked;
  }

  get any() {
    return this.#people.size > 0;
  }

  get loaded() {
    return this.#day !== "";
  }

  has(id) {
    return this.#people.has(id);
  }

  label(id) {
    const one = this.#people.get(id);
    return one ? `${one.name}（${one.number}）` : "已选员工";
  }

  async load(day) {
    if (day === this.#day) return;
    const response = await fetch(`${this.url}?date=${encodeURIComponent(day)}`);
    if (!response.ok) throw new Error(String(response.status));
    const people = await response.json();
    this.#day = day;
    this.#people = new Map(people.map((one) => [one.id, one]));
    this.list.replaceChildren(...people.map((one) => this.#line(one)));
  }

  async choose(day, current) {
    this.dialog.querySelector("[data-staff-error]").hidden = true;
    await this.load(day).catch(() => {
      this.dialog.querySelector("[data-staff-error]").hidden = false;
    });
    this.search.value = "";
    this.#filter();
    for (const button of this.list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(Number(button.value) === current));
    }
    this.dialog.querySelector("[data-staff-rest]").checked = false;
    this.dialog.returnValue = "";
    this.dialog.showModal();
    await new Promise((resolve) => this.dialog.addEventListener("close", resolve, { once: true }));
    const value = this.dialog.returnValue;
    if (value === "" || value === "leave") return undefined;
    return value === "none" ? null : Number(value);
  }

  #line({ id, name, number, post }) {
    const line = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.value = id;
    button.className = "sf-person";
    for (const [style, text] of [["", name], ["tabular", number], ["sf-post", post]]) {
      const part = document.createElement("span");
      part.className = style;
      part.textContent = text;
      button.append(part);
    }
    line.append(button);
    return line;
  }

  #filter() {
    const sought = this.search.value.trim().toLowerCase();
    let shown = 0;
    for (const line of this.list.children) {
      line.hidden = !line.textContent.toLowerCase().includes(sought);
      shown += line.hidden ? 0 : 1;
    }
    this.dialog.querySelector("[data-staff-none]").hidden = shown > 0;
  }
}
