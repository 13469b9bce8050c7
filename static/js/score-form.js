// The scoring form: answers by touch, a live score, everything saved as it is entered.
import { ask } from "./confirm.js";
import { Photos } from "./photos.js";
import { Draft } from "./score-draft.js";
import { missing, reasons } from "./score-missing.js";
import { mark, plain, score } from "./score-rules.js";
import { StaffPicker } from "./score-staff.js";
import { toast } from "./toast.js";

const data = JSON.parse(document.getElementById("score-data").textContent);
const root = document.getElementById("score-form");
const items = new Map(data.sections.flatMap(({ items }) => items.map((one) => [one.id, one])));
const cards = new Map([...root.querySelectorAll("[data-item]")].map((card) => [Number(card.dataset.item), card]));
const steps = [...root.querySelectorAll("[data-step]")];
const panels = [...root.querySelectorAll("[data-panel]")];
const submitButton = document.getElementById("submit");
const stateLine = document.getElementById("save-state");

const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1]
  ?? JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

const draft = new Draft({
  ...data,
  url: data.urls.draft,
  token,
  key: `mc-draft-${data.user}-${data.uuid}`,
  onState: showState,
  onMerge: showAll,
});
const photos = new Photos({
  url: data.urls.evidence,
  token,
  key: `mc-refused-${data.user}-${data.uuid}`,
  stored: data.photos,
  onChange: showItem,
});
const staff = new StaffPicker(document.getElementById("staff-dialog"), data.urls.staff);

const given = (id) => draft.answers[id] ?? { value: "", note: "", staff: null };

// Showing --------------------------------------------------------------------------------------

const WORDS = {
  saved: ["已保存", "check"],
  saving: ["保存中…", "cloud"],
  unsent: ["未保存，正在重试", "warn"],
  refused: ["未保存", "warn"],
};
const REFUSALS = {
  400: "有内容不符合要求，未能保存",
  403: "登录已过期，请在新窗口登录后重试",
  404: "该任务已不在您名下，不能再保存",
  409: "该任务已提交、取消或改派，不能再保存",
};

function showState(state, refusal) {
  const [word, mood] = WORDS[state];
  stateLine.dataset.state = mood;
  stateLine.querySelector("[data-word]").textContent = refusal ? REFUSALS[refusal] : word;
}

function showAll() {
  for (const id of items.keys()) showItem(id, false);
  const { date, methods = [], note = "" } = draft.header;
  root.querySelector("[name=date]").value = date;
  root.querySelectorAll("[name=methods]").forEach((box) => { box.checked = methods.includes(box.value); });
  const summary = root.querySelector("[name=summary]");
  if (summary !== document.activeElement) summary.value = note;
  showTotals();
}

function showItem(id, totals = true) {
  const [rule, card, answer] = [items.get(id), cards.get(id), given(id)];
  const worth = mark(rule, answer.value);
  card.querySelectorAll("[data-value]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.value === answer.value));
  });
  (SHOW[rule.mode] ?? (() => {}))(card, answer, worth);
  card.dataset.result = resultOf(worth, answer);
  card.querySelector("[data-worth]").textContent = worthWords(worth, answer);
  showExtras(rule, card, answer, worth);
  showPhotos(id, card);
  if (totals) showTotals();
}

function resultOf(worth, answer) {
  if (!worth) return "open";
  if (answer.value === "na") return "na";
  return worth.earned < worth.possible ? "lost" : "full";
}

function worthWords(worth, answer) {
  if (!worth) return answer.value ? "数值无效" : "";
  if (answer.value === "na") return "不计分";
  const gone = worth.possible - worth.earned;
  return gone ? `得 ${plain(worth.earned)} 分，扣 ${plain(gone)} 分` : `得 ${plain(worth.earned)} 分`;
}

