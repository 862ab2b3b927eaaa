// The markdown block: a small safe subset (headings, lists, quotes, fences, emphasis, links). No HTML, no remote images.

import { el } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { link } from "./links.js";

const INLINE = [
  [/`([^`\n]+)`/, (match) => el("code", {}, match[1])],
  [/!\[([^\]\n]*)\]\(([^)\s]+)\)/, (match) => link(match[2], match[1] || "picture")],
  [/\[([^\]\n]+)\]\(([^)\s]+)\)/, (match) => link(match[2], inline(match[1]))],
  [/\*\*([^\n]+?)\*\*|__([^\n]+?)__/, (match) => el("strong", {}, inline(match[1] ?? match[2]))],
  [/~~([^\n]+?)~~/, (match) => el("s", {}, inline(match[1]))],
  [/\*([^*\s][^*\n]*)\*|(?<!\w)_([^_\n]+)_(?!\w)/, (match) => el("em", {}, inline(match[1] ?? match[2]))],
  [/(?<![\w/])https?:\/\/[^\s<>()]*[^\s<>().,;:!?]/, (match) => link(match[0], match[0])],
];

/** Nodes of one line: the earliest rule that matches wins, the rest follows. */
function inline(text) {
  const found = INLINE.map(([pattern, draw]) => ({ match: pattern.exec(text), draw }))
    .filter((one) => one.match)
    .sort((a, b) => a.match.index - b.match.index)[0];
  if (!found) return text ? withEmoji(text) : [];
  const { match, draw } = found;
  return [
    ...(match.index ? withEmoji(text.slice(0, match.index)) : []),
    draw(match),
    ...inline(text.slice(match.index + match[0].length)),
  ];
}

const LIST = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const RULES = [
  ["fence", /^```/],
  ["heading", /^(#{1,6})\s+(.*)$/],
  ["rule", /^\s*([-*_])(\s*\1){2,}\s*$/],
  ["list", LIST],
  ["quote", /^>\s?(.*)$/],
  ["blank", /^\s*$/],
  ["text", /^.*$/],
];
const kindOf = (line) => RULES.find(([, pattern]) => pattern.test(line))[0];

/** Neighbouring lines of one kind: `{kind, lines}`; a fence takes everything up to its end. */
function groups(source) {
  const found = [];
  let fence = null;
  for (const line of source.split("\n")) {
    if (fence) {
      if (line.startsWith("```")) fence = null;
      else fence.lines.push(line);
      continue;
    }
    const kind = kindOf(line);
    if (kind === "fence") found.push((fence = { kind, lines: [] }));
    else if (["list", "quote", "text"].includes(kind) && found.at(-1)?.kind === kind) found.at(-1).lines.push(line);
    else found.push({ kind, lines: [line] });
  }
  return found;
}

const broken = (lines) => lines.flatMap((line, n) => [n ? el("br") : null, ...inline(line)]);

function list(lines) {
  const items = lines.map((line) => LIST.exec(line));
  const ordered = /\d/.test(items[0][2]);
  return el(
    ordered ? "ol" : "ul",
    { start: ordered ? parseInt(items[0][2], 10) : null },
    items.map(([, space, , words]) =>
      el("li", { dir: "auto", class: `indent-${Math.min(Math.floor(space.length / 2), 8)}` }, inline(words)),
    ),
  );
}

const DRAW = {
  fence: (lines) => el("pre", {}, lines.join("\n")),
  heading: ([line]) => el("h4", { class: "header", dir: "auto" }, inline(line.replace(/^#+\s+/, ""))),
  rule: () => el("hr"),
  list,
  quote: (lines) => el("blockquote", { dir: "auto" }, broken(lines.map((line) => line.replace(/^>\s?/, "")))),
  text: (lines) => el("p", { dir: "auto" }, broken(lines)),
  blank: () => null,
};

/** The nodes of a markdown text. */
export const markdown = (source) => groups(source).map(({ kind, lines }) => DRAW[kind](lines));
