// One inspection: which items to show, and photos opened large without leaving the page.
const answers = document.getElementById("answers");
const viewer = document.getElementById("photo-viewer");

function show(what) {
  let shown = 0;
  for (const section of answers.querySelectorAll(".in-section")) {
    let here = 0;
    for (const row of section.querySelectorAll(".in-answer")) {
      row.hidden = what !== "all" && !row.dataset[what];
      here += row.hidden ? 0 : 1;
    }
    section.hidden = !here;
    shown += here;
  }
  answers.querySelector(".in-none").hidden = shown > 0;
}

document.querySelectorAll("input[name=show]").forEach((choice) => {
  choice.addEventListener("change", () => show(choice.value));
});

answers.addEventListener("click", (event) => {
  const link = event.target.closest("[data-photo-open]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const image = viewer.querySelector("img");
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  viewer.showModal();
});
viewer.addEventListener("click", (event) => {
  if (event.target.tagName !== "IMG") viewer.close();
});
