// Modals: the stack of views of one person, as the server keeps it. Entries live apart from the drawing.

import { get, post } from "./api.js";
import { drawBlocks, identified } from "./blocks.js";
import { myself } from "./directory.js";
import { el, icon } from "./dom.js";
import { coalesced } from "./events.js";
import { Form } from "./form.js";
import { remembered } from "./focus.js";
import { closeMenus } from "./menu.js";
import { textObject } from "./mrkdwn.js";
import { announce, speakFrom } from "./tell.js";

const TROUBLE = "We had some trouble connecting. Try again?";

export class Modals {
  /** `onLost()` takes the focus when what opened a modal is gone by the time it closes. */
  constructor({ onLost }) {
    this.onLost = onLost;
    this.forms = new Map(); // View id to what was entered; kept while a view is under another one.
    this.scrolls = new Map();
    this.stack = [];
    this.shown = null;
    this.busy = null; // The id of the view that is being submitted.
    this.dialog = el("dialog", { class: "modal", "aria-labelledby": "modal-title", data: { testid: "modal" } });
    // Escape is taken as a key: the browser lets a page refuse its own closing of a dialog only once.
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) this.sendByKey(event);
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    document.body.append(this.dialog);
    this.refresh = coalesced(async () => {
      const answer = await get("views", { user: myself() });
      if (answer.stack) this.show(answer.stack);
    });
  }

  get top() {
    return this.stack.at(-1) ?? null;
  }

  /** Shows the top of `stack`; draws only when it differs from what stands there. */
  show(stack) {
    this.stack = stack.map((view) => ({ ...view, blocks: identified(view.blocks) }));
    const ids = new Set(stack.map((view) => view.id));
    for (const id of this.forms.keys()) if (!ids.has(id)) this.forms.delete(id);
    if (!this.top) return this.hide();
    const sign = JSON.stringify({ ...this.top, state: null });
    if (this.shown?.sign === sign && this.dialog.open) return null;
    const same = this.shown?.id === this.top.id;
    const names = this.top.blocks.map((block) => block.block_id);
    // A view in which nothing is as it was is read from its beginning.
    const isNew = same && !names.some((name) => this.shown.names.includes(name));
    if (this.shown) this.scrolls.set(this.shown.id, isNew ? 0 : this.dialog.querySelector(".modal-body").scrollTop);
    this.shown = { id: this.top.id, sign, names };
    return this.draw(same);
  }

  hide() {
    if (!this.dialog.open) return;
    closeMenus();
    this.shown = null;
    this.dialog.close();
    speakFrom(null);
    this.dialog.replaceChildren();
    this.dialog.dataset.callbackId = this.dialog.dataset.viewId = "";
    const opener = this.opener?.();
    if (opener) opener.focus();
    else this.onLost();
  }

  form(view) {
    if (!this.forms.has(view.id)) this.forms.set(view.id, new Form());
    return this.forms.get(view.id);
  }

  draw(same) {
    const view = this.top;
    const focus = same && this.dialog.contains(document.activeElement) ? document.activeElement : null;
    const marks = focus
      ? { id: focus.id, actionId: focus.dataset.actionId, blockId: focus.dataset.blockId, at: focus.selectionStart }
      : null;
    this.form(view).prune(view.blocks);
    closeMenus();
    this.dialog.dataset.callbackId = view.callback_id ?? "";
    this.dialog.dataset.viewId = view.id;
    this.dialog.replaceChildren(this.head(view), this.body(view), this.foot(view));
    if (!this.dialog.open) {
      this.opener = remembered(document.activeElement);
      this.dialog.showModal();
    }
    speakFrom(this.dialog);
    this.tellNews(view, same);
    this.dialog.querySelector(".modal-body").scrollTop = this.scrolls.get(view.id) ?? 0;
    this.focusAgain(view, marks);
  }

  /** A view that changed under the reader is told by its first words, when these are other ones. */
  tellNews(view, same) {
    const body = this.dialog.querySelector(".modal-body");
    const words = body.querySelector(".text, .header, .alert")?.textContent.slice(0, 200) ?? "";
    if (same && words !== this.words) announce(`${this.dialog.querySelector("#modal-title").textContent}: ${words}`);
    this.words = words;
  }

  /** Ctrl+Enter and Cmd+Enter submit from any field. */
  sendByKey(event) {
    event.preventDefault();
    if (this.top?.submit) this.submit();
  }

  focusAgain(view, marks) {
    const all = [...this.dialog.querySelectorAll("[data-action-id],[id]")];
    const wanted =
      marks &&
      all.find(
        (one) =>
          (marks.id && one.id === marks.id) ||
          (marks.actionId && one.dataset.actionId === marks.actionId && one.dataset.blockId === marks.blockId),
      );
    const first = view.blocks.find((block) => block.element?.focus_on_load);
    const target =
      wanted ??
      (first && this.dialog.querySelector(`[data-block-id="${CSS.escape(first.block_id)}"] [data-action-id]`));
    (target ?? this.dialog.querySelector("#modal-title")).focus({ preventScroll: Boolean(wanted) });
    if (wanted && Number.isInteger(marks.at) && "setSelectionRange" in wanted)
      wanted.setSelectionRange(marks.at, marks.at);
  }

  head(view) {
    return el(
      "header",
      { class: "modal-head" },
      this.stack.length > 1 &&
        el(
          "button",
          {
            type: "button",
            class: "tool",
            "aria-label": "Previous view",
            data: { testid: "modal-back" },
            onclick: () => this.close(),
          },
          icon("back"),
        ),
      el("h2", { id: "modal-title", tabindex: "-1", dir: "auto" }, textObject(view.title)),
      el(
        "button",
        {
          type: "button",
          class: "tool",
          "aria-label": "Close",
          data: { testid: "modal-x" },
          onclick: () => this.closeAll(),
        },
        icon("close"),
      ),
    );
  }

  body(view) {
    const form = this.form(view);
    const act = (action) =>
      post("actions", {
        user: myself(),
        container: { type: "view", view_id: view.id },
        ...action,
        state: form.state(view.blocks),
      });
    const context = { surface: "modal", name: view.id, form, act };
    const node = el(
      "form",
      { class: "modal-body blocks", id: "modal-form", novalidate: true },
      el("p", { class: "banner", role: "alert", hidden: true }),
      drawBlocks(view.blocks, context),
    );
    node.addEventListener("submit", (event) => {
      event.preventDefault();
      if (view.submit) this.submit();
    });
    node.addEventListener("input", (event) => this.clearError(event.target.closest("[data-block-type=input]")));
    return node;
  }

  foot(view) {
    const close = el(
      "button",
      { type: "button", class: "btn large", data: { testid: "modal-close" }, onclick: () => this.close() },
      view.close ? textObject(view.close) : this.stack.length > 1 ? "Back" : "Cancel",
    );
    const submit =
      view.submit &&
      el(
        "button",
        { type: "submit", form: "modal-form", class: "btn large primary", data: { testid: "modal-submit" } },
        textObject(view.submit),
      );
    return el("footer", { class: "modal-foot" }, close, submit);
  }

  async submit() {
    const view = this.top;
    if (!view || this.busy === view.id) return;
    const problems = this.form(view).problems(view.blocks);
    this.errors(problems);
    if (Object.keys(problems).length) return;
    const button = this.dialog.querySelector("[data-testid=modal-submit]");
    this.busy = view.id;
    button?.setAttribute("aria-busy", "true");
    const answer = await post("views/submit", {
      user: myself(),
      view_id: view.id,
      values: this.form(view).entered(view.blocks),
    });
    if (this.busy === view.id) this.busy = null;
    button?.removeAttribute("aria-busy");
    // What came by an event while the answer was on its way is newer than the answer.
    if (this.top?.id !== view.id) this.refresh();
    else if (answer.ok) this.answered(answer);
    else if (answer.errors) this.errors(answer.errors);
    else this.banner(TROUBLE);
  }

  answered(answer) {
    if (answer.stack) this.show(answer.stack);
    this.refresh();
  }

  /** Closes the top view: Escape and the close button. Entries of the view below are kept. */
  async close(more = {}) {
    const view = this.top;
    if (!view || this.busy === view.id) return;
    const answer = await post("views/close", { user: myself(), view_id: view.id, ...more });
    if (answer.ok) this.answered(answer);
    else this.banner(TROUBLE);
  }

  /** ✕ closes the whole stack. */
  closeAll() {
    return this.close({ everything: true });
  }

  banner(words) {
    const node = this.dialog.querySelector(".banner");
    node.textContent = words;
    node.hidden = !words;
    if (words) node.scrollIntoView({ block: "nearest" });
  }

  /** Shows `{block_id: message}` beside the fields and goes to the first one. */
  errors(found) {
    this.banner("");
    let first = null;
    for (const block of this.dialog.querySelectorAll("[data-block-type=input]")) {
      const words = found[block.dataset.blockId];
      this.clearError(block);
      if (!words) continue;
      block.classList.add("wrong");
      block.querySelector(".field-error").textContent = words;
      for (const one of block.querySelectorAll("[data-action-id]")) one.setAttribute("aria-invalid", "true");
      first ??= block;
    }
    if (!first && Object.keys(found).length) this.banner(Object.values(found).join(" "));
    first?.querySelector("input,textarea,select,button")?.focus();
  }

  clearError(block) {
    if (!block?.classList.contains("wrong")) return;
    block.classList.remove("wrong");
    block.querySelector(".field-error").textContent = "";
    for (const one of block.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  }
}
