// One message as it stands in a channel or a thread: author, blocks, reactions, replies, and its own menu.

import { get, post } from "./api.js";
import { appPicture, avatar, personPicture } from "./avatar.js";
import { drawBlocks, identified } from "./blocks.js";
import { clockTime, fullTime } from "./dates.js";
import { known, isBot, myself, userName } from "./directory.js";
import { dots, el, icon, unseen } from "./dom.js";
import { emojiNode } from "./emoji.js";
import { Form } from "./form.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { picture } from "./elements.js";
import { pickReaction, QUICK, react, reactionRow } from "./reactions.js";
import { chooseShortcut } from "./shortcut.js";

const forms = new Map(); // Entries in the inputs of messages, by channel and ts: they outlive a redraw.

/** True for what the app posted. */
export const byApp = (message) => Boolean(message.bot_id) || isBot(message.user);
export const authorName = (message) => message.username || (byApp(message) ? known().bot.name : userName(message.user));

/** The context blocks of this message act and keep their inputs in. */
function contextOf(message, channel, place) {
  const key = `${channel}-${message.ts}`;
  const form = forms.get(key) ?? new Form();
  forms.set(key, form);
  const blocks = identified(message.blocks);
  const container = { type: message.is_ephemeral ? "ephemeral" : "message", channel, ts: message.ts };
  const act = (action) => post("actions", { user: myself(), container, ...action, state: form.state(blocks) });
  return { surface: "message", name: `${place}-${key}`, form, act };
}

function moreItems(message, channel) {
  const shortcuts = known().shortcuts.filter((one) => one.type === "message" || one.type === "message_action");
  const items = shortcuts.map((one) => ({
    label: one.name,
    note: known().bot.name,
    value: one.callback_id,
    choose: () => chooseShortcut(one, { channel, ts: message.ts }),
  }));
  return [
    ...items,
    { label: "Copy the message's id", value: "copy-ts", choose: () => navigator.clipboard?.writeText(message.ts) },
  ];
}

/** The buttons that show when the pointer or the focus is on the message. */
function toolbar(message, channel, onThread) {
  const tool = (label, sign, run, more = {}) =>
    el(
      "button",
      {
        type: "button",
        class: "tool",
        tabindex: "-1",
        "aria-label": label,
        title: label,
        onclick: (event) => run(event.currentTarget),
        ...more,
      },
      sign,
    );
  const menu = { "aria-haspopup": "menu", "aria-expanded": "false" };
  const bar = el(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions", onkeydown: (event) => walk(event, bar) },
    QUICK.map((name) =>
      tool(`React with ${name.replaceAll("_", " ")}`, emojiNode(name), () => react(channel, message, name), {
        data: { quick: name },
      }),
    ),
    tool("Add a reaction", icon("face"), (anchor) => pickReaction(anchor, channel, message), {
      ...menu,
      data: { tool: "react" },
    }),
    onThread && tool("Reply in thread", icon("reply"), () => onThread(message), { data: { tool: "thread" } }),
    tool("More actions", dots(), (anchor) => openMenu(anchor, "More actions", moreItems(message, channel)), {
      ...menu,
      data: { tool: "more" },
    }),
  );
  bar.firstChild.setAttribute("tabindex", "0"); // One stop for Tab; arrows walk the rest.
  return bar;
}

function walk(event, bar) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tools = [...bar.children];
  tools.at((tools.indexOf(document.activeElement) + step) % tools.length).focus();
  event.preventDefault();
}

/** Who replied, as small pictures; the names are for those who do not see them. */
function faces(message) {
  const who = (message.reply_users ?? []).slice(0, 5);
  if (!who.length) return null;
  const picture = (id) => (isBot(id) ? appPicture("avatar app tiny") : personPicture(id, "avatar tiny"));
  return el("span", { class: "faces", "aria-hidden": "true" }, who.map(picture));
}

function threadBar(message, onThread) {
  if (!onThread || !message.reply_count) return null;
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const last =
    message.latest_reply && el("span", { class: "quiet-text" }, `Last reply ${clockTime(message.latest_reply)}`);
  return el(
    "button",
    { type: "button", class: "thread-bar", data: { testid: "open-thread" }, onclick: () => onThread(message) },
    faces(message),
    el("b", {}, count),
    last,
  );
}

