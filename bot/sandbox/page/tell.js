// What the page says to screen readers, and to everybody when something did not work.

import { el, icon } from "./dom.js";

const live = document.getElementById("live");
const SHOWN_MS = 8000;
let toast = null;

/** Speaks `text` politely. */
export function announce(text) {
  live.textContent = text;
}

/** An open modal makes the rest of the page mute, so the region that speaks moves into it and back. */
export function speakFrom(dialog) {
  const home = dialog ?? document.body;
  if (live.parentElement !== home) home.append(live);
}

/** Says for a while, where everybody sees it, that something did not work. */
export function complain(text) {
  toast?.remove();
  const shown = el(
    "div",
    { class: "toast", role: "alert", data: { testid: "toast" } },
    icon("warn"),
    el("span", {}, text),
    el(
      "button",
      { type: "button", class: "tool", "aria-label": "Dismiss", onclick: () => shown.remove() },
      icon("close"),
    ),
  );
  toast = shown;
  (document.querySelector("dialog[open]") ?? document.body).append(shown);
  setTimeout(() => shown.remove(), SHOWN_MS);
}
