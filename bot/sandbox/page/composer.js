// The box to write in: messages, and slash commands with completion.

import { post } from "./api.js";
import { known, myself } from "./directory.js";
import { el, icon } from "./dom.js";
import { openMenu } from "./menu.js";
import { chooseShortcut } from "./shortcut.js";

let serial = 0;

/** Completions for what is typed: commands, then the words of a command's usage hint ("[next|queue|why <id>]"). */
export function completions(text, commands) {
  if (!/^\/\S*( \S*)?$/.test(text)) return [];
  const [typed, word] = text.split(" ");
  if (word === undefined) {
    return commands
      .filter((one) => one.command.startsWith(typed))
      .map((one) => ({
        insert: `${one.command} `,
        label: one.command,
        hint: one.usage_hint ?? "",
        note: one.description ?? "",
      }));
  }
  const command = commands.find((one) => one.command === typed);
  const hints = (command?.usage_hint ?? "")
    .split(/[|\n]|, /)
    .map((one) => one.replace(/^[[\s]+|[\]\s]+$/g, ""))
    .filter((one) => /^[a-z]/.test(one));
  return hints
    .filter((hint) => hint.startsWith(word) && hint !== word)
    .map((hint) => {
      const verb = hint.split(" ")[0];
      return {
        insert: `${typed} ${verb}${hint.includes(" ") ? " " : ""}`,
        label: `${typed} ${verb}`,
        hint: hint.slice(verb.length).trim(),
        note: "",
      };
    });
}

/** What Slack's client makes of typed text: `& < >` escaped, @Name and #channel turned into their ids. */
export function onTheWire(text) {
  let wire = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const names = known().users.flatMap((one) => [
    [`@${one.real_name}`, `<@${one.id}>`],
    [`@${one.name}`, `<@${one.id}>`],
  ]);
  const rooms = known()
    .channels.filter((one) => !one.is_im)
    .map((one) => [`#${one.name}`, `<#${one.id}>`]);
  const marks = [...names, ...rooms, [`@${known().bot.name}`, `<@${known().bot.user_id}>`]].filter(
    ([name]) => name.length > 1,
  );
  for (const [name, id] of marks.sort((a, b) => b[0].length - a[0].length)) {
    wire = wire.replace(
      new RegExp(`(?<![\\w<])${RegExp.escape?.(name) ?? name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\w)`, "gu"),
      id,
    );
  }
  return wire;
}

export class Composer {
  /** `place()` answers {channel, thread_ts?}; `say(text)` shows a line that only this person sees, as Slackbot does. */
  constructor({ label, place, say, after, inThread = false }) {
    Object.assign(this, { place, say, after, inThread, found: [], at: -1 });
    serial += 1;
    this.listId = `completions-${serial}`;
    this.input = el("textarea", {
      class: "composer-input",
      rows: 1,
      dir: "auto",
      "aria-label": label,
      placeholder: label,
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": this.listId,
      "aria-autocomplete": "list",
      data: { testid: "composer" },
    });
    this.list = el("div", {
      class: "completions",
      id: this.listId,
      role: "listbox",
      "aria-label": "Commands",
      hidden: true,
    });
    this.sendButton = el(
      "button",
      { type: "submit", class: "tool send", "aria-label": "Send", data: { testid: "send" } },
      icon("send"),
    );
    this.node = el(
      "form",
      { class: "composer" },
      this.list,
      el(
        "div",
        { class: "composer-box" },
        this.input,
        el("div", { class: "composer-row" }, this.more(), this.sendButton),
      ),
    );
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.showList([]));
  }

  /** The "+" menu: the app's global shortcuts and the slash commands. */
  more() {
    const plus = el(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": "Shortcuts",
        "aria-haspopup": "menu",
        "aria-expanded": "false",
        data: { testid: "shortcuts" },
        onclick: () =>
          openMenu(plus, "Shortcuts", [
            ...known()
              .shortcuts.filter((one) => ["global", "shortcut"].includes(one.type))
              .map((one) => ({
                label: one.name,
                note: known().bot.name,
                value: one.callback_id,
                choose: () => chooseShortcut(one),
              })),
            ...(this.inThread ? [] : known().commands).map((one) => ({
              label: one.command,
              note: one.description,
              value: one.command,
              choose: () => this.fill(`${one.command} `),
            })),
          ]),
      },
      icon("plus"),
    );
    return plus;
  }

  fill(text) {
    this.input.value = text;
    this.input.focus();
    this.typed();
  }

  typed() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 240)}px`;
    this.sendButton.classList.toggle("ready", this.input.value.trim() !== "");
    this.showList(this.inThread ? [] : completions(this.input.value, known().commands));
  }

  showList(found) {
    this.found = found;
    this.at = -1;
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(
      ...found.map((one, n) =>
        el(
          "div",
          {
            class: "completion",
            role: "option",
            id: `${this.listId}-${n}`,
            "aria-selected": "false",
            // pointerdown, before the blur that would close the list.
            onpointerdown: (event) => {
              event.preventDefault();
              this.fill(one.insert);
            },
          },
          el("b", {}, one.label),
          " ",
          el("span", { class: "quiet-text" }, one.hint),
          el("small", {}, one.note),
        ),
      ),
    );
  }

  mark(at) {
    this.at = (at + this.found.length) % this.found.length;
    [...this.list.children].forEach((one, n) => one.setAttribute("aria-selected", String(n === this.at)));
    this.input.setAttribute("aria-activedescendant", `${this.listId}-${this.at}`);
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing) return;
    const open = this.found.length > 0;
    if (open && ["ArrowDown", "ArrowUp"].includes(event.key))
      this.mark(this.at + (event.key === "ArrowDown" ? 1 : this.at < 0 ? 0 : -1));
    else if (open && (event.key === "Tab" || (event.key === "Enter" && this.at >= 0)))
      this.fill(this.found[Math.max(this.at, 0)].insert);
    else if (open && event.key === "Escape") this.showList([]);
    else if (event.key === "Enter" && !event.shiftKey) this.send();
    else return;
    event.preventDefault();
  }

  async send() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.typed();
    const answer = text.startsWith("/")
      ? await this.command(text)
      : await post("messages", { user: myself(), text: onTheWire(text), ...this.place() });
    if (!answer.ok && !text.startsWith("/")) {
      this.say(`Your message was not sent: ${answer.error}`);
      this.fill(text);
    }
    this.after?.();
  }

  async command(text) {
    const [command] = text.split(/\s/, 1);
    if (!known().commands.some((one) => one.command === command)) {
      this.say(
        `${command} is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.`,
      );
      return { ok: false };
    }
    if (this.inThread) {
      this.say(`${command} is not supported in threads. Sorry!`);
      return { ok: false };
    }
    const { channel } = this.place();
    const answer = await post("commands", {
      user: myself(),
      channel,
      command,
      text: text.slice(command.length).trim(),
    });
    if (!answer.ok) this.say(`${command} failed with the error "${answer.error}"`);
    return answer;
  }
}
