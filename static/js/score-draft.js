// Keeps what is typed: sends only what changed, a moment after it changed, until the server has it.
const DELAY = 400;
const PAUSES = [1, 3, 8, 20];
const nothing = () => ({ answers: {}, header: {} });

/**
 * The draft of a visit. What is not yet on the server also lies in localStorage, under this user,
 * so that a closed page loses nothing; a page opened later sends it.
 */
export class Draft {
  #pending = nothing();
  #flying = nothing(); // sent, not yet answered
  #sending = null;
  #timer = 0;
  #failures = 0;

  constructor({ url, token, key, revision, answers, header, onState, onMerge }) {
    Object.assign(this, { url, token, key, revision, answers, header, onState, onMerge });
    this.#recover();
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.refresh().catch(() => {});
      else this.flush();
    });
  }

  get isSaved() {
    return !this.#sending && !this.#hasPending();
  }

  answer(item, change) {
    const now = { value: "", note: "", staff: null, ...this.answers[item], ...change };
    this.answers[item] = now;
    this.#pending.answers[item] = now;
    this.#changed();
  }

  head(change) {
    Object.assign(this.header, change);
    Object.assign(this.#pending.header, change);
    this.#changed();
  }

  /** Send what waits, now; resolves to whether everything is on the server. */
  async flush() {
    clearTimeout(this.#timer);
    while (this.#sending || this.#hasPending()) {
      this.#sending ??= this.#send().finally(() => {
        this.#sending = null;
        this.#tell();
      });
      if (!(await this.#sending)) return false;
    }
    return true;
  }

  /** Once more after a refusal, such as one for having been signed out. */
  retry() {
    this.refusal = 0;
    return this.flush();
  }

  /** Take over what another tab or device has written; what waits here stays. */
  async refresh(force = false) {
    const response = await fetch(this.url, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    const draft = await response.json();
    if (draft.revision === this.revision && !force) return;
    this.revision = draft.revision;
    const own = { ...this.#flying.answers, ...this.#pending.answers };
    const mine = Object.entries(this.answers).filter(([item]) => item in own);
    this.answers = { ...draft.answers, ...Object.fromEntries(mine) };
    this.header = { ...draft.header, ...this.#flying.header, ...this.#pending.header };
    this.onMerge();
  }

  /** The receipt is there: nothing needs to be kept here any more. */
  forget() {
    this.#pending = nothing();
    localStorage.removeItem(this.key);
  }

  #hasPending() {
    const { answers, header } = this.#pending;
    return Object.keys(answers).length + Object.keys(header).length > 0;
  }

  #recover() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "null");
      if (!kept) return;
      this.#pending = kept;
      this.answers = { ...this.answers, ...kept.answers };
      this.header = { ...this.header, ...kept.header };
      this.#timer = setTimeout(() => this.flush(), 0);
    } catch {
      localStorage.removeItem(this.key);
    }
  }

  #changed() {
    this.#keep();
    this.#tell();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), DELAY);
  }

  #keep() {
    if (this.#hasPending()) localStorage.setItem(this.key, JSON.stringify(this.#pending));
    else localStorage.removeItem(this.key);
  }

  async #send() {
    this.#flying = this.#pending;
    this.#pending = nothing();
    this.onState("saving");
    const response = await this.#post().catch(() => null); // null: no network
    const patch = this.#flying;
    this.#flying = nothing();
    if (!response?.ok) return this.#unsent(patch, response);
    this.#failures = 0;
    this.#keep();
    const { revision } = await response.json();
    const alone = revision === this.revision + 1;
    this.revision = revision;
    if (!alone) await this.refresh(true).catch(() => {});
    return true;
  }

  #post() {
    return fetch(this.url, {
      method: "PATCH",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.token() },
      body: JSON.stringify(this.#flying),
    });
  }

  #unsent(patch, response) {
    this.#pending = {
      answers: { ...patch.answers, ...this.#pending.answers },
      header: { ...patch.header, ...this.#pending.header },
    };
    this.#keep();
    this.#failures += 1;
    if ([400, 403, 404, 409].includes(response?.status)) {
      this.refusal = response.status;
      return false;
    }
    clearTimeout(this.#timer);
    const pause = PAUSES[Math.min(this.#failures, PAUSES.length) - 1];
    this.#timer = setTimeout(() => this.flush(), pause * 1000);
    return false;
  }

  #tell() {
    if (this.refusal) this.onState("refused", this.refusal);
    else if (this.isSaved) this.onState("saved");
    else this.onState(this.#failures ? "unsent" : "saving");
  }
}
