// A month whose job has ended shows its new figures.
document.addEventListener("job-ended", () => location.reload());
