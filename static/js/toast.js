// Short messages at the edge of the page. Good news leaves by itself, errors stay until closed.
const SECONDS = 8;
const box = document.getElementById("toasts");
const template = document.getElementById("toast-template");

function settle(toast) {
  if (["success", "info"].includes(toast.dataset.level)) {
    setTimeout(() => toast.remove(), SECONDS * 1000);
  }
}

/** Show a message; level is success, info, warning or error. */
export function toast(text, level = "info") {
  const node = template.content.firstElementChild.cloneNode(true);
  node.dataset.level = level;
  node.querySelector(".mc-toast-text").textContent = text;
  box.append(node);
  settle(node);
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest(".mc-toast").remove();
});
// A response may carry the header HX-Trigger: {"toast": {"text": …, "level": …}}.
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.level));
document.addEventListener("htmx:sendError", () => toast("网络不通，请稍后重试。", "error"));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403) toast("您的岗位无权进行此操作。", "error");
  else if (status === 404) toast("没有找到，或不在您的查阅范围内。", "error");
  else if (status >= 500) toast("服务器出错，请稍后重试。", "error");
});
// Form errors come back as 422 with the form to show.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
box.querySelectorAll(".mc-toast").forEach(settle);
