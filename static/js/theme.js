// Light or dark: the system's choice until the user makes one, which this browser then remembers.
const KEY = "mc-theme";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

/** Show a theme and tell charts about it. */
function show(theme) {
  root.dataset.bsTheme = theme;
  document.dispatchEvent(new CustomEvent("theme-changed", { detail: theme }));
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, theme);
  show(theme);
});

system.addEventListener("change", () => {
  if (!localStorage.getItem(KEY)) show(system.matches ? "dark" : "light");
});

// Paper is white.
let before = "light";
addEventListener("beforeprint", () => {
  before = root.dataset.bsTheme;
  show("light");
});
addEventListener("afterprint", () => show(before));
