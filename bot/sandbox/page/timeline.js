// A scrolling list of messages that redraws only what changed and does not move under the reader.

import { dayKey, dayName } from "./dates.js";
import { el } from "./dom.js";
import { closeMenus } from "./menu.js";
import { authorName, byApp, drawMessage } from "./message.js";

const NEAR = 80; // Pixels from the end within which the list follows new messages.
const GROUP_SECONDS = 300;

const keyOf = (message) => `${message.ts}${message.is_ephemeral ? "e" : ""}`;

/** A person's next message within 5 minutes shows no second head. Messages with blocks always stand alone. */
function isGrouped(before, message) {
  return (
    Boolean(before) &&
    !message.is_ephemeral &&
    !before.is_ephemeral &&
    !message.blocks?.length &&
    !before.blocks?.length &&
    before.user === message.user &&
    byApp(before) === byApp(message) &&
    dayKey(before.ts) === dayKey(message.ts) &&
    Number(message.ts) - Number(before.ts) < GROUP_SECONDS
  );
}

export class Timeline {
  /** `where` as in drawMessage; `announce(text)` speaks to screen readers; `empty` is said when there is nothing. */
  constructor({ where, announce, empty, label }) {
    this.where = where;
    this.announce = announce;
    this.rows = new Map();
    this.loaded = false;
    this.stuck = true;
    this.list = el("div", { class: "messages", role: "log", "aria-live": "off", "aria-label": label });
    this.pill = el(
      "button",
      { type: "button", class: "new-pill", hidden: true, onclick: () => this.toEnd() },
      "New messages ↓",
    );
    this.empty = el("p", { class: "empty-note", hidden: true }, empty);
    this.scroller = el("div", { class: "scroller", tabindex: "0", "aria-label": label }, this.empty, this.list);
    this.node = el("div", { class: "timeline" }, this.scroller, this.pill);
    this.scroller.addEventListener("scroll", () => {
      this.stuck = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR;
      if (this.stuck) this.pill.hidden = true;
    });
    // Pictures load and cards change their height: a reader at the end stays at the end.
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(this.list);
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stuck = true;
    this.pill.hidden = true;
  }

  /** Shows these messages, oldest first. */
  update(messages) {
    const stuck = this.stuck;
    const fresh = this.loaded ? messages.filter((one) => !this.rows.has(keyOf(one))) : [];
    const wanted = this.entries(messages);
    const kept = new Set(wanted.map((one) => one.key));
    for (const [key, row] of this.rows) {
      if (!kept.has(key)) {
        row.node.remove();
        this.rows.delete(key);
      }
    }
    let cursor = this.list.firstChild;
    for (const entry of wanted) cursor = this.placed(entry, cursor).nextSibling;
    this.empty.hidden = messages.length > 0;
    this.loaded = true;
    if (stuck) this.toEnd();
    else if (fresh.length) this.pill.hidden = false;
    for (const one of fresh) this.announce(`${authorName(one)}: ${(one.text ?? "").slice(0, 300)}`);
  }

  entries(messages) {
    const found = [];
    messages.forEach((message, n) => {
      const before = messages[n - 1];
      if (!before || dayKey(before.ts) !== dayKey(message.ts)) {
        found.push({
          key: `day${dayKey(message.ts)}`,
          sign: dayName(message.ts),
          draw: () => el("h4", { class: "day" }, el("span", {}, dayName(message.ts))),
        });
      }
      const grouped = isGrouped(before, message);
      found.push({
        key: keyOf(message),
        sign: JSON.stringify([message, grouped]),
        draw: () => drawMessage(message, { ...this.where, grouped }),
      });
    });
    return found;
  }

  /** Puts the entry's node before `cursor`, drawing it anew only when it differs from what is shown. */
  placed({ key, sign, draw }, cursor) {
    const row = this.rows.get(key);
    if (row?.sign === sign) {
      if (row.node !== cursor) this.list.insertBefore(row.node, cursor);
      return row.node;
    }
    const node = draw();
    this.rows.set(key, { node, sign });
    if (row) replace(row.node, node);
    else this.list.insertBefore(node, cursor);
    return node;
  }

  /** Scrolls to a message and marks it for a moment. */
  reveal(ts) {
    const row = this.rows.get(ts);
    row?.node.scrollIntoView({ block: "center" });
    row?.node.focus();
    row?.node.classList.add("revealed");
  }
}

/** Swaps a message's node; the focus goes to the same control, or to the message when that is gone. */
function replace(old, node) {
  if (old.querySelector("[aria-expanded=true][aria-haspopup]")) closeMenus();
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const { actionId, blockId, tool } = focus?.dataset ?? {};
  const entry = focus && "selectionStart" in focus ? [focus.selectionStart, focus.selectionEnd] : null;
  old.replaceWith(node);
  if (!focus) return;
  const same = [...node.querySelectorAll("[data-action-id],[data-tool]")].find(
    (one) =>
      (actionId && one.dataset.actionId === actionId && one.dataset.blockId === blockId) ||
      (tool && one.dataset.tool === tool),
  );
  (same ?? node).focus({ preventScroll: true });
  if (same && entry?.[0] !== null && entry && "setSelectionRange" in same && same.type !== "email")
    same.setSelectionRange(...entry);
}
