// A form that is under way is not sent a second time; the server would make it one anyway.
for (const form of document.querySelectorAll("form.ik")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}