function attachment(one, context) {
  const node = el(
    "div",
    { class: "attachment" },
    one.blocks
      ? drawBlocks(one.blocks, context)
      : [one.pretext && mrkdwn(one.pretext), el("div", { dir: "auto" }, mrkdwn(one.text ?? one.fallback ?? ""))],
  );
  if (/^#?[0-9a-f]{6}$/i.test(one.color ?? "")) node.style.borderLeftColor = `#${one.color.replace("#", "")}`;
  return node;
}

function file(one) {
  if ((one.mimetype ?? "").startsWith("image/"))
    return picture({ slack_file: { id: one.id }, alt_text: one.alt_txt ?? one.title ?? one.name }, "block-picture");
  return el(
    "a",
    { class: "file", href: `/_sandbox/files/${encodeURIComponent(one.id)}`, download: one.name ?? one.id },
    el("b", {}, one.title || one.name || one.id),
    el("small", {}, one.pretty_type ?? one.mimetype ?? ""),
  );
}

function content(message, context) {
  const blocks = message.blocks?.length
    ? el("div", { class: "blocks" }, drawBlocks(message.blocks, context))
    : message.text && el("div", { class: "text", dir: "auto" }, mrkdwn(message.text));
  return [
    blocks,
    (message.attachments ?? []).map((one) => attachment(one, context)),
    (message.files ?? []).map(file),
    // Slack says so of words only: a card that its app draws anew carries no such mark.
    message.edited && !message.blocks?.length && el("span", { class: "edited" }, "(edited)"),
  ];
}

function head(message) {
  return el(
    "div",
    { class: "message-head" },
    el("b", { class: "author" }, authorName(message)),
    byApp(message) && el("span", { class: "app-badge" }, "APP"),
    el("time", { class: "time", title: fullTime(message.ts) }, clockTime(message.ts)),
  );
}

const KEYS = { t: "thread", r: "react", ".": "more" };

/** Keys on the message itself, as in Slack: T opens its thread, R reacts, and "." opens its menu. */
function onKey(event, node, onThread, message) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const name = KEYS[event.key.toLowerCase()];
  const tool = name && node.querySelector(`[data-tool="${name}"]`);
  if (!tool) return;
  event.preventDefault();
  if (name === "thread") onThread(message);
  else tool.click();
}

/**
 * Draws a message. `where`: {channel, place: "main" | "thread", grouped: no head of its own,
 * onThread(message) or null, onDismiss(message)}.
 */
export function drawMessage(message, { channel, place, grouped, onThread, onDismiss }) {
  const context = contextOf(message, channel, place);
  const only = message.is_ephemeral;
  const node = el(
    "article",
    {
      class: `message${only ? " ephemeral" : ""}${grouped ? " grouped" : ""}`,
      tabindex: "-1",
      "aria-label": `${authorName(message)}, ${clockTime(message.ts)}`,
      data: { ts: message.ts, ephemeral: only ? "true" : null, user: message.user ?? message.bot_id },
    },
    only && el("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
    grouped ? el("time", { class: "time side", title: fullTime(message.ts) }, clockTime(message.ts)) : avatar(message),
    el(
      "div",
      { class: "message-body" },
      grouped ? unseen(`${authorName(message)}: `) : head(message),
      content(message, context),
      reactionRow(message, channel),
      threadBar(message, onThread),
      only &&
        el(
          "button",
          { type: "button", class: "link-button dismiss", onclick: () => onDismiss(message) },
          "Dismiss message",
        ),
    ),
    only ? null : toolbar(message, channel, onThread),
  );
  node.addEventListener("keydown", (event) => event.target === node && onKey(event, node, onThread, message));
  return node;
}

/** Messages of a channel (or of one thread in it) as the person may see them, oldest first. */
export async function loadMessages(channel, threadTs) {
  const answer = await get("messages", { channel, user: myself(), thread_ts: threadTs });
  if (!answer.messages) return null;
  if (threadTs) return answer.messages;
  return answer.messages.filter(
    (one) => !one.thread_ts || one.thread_ts === one.ts || one.subtype === "thread_broadcast",
  );
}
