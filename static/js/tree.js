// The tree page: a toggle shows or hides the rows below its own.
const rows = [...document.querySelectorAll(".mc-tree tbody tr")];
const depth = (row) => Number(row.dataset.depth);
const toggle = (row) => row.querySelector(".mc-tree-toggle");

/** Show a row's children, and below them what was left open; or hide everything below it. */
function apply(row, open) {
  toggle(row).setAttribute("aria-expanded", String(open));
  let closedAt = open ? Infinity : depth(row);
  for (const below of rows.slice(rows.indexOf(row) + 1)) {
    if (depth(below) <= depth(row)) break;
    if (depth(below) <= closedAt) closedAt = Infinity;
    if (!open) closedAt = depth(row);
    below.hidden = depth(below) > closedAt;
    const own = toggle(below);
    if (!below.hidden && own?.getAttribute("aria-expanded") === "false") closedAt = depth(below);
  }
}

for (const row of rows) {
  toggle(row)?.addEventListener("click", (event) => {
    apply(row, event.currentTarget.getAttribute("aria-expanded") !== "true");
  });
}