const SHOW = {
  DEDUCT(card, answer, worth) {
    card.querySelector("[data-count]").textContent = worth && answer.value !== "na" ? answer.value : "0";
  },
  MEASURED(card, answer, worth) {
    const field = card.querySelector("[data-number]");
    const value = answer.value === "na" ? "" : answer.value;
    if (field !== document.activeElement) field.value = value;
    const wrong = Boolean(value) && !worth;
    field.setAttribute("aria-invalid", String(wrong));
    const words = !value ? "" : wrong ? "请填数字，最多六位小数" : worth.earned < worth.possible ? "超出限值" : "符合限值";
    card.querySelector("[data-verdict]").textContent = words;
  },
};

function showExtras(rule, card, answer, worth) {
  const note = card.querySelector("[data-note]");
  const reason = answer.value === "na";
  const open = reason || Boolean(answer.note) || note.dataset.open === "yes";
  note.hidden = !open;
  card.querySelector("[data-note-open]").setAttribute("aria-expanded", String(open));
  note.querySelector("span").textContent = reason ? "不适用的原因（必填）" : "备注";
  const text = note.querySelector("textarea");
  if (text !== document.activeElement) text.value = answer.note;
  const person = card.querySelector("[data-staff]");
  if (person) person.querySelector("span").textContent = answer.staff ? staff.label(answer.staff) : needsStaff(rule, answer) ? "选择员工（必需）" : "选择员工";
  if (person) person.dataset.chosen = answer.staff ? "yes" : "";
  card.querySelector("[data-photo-word]").textContent = needsPhoto(rule, worth, answer) ? "拍照（必需）" : "拍照";
}

function needsStaff(rule, answer) {
  return rule.staff && data.staffNeeded && staff.any && answer.value !== "na";
}

function needsPhoto(rule, worth, answer) {
  if (!worth || answer.value === "na") return false;
  return rule.photo === "ALWAYS" || (rule.photo === "ON_LOSS" && worth.earned < worth.possible);
}

function showPhotos(id, card) {
  const list = card.querySelector("[data-photos]");
  list.replaceChildren(...photos.of(id).map((photo, place) => photoNode(photo, place + 1)));
  list.hidden = !list.children.length;
}

function photoNode(photo, place) {
  const node = document.getElementById("photo-template").content.firstElementChild.cloneNode(true);
  const image = node.querySelector("img");
  const kept = photo.uuid && data.urls.photo.replace(/0{8}-.*(?=\.jpg)/, `${photo.uuid}.small`);
  if (photo.preview || kept) image.src = photo.preview || kept;
  image.hidden = !image.src;
  image.alt = `第${place}张照片`;
  node.dataset.state = photo.state;
  node.querySelector("[data-photo-state]").textContent = {
    stored: "", refused: photo.reason, sending: `上传 ${Math.round(100 * photo.progress)}%`, waiting: "等待上传",
  }[photo.state];
  const button = node.querySelector("button");
  button.setAttribute("aria-label", `移除第${place}张照片`);
  button.addEventListener("click", () => removePhoto(photo));
  return node;
}

async function removePhoto(photo) {
  if (photo.state === "stored" && !(await ask("移除这张照片？"))) return;
  try {
    await photos.remove(photo);
  } catch {
    toast("照片没有移除成功，请稍后重试。", "error");
  }
}

function showTotals() {
  const sections = data.sections.map((section) => ({
    weight: section.weight,
    items: section.items
      .map((one) => ({ redLine: one.redLine, mark: mark(one, given(one.id).value) }))
      .filter((one) => one.mark),
  }));
  const total = score(data.scoring, sections);
  const answered = sections.reduce((count, { items }) => count + items.length, 0);
  document.getElementById("live-score").textContent = total.value ?? "—";
  document.getElementById("live-zeroed").hidden = !total.zeroed;
  document.getElementById("answered").textContent = `${answered}/${items.size}`;
  document.getElementById("answered-bar").value = answered;
  data.sections.forEach((section, place) => showStep(place, sections[place].items.length, section.items.length));
}

const lacking = (id) => reasons(items.get(id), { given, photos, needsPhoto, staff, staffNeeded: data.staffNeeded });

