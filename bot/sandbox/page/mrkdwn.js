// Slack's mrkdwn: text in, DOM nodes out. `&lt; &gt; &amp;` are unescaped last and never looked at again.

import { add, el } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { broadcastMention, channelMention, dateNode, groupMention, isLink, link, userMention } from "./links.js";

// What is already understood (a link, a code span) stands in the text as one private-use character of plane 15,
// so that no later rule can look into it.
const FIRST = 0xf0000;
const LAST = 0xffffd;
const PLACEHOLDER = /[\u{F0000}-\u{FFFFD}]/u;
const STYLES = { "*": "strong", _: "em", "~": "s" };

/** `&lt; &gt; &amp;` as the characters they stand for, in one pass: `&amp;lt;` stays `&lt;`. */
export const unescaped = (text) => text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);

class Parts {
  constructor() {
    this.nodes = [];
  }

  /** Keeps what `make()` builds and answers the character that stands for it. */
  keep(make, original) {
    if (FIRST + this.nodes.length > LAST) return original;
    this.nodes.push(make);
    return String.fromCodePoint(FIRST + this.nodes.length - 1);
  }

  at(character) {
    return this.nodes[character.codePointAt(0) - FIRST]();
  }
}

/** Nodes of a mrkdwn text. `verbatim` leaves bare addresses alone; `emoji: false` leaves `:names:` as text. */
export function mrkdwn(source, { verbatim = false, emoji = true } = {}) {
  const parts = new Parts();
  const leaf = (text) => leafNodes(text, parts, emoji);
  let text = source.replace(new RegExp(PLACEHOLDER, "gu"), (one) => parts.keep(() => one, "\ufffd"));
  text = text.replace(/<([^<>\n]+)>/g, (whole, inner) => angle(whole, inner, parts));
  text = text.replace(/```\n?([\s\S]+?)\n?```\n?/g, (whole, body) =>
    parts.keep(() => el("pre", {}, leaf(body)), whole),
  );
  text = text.replace(/`([^`\n]+)`/g, (whole, body) => parts.keep(() => el("code", {}, leaf(body)), whole));
  if (!verbatim) text = text.replace(/(?<![\w/])https?:\/\/[^\s<>|\u{F0000}-\u{FFFFD}]+/gu, (url) => bare(url, parts));
  return lines(text, (line) => inline(line, leaf));
}

function angle(whole, inner, parts) {
  const [target, ...rest] = inner.split("|");
  const label = rest.length ? unescaped(rest.join("|")) : null;
  if (/^@[A-Z0-9]+$/.test(target)) return parts.keep(() => userMention(target.slice(1)), whole);
  if (/^#[A-Z0-9]+$/.test(target)) return parts.keep(() => channelMention(target.slice(1)), whole);
  if (/^!(channel|here|everyone)$/.test(target)) return parts.keep(() => broadcastMention(target.slice(1)), whole);
  if (/^!subteam\^\w+$/.test(target)) return parts.keep(() => groupMention(target.slice(9)), whole);
  if (target.startsWith("!date^")) return parts.keep(() => date(target, label), whole);
  const url = unescaped(target);
  return isLink(url) ? parts.keep(() => link(url, label ?? url.replace(/^mailto:/, "")), whole) : whole;
}

function date(target, fallback) {
  const [, timestamp, format, url] = target.split("^");
  return dateNode(timestamp, unescaped(format ?? ""), fallback, url && unescaped(url));
}

/** A bare address without the punctuation that ends the sentence around it. */
function bare(found, parts) {
  const cut = found.split(/&[lg]t;/)[0];
  const url = cut.replace(/[.,;:!?*_~'")\]]+$/, "");
  return parts.keep(() => link(unescaped(url), unescaped(url)), url) + found.slice(url.length);
}

/** Lines with quotes gathered. Slack takes `>` and `&gt;` at the start of a line for a quote: its own clients send the latter. */
function lines(text, draw) {
  const nodes = [];
  let quote = null;
  let open = false; // After `>>>` everything that follows is quoted.
  let fresh = true;
  for (const line of text.split("\n")) {
    const mark = open ? null : /^(?:(?:>|&gt;){3}|(?:>|&gt;)) ?/.exec(line);
    if (mark && /^(>|&gt;){3}/.test(mark[0])) open = true;
    if (mark || (open && quote)) {
      if (quote) quote.append(el("br"));
      else nodes.push((quote = el("blockquote", { dir: "auto" })));
      add(quote, draw(mark ? line.slice(mark[0].length) : line));
      fresh = true;
      continue;
    }
    quote = null;
    if (!fresh) nodes.push(el("br"));
    nodes.push(...draw(line));
    fresh = false;
  }
  return nodes;
}

const isWord = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const isSpace = (character) => character === undefined || /\s/.test(character);

/** Position of the mark that closes the one at `start`, or -1. */
function closing(text, start) {
  const mark = text[start];
  if (isWord(text[start - 1]) || isSpace(text[start + 1]) || text[start + 1] === mark) return -1;
  for (let at = start + 2; at < text.length; at += 1) {
    if (text[at] === mark && !isSpace(text[at - 1]) && !isWord(text[at + 1])) return at;
  }
  return -1;
}

/** Bold, italic and strike of one line, nested. */
function inline(text, leaf) {
  const nodes = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const end = STYLES[text[at]] ? closing(text, at) : -1;
    if (end < 0) continue;
    nodes.push(...leaf(text.slice(from, at)), el(STYLES[text[at]], {}, inline(text.slice(at + 1, end), leaf)));
    at = end;
    from = end + 1;
  }
  return [...nodes, ...leaf(text.slice(from))];
}

/** Text that no rule touches any more: placeholders become their nodes, the rest is unescaped. */
function leafNodes(text, parts, emoji) {
  const pieces = text.split(/([\u{F0000}-\u{FFFFD}])/u).filter(Boolean);
  return pieces.flatMap((piece) => {
    if (PLACEHOLDER.test(piece)) return [parts.at(piece)];
    return emoji ? withEmoji(unescaped(piece)) : [unescaped(piece)];
  });
}

/** A text object (plain_text or mrkdwn) as nodes. */
export function textObject(object) {
  if (!object) return [];
  if (typeof object === "string") return [object];
  if (object.type === "mrkdwn") return mrkdwn(object.text ?? "", { verbatim: object.verbatim === true });
  return object.emoji === false ? [object.text ?? ""] : withEmoji(object.text ?? "");
}
