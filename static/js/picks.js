// Ticking rows: all at once, how many there are, and acts that wait until something is ticked.
document.querySelectorAll("[data-picks]").forEach((box) => {
  const ticks = [...box.querySelectorAll("input[type=checkbox][name]")];
  const all = box.querySelector("[data-pick-all]");
  const count = box.querySelector("[data-pick-count]");
  const acts = box.querySelectorAll("[data-pick-acts] button");

  function show() {
    const ticked = ticks.filter((tick) => tick.checked).length;
    if (count) count.textContent = ticked;
    if (all) {
      all.checked = ticked > 0 && ticked === ticks.length;
      all.indeterminate = ticked > 0 && ticked < ticks.length;
      all.disabled = !ticks.length;
    }
    acts.forEach((button) => { button.disabled = !ticked; });
    box.dataset.picked = ticked ? "yes" : "";
  }

  all?.addEventListener("change", () => {
    ticks.forEach((tick) => { tick.checked = all.checked; });
    show();
  });
  box.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
});
