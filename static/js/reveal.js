// What is shown once goes when it is hidden, after a minute, and when the page is left.
const SHOWN_MS = 60_000;
const place = document.querySelector("[data-once]");

const hide = () => place.replaceChildren();

place.addEventListener("click", (event) => {
  if (event.target.closest("[data-hide]")) hide();
});
place.addEventListener("htmx:afterSettle", () => {
  const form = place.querySelector("form");
  if (form) form.querySelector("select, input:not([type=hidden])")?.focus();
  else if (place.firstElementChild) setTimeout(hide, SHOWN_MS);
});
addEventListener("pagehide", hide);
