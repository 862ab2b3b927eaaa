// Links and mentions, the live parts of a text. Only http, https and mailto ever become a link.

import { el } from "./dom.js";
import { channelName, groupName, myself, userName } from "./directory.js";
import { dateToken } from "./dates.js";

const ALLOWED = new Set(["http:", "https:", "mailto:"]);
const PERMALINK = /^\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})$/;

function parsed(url) {
  try {
    const found = new URL(url);
    return ALLOWED.has(found.protocol) ? found : null;
  } catch {
    return null;
  }
}

/** A link with `label` (text or nodes), or just the label when the address is not one we open. */
export function link(url, label) {
  const target = parsed(url);
  if (!target) return el("span", {}, label);
  const place = PERMALINK.exec(target.pathname);
  if (!place)
    return el("a", { href: target.href, target: "_blank", rel: "noopener noreferrer", title: target.href }, label);
  const open = (event) => {
    event.preventDefault();
    const detail = { channel: place[1], ts: `${place[2]}.${place[3]}` };
    document.dispatchEvent(new CustomEvent("open-message", { detail }));
  };
  return el("a", { href: target.href, rel: "noopener noreferrer", onclick: open }, label);
}

export const isLink = (url) => parsed(url) !== null;

export function userMention(id) {
  const own = id === myself() ? " mention-me" : "";
  return el("span", { class: `mention${own}`, data: { mention: id }, dir: "auto" }, `@${userName(id)}`);
}

export function channelMention(id) {
  const open = () => document.dispatchEvent(new CustomEvent("open-message", { detail: { channel: id } }));
  return el(
    "button",
    { class: "mention mention-link", type: "button", data: { mention: id }, onclick: open },
    `#${channelName(id)}`,
  );
}

export const groupMention = (id) => el("span", { class: "mention", data: { mention: id } }, `@${groupName(id)}`);

/** `@channel`, `@here`, `@everyone`: highlighted, so that one which leaks out of untrusted text is seen at once. */
export const broadcastMention = (range) =>
  el("span", { class: "mention mention-broadcast", data: { mention: range } }, `@${range}`);

/** A date token; `url` makes it a link. */
export function dateNode(timestamp, format, fallback, url) {
  const text = dateToken(timestamp, format, fallback);
  const time = el("time", { data: { timestamp } }, text);
  return url ? link(url, time) : time;
}
