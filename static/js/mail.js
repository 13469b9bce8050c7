// When mail was fetched or read again, the list shows what came of it.
document.body.addEventListener("job-ended", () => setTimeout(() => location.reload(), 800));
