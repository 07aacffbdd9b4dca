// Light or dark: the system's choice, until the person makes one.

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function toggleTheme() {
  const chosen = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem("crux.theme", chosen);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
