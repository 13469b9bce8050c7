// Photos: shrunk and hashed here, sent one by one, tried again until they have arrived.
const SIDE = 1600;
const QUALITY = 0.85;
const PAUSES = [2, 5, 10, 30];

/** The picture as a JPEG of at most 1600 px a side, upright, without metadata. */
async function shrunk(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const ratio = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * ratio));
  canvas.height = Math.max(1, Math.round(bitmap.height * ratio));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function send(url, photo, token, onProgress) {
  const form = new FormData();
  form.set("item", photo.item);
  form.set("sha256", photo.sha256);
  form.set("file", photo.blob, "photo.jpg");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", token);
    request.responseType = "json";
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onload = () => resolve(request);
    request.onerror = request.ontimeout = () => reject(new Error("network"));
    request.send(form);
  });
}

/**
 * The photos of a form: those on the server, and the queue of those on their way. Refused ones stay
 * in localStorage, item and reason, until they are removed or another photo takes their place.
 */
export class Photos {
  #queue = [];
  #busy = false;
  #failures = 0;
  #timer = 0;

  constructor({ url, token, key, stored, onChange }) {
    Object.assign(this, { url, token, key, onChange });
    this.all = [...stored.map((one) => ({ ...one, state: "stored" })), ...this.#refused()];
    addEventListener("online", () => this.retry());
  }

  of(item) {
    return this.all.filter((one) => one.item === item);
  }

  stored(item) {
    return this.of(item).filter((one) => one.state === "stored").map((one) => one.sha256);
  }

  get waiting() {
    return this.all.filter((one) => one.state === "waiting" || one.state === "sending").length;
  }

  async add(item, file) {
    const photo = { item, state: "waiting", progress: 0, preview: "" };
    photo.replaces = this.of(item).find((one) => one.state === "refused" && !this.#isReplaced(one));
    this.all.push(photo);
    this.onChange(item);
    try {
      photo.blob = await shrunk(file);
      photo.sha256 = await sha256(photo.blob);
      photo.preview = URL.createObjectURL(photo.blob);
    } catch {
      this.#refuse(photo, "不是有效的照片");
      return;
    }
    if (this.of(item).some((one) => one !== photo && one.sha256 === photo.sha256)) {
      this.#drop(photo); // the same photo chosen twice
      return;
    }
    this.#queue.push(photo);
    this.onChange(item);
    this.#next();
  }

  /** Try at once what waits for the network. */
  retry() {
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#next();
  }

  async remove(photo) {
    if (photo.state === "stored") {
      const response = await fetch(`${this.url}${photo.uuid}/`, {
        method: "DELETE", headers: { "X-CSRFToken": this.token() },
      });
      if (!response.ok && response.status !== 404) throw new Error("refused");
    }
    this.#drop(photo);
  }

  async #next() {
    if (this.#busy || !this.#queue.length) return;
    this.#busy = true;
    const photo = this.#queue[0];
    photo.state = "sending";
    this.onChange(photo.item);
    try {
      this.#answered(photo, await send(this.url, photo, this.token(), (part) => {
        photo.progress = part;
        this.onChange(photo.item);
      }));
    } catch {
      this.#later(photo);
    }
    this.#busy = false;
    if (!this.#failures) this.#next();
  }

  #answered(photo, request) {
    if (request.status >= 500 || request.status === 403) { // 403: signed out meanwhile
      this.#later(photo);
      return;
    }
    this.#failures = 0;
    this.#queue = this.#queue.filter((one) => one !== photo);
    if (request.status === 200 || request.status === 201) {
      photo.uuid = request.response.uuid;
      photo.state = "stored";
      if (photo.replaces) this.#drop(photo.replaces);
      this.onChange(photo.item);
    } else {
      const errors = Object.values(request.response?.errors ?? {}).flat();
      this.#refuse(photo, errors[0] ?? request.response?.detail ?? "没有传成功");
    }
  }

  #later(photo) {
    photo.state = "waiting";
    photo.progress = 0;
    const pause = PAUSES[Math.min(this.#failures, PAUSES.length - 1)];
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), pause * 1000);
    this.onChange(photo.item);
  }

  #refuse(photo, reason) {
    photo.state = "refused";
    photo.reason = reason;
    if (photo.replaces) this.#drop(photo.replaces); // one place on the form, one reason
    this.#keep();
    this.onChange(photo.item);
  }

  /** The receipt is there: nothing needs to be kept here any more. */
  forget() {
    localStorage.removeItem(this.key);
  }

  #isReplaced(photo) {
    return this.all.some((one) => one.replaces === photo);
  }

  #keep() {
    const kept = this.all.filter((one) => one.state === "refused").map(({ item, reason }) => ({ item, reason }));
    if (kept.length) localStorage.setItem(this.key, JSON.stringify(kept));
    else this.forget();
  }

  #refused() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return kept.map(({ item, reason }) => ({ item, reason, state: "refused", preview: "" }));
    } catch {
      this.forget();
      return [];
    }
  }

  #drop(photo) {
    this.all = this.all.filter((one) => one !== photo);
    this.#queue = this.#queue.filter((one) => one !== photo);
    if (photo.preview) URL.revokeObjectURL(photo.preview);
    this.#keep();
    this.onChange(photo.item);
  }
}
