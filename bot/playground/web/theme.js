// Loaded before anything is drawn, so that the page never flashes in the other colours.
try {
  const kept = localStorage.getItem("crux.theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch {
  // Without storage the system's choice holds.
}
