// Tables: the header stays in sight; <table data-sortable> sorts by a click on a heading.

// A table that fits its card lets the page scroll under a fixed header; a wider one scrolls inside.
const watcher = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));

// What a table is called: its caption, its label, the heading of its card.
function name(table) {
  const heading = table.closest(".card, section")?.querySelector("h2, h3, .card-title");
  return (
    table.caption?.textContent.trim() ||
    table.getAttribute("aria-label") ||
    heading?.textContent.trim() ||
    "表格"
  );
}

function fit(wrapper) {
  const table = wrapper.querySelector("table");
  if (!table) return;
  wrapper.classList.remove("mc-fits", "mc-scrolls");
  const wide = table.scrollWidth > wrapper.clientWidth + 1;
  wrapper.classList.toggle("mc-fits", !wide);
  wrapper.classList.toggle("mc-scrolls", wide);
  if (wide) {
    wrapper.tabIndex = 0;
    wrapper.setAttribute("role", "region");
    wrapper.setAttribute("aria-label", `${name(table)}，可左右滚动`);
  } else {
    for (const name of ["tabindex", "role", "aria-label"]) wrapper.removeAttribute(name);
  }
}

// What a cell sorts by: its data-sort, else its text, as a number where it is one.
function key(row, column) {
  const cell = row.cells[column];
  const text = (cell?.dataset.sort ?? cell?.textContent ?? "").trim();
  const number = Number(text.replace(/[,%+]/g, ""));
  return text === "" || text === "—" ? null : Number.isNaN(number) ? text : number;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "zh-CN", { numeric: true });
}

function sort(table, heading) {
  const column = heading.cellIndex;
  const now = heading.getAttribute("aria-sort");
  const first = heading.classList.contains("num") ? "descending" : "ascending";
  const other = first === "ascending" ? "descending" : "ascending";
  const order = now === first ? other : first;
  const sign = order === "ascending" ? 1 : -1;
  for (const body of table.tBodies) {
    const rows = [...body.rows].map((row) => [key(row, column), row]);
    rows.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null); // gaps stay last
      return sign * compare(a, b);
    });
    body.append(...rows.map(([, row]) => row));
  }
  for (const cell of heading.parentElement.cells) cell.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", order);
}

function prepare(root) {
  root.querySelectorAll(".table-responsive").forEach((wrapper) => watcher.observe(wrapper));
  root.querySelectorAll("table[data-sortable]:not([data-ready])").forEach((table) => {
    table.dataset.ready = "";
    for (const heading of table.tHead.rows[table.tHead.rows.length - 1].cells) {
      if ("unsorted" in heading.dataset || heading.textContent.trim() === "") continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "mc-sort";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading));
      heading.append(button);
    }
  });
}

prepare(document);
document.addEventListener("htmx:afterSwap", (event) => prepare(event.target));
