// rich_text blocks: sections, lists, quotes and preformatted text, drawn element by element.

import { add, el } from "./dom.js";
import { emojiNode } from "./emoji.js";
import { broadcastMention, channelMention, dateNode, groupMention, link, userMention } from "./links.js";

const STYLE_TAGS = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
  ["highlight", "mark"],
];

/** Wraps what was drawn in the tags of its styles. */
function styled(node, style = {}) {
  return STYLE_TAGS.reduce((inside, [name, tag]) => (style[name] ? el(tag, {}, inside) : inside), node);
}

/** Text with its line breaks; nothing in it is parsed. */
const plain = (text) =>
  add(
    document.createDocumentFragment(),
    String(text ?? "")
      .split("\n")
      .flatMap((line, n) => (n ? [el("br"), line] : [line])),
  );

function colour(element) {
  const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.backgroundColor = element.value;
  return el("span", {}, swatch, element.value);
}

const ELEMENTS = {
  text: (one) => plain(one.text),
  emoji: (one) => emojiNode(one.name),
  link: (one) => link(one.url, one.text || one.url),
  user: (one) => userMention(one.user_id),
  usergroup: (one) => groupMention(one.usergroup_id),
  team: (one) => el("span", { class: "mention" }, one.team_id),
  channel: (one) => channelMention(one.channel_id),
  broadcast: (one) => broadcastMention(one.range),
  date: (one) => dateNode(one.timestamp, one.format, one.fallback, one.url),
  color: colour,
};

function inlineNodes(elements = []) {
  return elements.map((one) => {
    const draw = ELEMENTS[one.type];
    return draw ? styled(draw(one), one.style) : el("span", { class: "unknown" }, `${one.type} is not drawn here`);
  });
}

function list(block) {
  const ordered = block.style === "ordered";
  const node = el(ordered ? "ol" : "ul", {
    class: `rt-list indent-${Math.min(block.indent ?? 0, 8)}`,
    start: ordered && block.offset ? block.offset + 1 : null,
  });
  if (block.border) node.classList.add("bordered");
  for (const item of block.elements ?? []) node.append(el("li", { dir: "auto" }, part(item)));
  return node;
}

const PARTS = {
  rich_text_section: (block) => el("div", { class: "rt-section", dir: "auto" }, inlineNodes(block.elements)),
  rich_text_quote: (block) =>
    el("blockquote", { dir: "auto", class: block.border ? "bordered" : null }, inlineNodes(block.elements)),
  rich_text_preformatted: (block) => el("pre", { dir: "auto" }, inlineNodes(block.elements)),
  rich_text_list: list,
};

function part(block) {
  const draw = PARTS[block.type];
  return draw ? draw(block) : el("div", { class: "unknown" }, `${block.type} is not drawn here`);
}

/** The parts of a rich_text block. */
export const richText = (block) => (block.elements ?? []).map(part);
