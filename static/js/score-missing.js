// What keeps a form from being submitted, in the words of the server, in the order of the form.
import { mark } from "./score-rules.js";

/** What one item still lacks. */
export function reasons(rule, { given, photos, needsPhoto, staff, staffNeeded }) {
  const answer = given(rule.id);
  const worth = mark(rule, answer.value);
  const na = answer.value === "na";
  const needs = worth && needsPhoto(rule, worth, answer);
  return [
    !answer.value && "尚未评分",
    answer.value && !worth && "填写的结果无效",
    na && !answer.note.trim() && "选择“不适用”须在备注中写明原因",
    worth && !na && rule.staff && staffNeeded && staff.any && !answer.staff && "请选择被检查的员工",
    answer.staff && staff.loaded && !staff.has(answer.staff) && "所选员工当日不在该网点任职",
    needs && !photos.of(rule.id).length && (rule.photo === "ALWAYS" ? "须拍照留证" : "扣分须拍照留证"),
    photos.of(rule.id).some((one) => one.state !== "stored" && one.state !== "refused") && "照片还没有传完",
    photos.of(rule.id).some((one) => one.state === "refused") && "有照片没有传成功，请重拍或移除",
  ].filter(Boolean);
}

/** [{item, code, reason}] over the whole form; empty when it can be submitted. */
export function missing(form) {
  return [...form.items.values()].flatMap((rule) =>
    reasons(rule, form).map((reason) => ({ item: rule.id, code: rule.code, reason })));
}
