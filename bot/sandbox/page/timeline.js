// A scrolling list of messages that redraws only what changed and does not move under the reader.

import { dayKey, dayName } from "./dates.js";
import { el } from "./dom.js";
import { like } from "./focus.js";
import { closeMenus } from "./menu.js";
import { authorName, byApp, drawMessage } from "./message.js";

const NEAR = 80; // Pixels from the end within which the list follows new messages.
const GROUP_SECONDS = 300;

const keyOf = (message) => `${message.ts}${message.is_ephemeral ? "e" : ""}`;

/** What is said of a message that came or changed. */
const spoken = (message) =>
  `${message.is_ephemeral ? "Only visible to you. " : ""}${authorName(message)}: ${(message.text ?? "").slice(0, 300)}`;

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
    this.scroller.addEventListener("keydown", (event) => this.walk(event));
    this.scroller.addEventListener("scroll", () => {
      this.stuck = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR;
      if (this.stuck) this.pill.hidden = true;
    });
    // Pictures load and cards change their height: a reader at the end stays at the end.
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(this.list);
  }

  /** Up and down walk from message to message, as in Slack; Escape leaves a control for its message. */
  walk(event) {
    const at = document.activeElement;
    const here = at.closest("article");
    // A message's toolbar, where its menus leave the focus, has no use of its own for up and down.
    const onMessage = at === here || at === this.scroller || Boolean(at.closest(".toolbar"));
    if (event.key === "Escape" && here && at !== here && !event.defaultPrevented) {
      here.focus();
      event.preventDefault();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !onMessage) return;
    const all = [...this.list.querySelectorAll("article")];
    const next = here ? all[all.indexOf(here) + step] : all.at(-1);
    event.preventDefault();
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  /** Puts the focus on what opens the thread of a message; answers whether the message is here. */
  focusThread(ts) {
    const node = this.rows.get(ts)?.node;
    (node?.querySelector("[data-testid=open-thread]") ?? node)?.focus();
    return Boolean(node);
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
    const changed = messages.filter((one) => this.isNews(one));
    this.texts = new Map(messages.map((one) => [keyOf(one), one.text]));
    const wanted = this.entries(messages);
    const kept = new Set(wanted.map((one) => one.key));
    for (const [key, row] of this.rows) {
      if (!kept.has(key)) {
        this.letGo(row.node);
        this.rows.delete(key);
      }
    }
    let cursor = this.list.firstChild;
    for (const entry of wanted) cursor = this.placed(entry, cursor).nextSibling;
    this.empty.hidden = messages.length > 0;
    this.loaded = true;
    if (stuck) this.toEnd();
    else if (fresh.length) this.pill.hidden = false;
    const news = [...changed, ...fresh].map(spoken);
    if (news.length) this.announce(news.join(" "));
  }

  /** Takes a message away; the focus that was on it goes to the one before, else the one after, else the list. */
  letGo(node) {
    const all = [...this.list.querySelectorAll("article")];
    const at = node.contains(document.activeElement) ? all.indexOf(node) : -1;
    if (at >= 0) (all[at - 1] ?? all[at + 1] ?? this.scroller).focus({ preventScroll: true });
    node.remove();
  }

  /** A changed text is told to those it is for: the reader of an ephemeral, and who stands on the message. */
  isNews(message) {
    const key = keyOf(message);
    if (!this.texts?.has(key) || this.texts.get(key) === message.text) return false;
    return message.is_ephemeral || this.rows.get(key)?.node.contains(document.activeElement);
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
  const marks = { ...(focus?.dataset ?? {}) };
  const entry = focus && "selectionStart" in focus ? [focus.selectionStart, focus.selectionEnd] : null;
  old.replaceWith(node);
  if (!focus) return;
  const same = focus === old ? null : like(marks, node);
  (same ?? node).focus({ preventScroll: true });
  if (same && entry?.[0] !== null && entry && "setSelectionRange" in same && same.type !== "email")
    same.setSelectionRange(...entry);
}