function showStep(place, done, all) {
  steps[place].querySelector("[data-done]").textContent = `${done}/${all}`;
  const ready = done === all && data.sections[place].items.every((one) => !lacking(one.id).length);
  steps[place].dataset.complete = ready ? "yes" : "";
}

// Moving ---------------------------------------------------------------------------------------

function goTo(place, focus = true) {
  const to = Math.min(Math.max(place, 0), panels.length - 1);
  panels.forEach((panel, number) => { panel.hidden = number !== to; });
  steps.forEach((step, number) => {
    if (number === to) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
  steps[to].scrollIntoView({ block: "nearest", inline: "center" });
  sessionStorage.setItem(`mc-step-${data.visit}`, to);
  if (!focus) return;
  panels[to].querySelector("h2").focus({ preventScroll: true });
  root.scrollIntoView({ block: "start" });
}

function goToItem(id) {
  const card = cards.get(id);
  goTo(panels.indexOf(card.closest("[data-panel]")), false);
  card.scrollIntoView({ block: "center" });
  card.focus({ preventScroll: true });
}

// Entering -------------------------------------------------------------------------------------

const change = (card, what) => {
  const id = Number(card.dataset.item);
  draft.answer(id, what);
  showItem(id);
};

function count(card, step) {
  const now = Number(given(Number(card.dataset.item)).value);
  const value = Math.min(9999, Math.max(0, (Number.isInteger(now) ? now : 0) + step));
  change(card, { value: String(value) });
}

async function chooseStaff(card) {
  const id = Number(card.dataset.item);
  const chosen = await staff.choose(draft.header.date, given(id).staff);
  if (chosen === undefined) return;
  change(card, { staff: chosen });
  if (chosen && staff.forTheRest) chooseForTheRest(card.closest("[data-panel]"), chosen);
}

function chooseForTheRest(panel, chosen) {
  for (const other of panel.querySelectorAll("[data-item]")) {
    const id = Number(other.dataset.item);
    const open = items.get(id).staff && !given(id).staff && given(id).value !== "na";
    if (open) change(other, { staff: chosen });
  }
}

function openNote(card) {
  const note = card.querySelector("[data-note]");
  note.dataset.open = note.hidden ? "yes" : "";
  showItem(Number(card.dataset.item), false);
  if (!note.hidden) note.querySelector("textarea").focus();
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const card = button?.closest("[data-item]");
  if (button?.dataset.step) goTo(Number(button.dataset.step));
  else if (button?.dataset.go) goTo(Number(button.dataset.go));
  else if (!card) return;
  else if ("value" in button.dataset) toggle(card, button.dataset.value);
  else if (button.dataset.add) count(card, Number(button.dataset.add));
  else if ("staff" in button.dataset) chooseStaff(card);
  else if ("noteOpen" in button.dataset) openNote(card);
});

// Pressing the chosen answer again takes it back.
function toggle(card, value) {
  const now = given(Number(card.dataset.item)).value;
  change(card, { value: now === value ? "" : value });
  if (value === "na" && now !== value) card.querySelector("[data-note] textarea").focus();
}

root.addEventListener("input", (event) => {
  const { target } = event;
  const card = target.closest("[data-item]");
  if (target.matches("[data-number]")) change(card, { value: target.value.trim() });
  else if (target.matches("[data-note] textarea")) change(card, { note: target.value });
  else if (target.name === "summary") draft.head({ note: target.value });
});

root.addEventListener("change", (event) => {
  const { target } = event;
  if (target.type === "file") {
    const id = Number(target.closest("[data-item]").dataset.item);
    const room = data.maxPhotos - photos.of(id).length;
    if (target.files.length > room) toast(`每个项目最多${data.maxPhotos}张照片。`, "warning");
    [...target.files].slice(0, Math.max(0, room)).forEach((file) => photos.add(id, file));
    target.value = "";
  } else if (target.name === "methods") {
    const boxes = [...root.querySelectorAll("[name=methods]:checked")];
    draft.head({ methods: boxes.map((box) => box.value) });
  } else if (target.name === "date" && target.value) {
    draft.head({ date: target.value });
    staff.load(target.value).then(showAll).catch(() => {});
  }
});

stateLine.addEventListener("click", () => {
  draft.retry();
  photos.retry();
});

addEventListener("beforeunload", (event) => {
  if (!draft.isSaved || photos.waiting) event.preventDefault();
});
addEventListener("pagehide", () => { draft.flush(); });

// Handing in -----------------------------------------------------------------------------------

// The server was not reached, or is out of order: everything stays for another try.
class Unsent extends Error {}

function showMissing(faults) {
  const box = document.getElementById("missing");
  const list = box.querySelector("ul");
  box.hidden = !faults.length;
  for (const card of cards.values()) card.querySelector("[data-fault]").textContent = "";
  list.replaceChildren(...faults.map((fault) => {
    const line = document.createElement("li");
    if (!cards.has(fault.item)) {
      line.textContent = fault.reason;
      return line;
    }
    cards.get(fault.item).querySelector("[data-fault]").textContent = fault.reason;
    const link = document.createElement("a");
    link.href = `#item-${fault.item}`;
    link.textContent = `${fault.code} ${fault.reason}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goToItem(fault.item);
    });
    line.append(link);
    return line;
  }));
  box.querySelector("strong").textContent = `还有${faults.length}处需要补齐`;
  if (faults.length) {
    goTo(panels.length - 1, false);
    box.scrollIntoView({ block: "start" });
    box.focus({ preventScroll: true });
  }
}

const sheet = () => ({
  uuid: data.uuid,
  visit: data.visit,
  date: draft.header.date,
  methods: draft.header.methods ?? [],
  note: draft.header.note ?? "",
  answers: [...items.keys()].filter((id) => given(id).value).map((id) => ({
    item: id, ...given(id), photos: photos.stored(id),
  })),
});

async function submit() {
  if (!(await draft.flush())) throw new Unsent();
  await draft.refresh().catch(() => { throw new Unsent(); });
  const { staffNeeded } = data;
  const faults = missing({ items, given, photos, needsPhoto, staff, staffNeeded });
  showMissing(faults);
  if (faults.length) return;
  const value = document.getElementById("live-score").textContent;
  if (!(await ask(`提交后不能再改。\n本次得分 ${value} 分，共 ${items.size} 项。`))) return;
  const response = await fetch(data.urls.submit, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(sheet()),
  }).catch(() => { throw new Unsent(); });
  await answered(response);
}

async function answered(response) {
  if (response.ok) {
    draft.forget();
    photos.forget();
    location.assign(data.urls.receipt);
    return;
  }
  if (response.status >= 500) throw new Unsent();
  const problem = await response.json();
  const faults = problem.errors?.answers;
  if (Array.isArray(faults) && faults[0]?.reason) showMissing(faults);
  else toast(problem.errors ? Object.values(problem.errors).flat().join("；") : problem.detail, "error");
}

submitButton.addEventListener("click", async () => {
  submitButton.disabled = true;
  submitButton.setAttribute("aria-busy", "true");
  try {
    await submit();
  } catch (error) {
    if (!(error instanceof Unsent)) throw error;
    toast(draft.refusal
      ? `没有提交：${REFUSALS[draft.refusal]}。`
      : "没有提交成功，多半是网络不通；已填内容都在，请稍后再点提交。", "error");
  } finally {
    submitButton.disabled = false;
    submitButton.removeAttribute("aria-busy");
  }
});

// Beginning ------------------------------------------------------------------------------------

showState(draft.isSaved ? "saved" : "saving");
showAll();
goTo(Number(sessionStorage.getItem(`mc-step-${data.visit}`) ?? 0), false);
root.dataset.ready = "yes";
staff.load(draft.header.date).then(showAll).catch(() => {});
