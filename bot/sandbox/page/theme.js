// Light, dark, or as the system says. Kept per browser.

const KEY = "theme";
const NAMES = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
const ORDER = ["auto", "light", "dark"];

const chosen = () => {
  const kept = localStorage.getItem(KEY);
  return ORDER.includes(kept) ? kept : "auto";
};

/** Puts the kept choice on the document. */
export function applyTheme() {
  document.documentElement.dataset.theme = chosen();
}

export function cycleTheme() {
  localStorage.setItem(KEY, ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length]);
  applyTheme();
}

export const themeName = () => NAMES[chosen()];
