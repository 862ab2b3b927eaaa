// Menus that open beside a button, and the confirm dialog. Both work by keyboard alone.

import { el } from "./dom.js";
import { remembered } from "./focus.js";
import { textObject } from "./mrkdwn.js";

let closeOpen = null;

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const own = menu.getBoundingClientRect();
  const below = box.bottom + own.height + 8 < innerHeight;
  const top = below ? box.bottom + 4 : box.top - own.height - 4;
  menu.style.top = `${Math.max(8, Math.min(top, innerHeight - own.height - 8))}px`;
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - own.width - 8))}px`;
}

function moveBy(menu, step) {
  const items = [...menu.querySelectorAll("[role^=menuitem],[role=option]")].filter((one) => !one.hidden);
  const at = items.indexOf(document.activeElement);
  // From a search box above the items (at is -1) the first step down leads to the first item.
  const from = at < 0 && step < 0 ? 0 : at;
  const next = Number.isFinite(step) ? (from + step + items.length) % items.length : step > 0 ? items.length - 1 : 0;
  items[next]?.focus();
}

/** Up and down in a grid of `columns` go to the same place of the next row. */
function movesIn(columns) {
  return columns > 1 ? { ...MOVES, ArrowDown: columns, ArrowUp: -columns } : MOVES;
}

const MOVES = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/**
 * Shows `content` (an element with the items) beside `anchor` until Escape, Tab or a click elsewhere.
 * Answers a function that closes it. `beside` is what it stands beside when that is not the anchor itself; the items
 * stand in `columns`.
 */
export function popup(anchor, content, { beside = anchor, columns = 1 } = {}) {
  closeOpen?.();
  const moves = movesIn(columns);
  const back = remembered(anchor);
  (anchor.closest("dialog") ?? document.body).append(content);
  place(content, beside);
  anchor.setAttribute("aria-expanded", "true");
  const close = (refocus = true) => {
    if (closeOpen !== close) return;
    closeOpen = null;
    document.removeEventListener("pointerdown", outside, true);
    content.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (refocus) back()?.focus();
  };
  const outside = (event) => {
    if (!content.contains(event.target) && !anchor.contains(event.target)) close(false);
  };
  content.addEventListener("keydown", (event) => {
    const typing = event.target.tagName === "INPUT" && !["ArrowDown", "ArrowUp"].includes(event.key);
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (moves[event.key] && !typing) moveBy(content, moves[event.key]);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", outside, true);
  closeOpen = close;
  content.querySelector("input,[role=menuitem],[role=menuitemradio],[role=option]")?.focus();
  return close;
}

/** A plain menu: `items` are `{label, value, choose, checked, danger, note}`; label is text or nodes. */
export function openMenu(anchor, label, items, { className = "", columns = 1 } = {}) {
  if (anchor.getAttribute("aria-expanded") === "true") return closeOpen?.();
  const rows = items.map((item) =>
    el(
      "button",
      {
        type: "button",
        class: `menu-item${item.danger ? " danger" : ""}`,
        tabindex: "-1",
        "aria-label": item.name,
        role: item.checked === undefined ? "menuitem" : "menuitemradio",
        "aria-checked": item.checked === undefined ? null : String(item.checked),
        data: { value: item.value },
        onclick: () => {
          close();
          item.choose();
        },
      },
      el("span", {}, item.label),
      item.note && el("small", {}, item.note),
    ),
  );
  const menu = el("div", { class: `menu ${className}`, role: "menu", "aria-label": label }, rows);
  const close = popup(anchor, menu, { columns });
  return close;
}

export const closeMenus = () => closeOpen?.(false);

/** Asks as a `confirm` object says. Resolves to true for confirm, false for deny, Escape or ✕. */
export function confirmed(confirm) {
  return new Promise((resolve) => {
    const button = (text, kind, result) =>
      el(
        "button",
        { type: "button", class: `btn ${kind}`, data: { testid: `confirm-${result}` }, onclick: () => done(result) },
        text,
      );
    const done = (result) => {
      dialog.close();
      dialog.remove();
      resolve(result);
    };
    const agree = confirm.style === "danger" ? "danger" : "primary";
    const dialog = el(
      "dialog",
      { class: "confirm", "aria-labelledby": "confirm-title", data: { testid: "confirm" } },
      el("h2", { id: "confirm-title" }, textObject(confirm.title)),
      el("div", { class: "confirm-text", dir: "auto" }, textObject(confirm.text)),
      el(
        "div",
        { class: "confirm-buttons" },
        button(confirm.deny ? textObject(confirm.deny) : "Cancel", "", false),
        button(confirm.confirm ? textObject(confirm.confirm) : "Confirm", agree, true),
      ),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      done(false);
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector(".confirm-buttons button:last-child").focus();
  });
}
