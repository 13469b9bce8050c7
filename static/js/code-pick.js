// A code found by typing part of its name: a field with a list below it (the ARIA combobox pattern).
// Without this script the field takes the code itself.
const PAUSE = 180;

class CodePick {
  #picks = [];
  #more = false;
  #active = -1;
  #stale = true; // what is shown belongs to an earlier text
  #asked = 0;
  #timer = 0;

  constructor(field) {
    this.field = field;
    this.beside = field.form.elements[field.dataset.pickBeside];
    this.list = this.#element("ul", "mc-pick-list", { id: `${field.id}_list`, role: "listbox", hidden: "" });
    this.list.setAttribute("aria-label", "可选项");
    this.chosen = this.#element("p", "mc-pick-chosen", {});
    this.news = this.#element("p", "visually-hidden", { role: "status" });
    const box = this.#element("div", "mc-pick", {});
    field.before(box);
    box.append(field, this.list, this.chosen, this.news);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"],
      ["aria-expanded", "false"], ["aria-controls", this.list.id]]) field.setAttribute(name, value);
    field.addEventListener("input", () => this.#soon());
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.#left());
    field.addEventListener("click", () => this.#open());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => {
      const line = event.target.closest("[role=option]");
      if (line) this.#choose(this.#picks[Number(line.dataset.place)]);
    });
    this.#describe();
  }

  #element(tag, style, attributes) {
    const made = document.createElement(tag);
    made.className = style;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  /** What the server offers for a text; null when it could not say, or was asked again since. */
  async #ask(text) {
    const [address, params] = this.field.dataset.pick.split("?");
    const query = new URLSearchParams(params);
    query.set("q", text);
    if (this.beside) query.set(this.beside.name, this.beside.value.trim());
    const number = (this.#asked += 1);
    try {
      const response = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
      const answer = response.ok && !response.redirected ? await response.json() : null;
      return number === this.#asked ? answer : null;
    } catch {
      return null;
    }
  }

  #soon() {
    this.chosen.textContent = "";
    this.#stale = true;
    this.#mark(-1);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), PAUSE);
  }

  async #open() {
    const answer = await this.#ask(this.field.value.trim());
    if (!answer || document.activeElement !== this.field) return;
    ({ picks: this.#picks, more: this.#more } = answer);
    this.#active = -1;
    this.#stale = false;
    this.list.replaceChildren(...this.#picks.map((pick, place) => this.#line(pick, place)), ...this.#hint());
    this.#show(true);
    this.news.textContent = this.#picks.length ? `${this.#picks.length}项可选，按上下键选择` : "没有符合的";
  }

  #line({ code, name, place: where }, place) {
    const line = this.#element("li", "mc-pick-line", { id: `${this.list.id}_${place}`, role: "option", "aria-selected": "false" });
    line.dataset.place = place;
    for (const [style, text] of [["mc-pick-name", name], ["tabular text-secondary", code], ["mc-pick-place", where]]) {
      const part = this.#element("span", style, {});
      part.textContent = text;
      line.append(part, " ");
    }
    return line;
  }

  #hint() {
    if (this.#picks.length && !this.#more) return [];
    const line = this.#element("li", "mc-pick-hint", { role: "presentation" });
    line.textContent = this.#picks.length ? "只列出前面的，多输入几个字可缩小范围" : "没有符合的，换一个名称或号码再试";
    return [line];
  }

  #show(open) {
    this.list.hidden = !open;
    this.field.setAttribute("aria-expanded", String(open));
    if (!open) this.field.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (event.isComposing) return;
    const closed = this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (closed || this.#stale) this.#open();
      else this.#activate(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !closed && this.#active >= 0) {
      event.preventDefault();
      this.#choose(this.#picks[this.#active]);
    } else if (event.key === "Escape" && !closed) {
      event.preventDefault();
      this.#show(false);
    }
  }

  #activate(step) {
    if (!this.#picks.length) return;
    const all = this.#picks.length;
    const from = this.#active < 0 && step < 0 ? all : this.#active;
    this.#mark((from + step + all) % all);
  }

  /** Make one line the active one; -1: none. */
  #mark(place) {
    this.#active = place;
    this.field.removeAttribute("aria-activedescendant");
    this.list.querySelectorAll("[role=option]").forEach((line, number) => {
      line.setAttribute("aria-selected", String(number === place));
      if (number !== place) return;
      line.scrollIntoView({ block: "nearest" });
      this.field.setAttribute("aria-activedescendant", line.id);
    });
  }

  #choose(pick) {
    clearTimeout(this.#timer);
    this.#asked += 1; // an answer under way is no longer wanted
    this.field.value = pick.code;
    this.chosen.textContent = `${pick.name}（${pick.place}）`;
    this.news.textContent = `已选${pick.name}`;
    this.#show(false);
  }

  /** Left with a text that only one row fits, that row is meant; else the server will say. */
  #left() {
    this.#show(false);
    clearTimeout(this.#timer);
    this.#describe();
  }

  async #describe() {
    const text = this.field.value.trim();
    if (!text || this.chosen.textContent) return;
    const answer = await this.#ask(text);
    if (!answer || this.field.value.trim() !== text) return;
    const exact = answer.picks.find((pick) => pick.code.toLowerCase() === text.toLowerCase());
    const meant = exact ?? (answer.picks.length === 1 ? answer.picks[0] : null);
    if (meant) this.#choose(meant);
  }
}

document.querySelectorAll("[data-pick]").forEach((field) => new CodePick(field));
