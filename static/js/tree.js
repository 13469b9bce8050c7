// The tree page: a toggle shows or hides the rows below its own.
const rows = [...document.querySelectorAll(".mc-tree tbody tr")];
const depth = (row) => Number(row.dataset.depth);
const toggle = (row) => row.querySelector(".mc-tree-toggle");
const isClosed = (row) => toggle(row)?.getAttribute("aria-expanded") === "false";

/** Hide everything below a row, or show its children and what was left open below them. */
function apply(row, open) {
  toggle(row).setAttribute("aria-expanded", String(open));
  let limit = open ? Infinity : depth(row);
  for (const below of rows.slice(rows.indexOf(row) + 1)) {
    if (depth(below) <= depth(row)) break;
    below.hidden = depth(below) > limit;
    if (!below.hidden) limit = isClosed(below) ? depth(below) : Infinity;
  }
}

for (const row of rows) {
  toggle(row)?.addEventListener("click", () => apply(row, isClosed(row)));
}
