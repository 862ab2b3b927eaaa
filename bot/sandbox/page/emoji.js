// Emoji shortcodes that the app and its people use, drawn as Unicode.

import { el } from "./dom.js";

/** Shortcode (without colons) to characters. The first lines are the app's own vocabulary. */
export const EMOJI = {
  large_green_circle: "🟢",
  large_orange_diamond: "🔶",
  small_red_triangle: "🔺",
  large_blue_square: "🟦",
  white_check_mark: "✅",
  pencil2: "✏️",
  x: "❌",
  question: "❓",
  hourglass_flowing_sand: "⏳",
  hourglass: "⌛",
  lock: "🔒",
  scales: "⚖️",
  eyes: "👀",
  eye: "👁️",
  "+1": "👍",
  thumbsup: "👍",
  "-1": "👎",
  thumbsdown: "👎",
  tada: "🎉",
  heart: "❤️",
  fire: "🔥",
  rocket: "🚀",
  warning: "⚠️",
  information_source: "ℹ️",
  exclamation: "❗",
  grey_question: "❔",
  no_entry: "⛔",
  no_entry_sign: "🚫",
  heavy_check_mark: "✔️",
  heavy_plus_sign: "➕",
  heavy_minus_sign: "➖",
  ballot_box_with_check: "☑️",
  smile: "😄",
  slightly_smiling_face: "🙂",
  grinning: "😀",
  joy: "😂",
  wink: "😉",
  thinking_face: "🤔",
  confused: "😕",
  cry: "😢",
  sob: "😭",
  scream: "😱",
  neutral_face: "😐",
  sunglasses: "😎",
  wave: "👋",
  clap: "👏",
  pray: "🙏",
  raised_hands: "🙌",
  muscle: "💪",
  ok_hand: "👌",
  point_right: "👉",
  point_up: "☝️",
  100: "💯",
  star: "⭐",
  sparkles: "✨",
  bulb: "💡",
  bell: "🔔",
  no_bell: "🔕",
  mag: "🔍",
  link: "🔗",
  key: "🔑",
  unlock: "🔓",
  calendar: "📅",
  clock1: "🕐",
  stopwatch: "⏱️",
  alarm_clock: "⏰",
  bar_chart: "📊",
  chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉",
  memo: "📝",
  pencil: "📝",
  books: "📚",
  page_facing_up: "📄",
  clipboard: "📋",
  pushpin: "📌",
  paperclip: "📎",
  package: "📦",
  inbox_tray: "📥",
  speech_balloon: "💬",
  robot_face: "🤖",
  gear: "⚙️",
  wrench: "🔧",
  hammer: "🔨",
  bug: "🐛",
  computer: "💻",
  email: "📧",
  arrow_right: "➡️",
  arrow_left: "⬅️",
  arrow_up: "⬆️",
  arrow_down: "⬇️",
  red_circle: "🔴",
  large_blue_circle: "🔵",
  large_yellow_circle: "🟡",
  large_orange_circle: "🟠",
  white_circle: "⚪",
  black_circle: "⚫",
  large_green_square: "🟩",
  large_red_square: "🟥",
  large_yellow_square: "🟨",
  large_blue_diamond: "🔷",
  small_blue_diamond: "🔹",
  small_orange_diamond: "🔸",
  one: "1️⃣",
  two: "2️⃣",
  three: "3️⃣",
  coffee: "☕",
  see_no_evil: "🙈",
  skull: "💀",
  palm_tree: "🌴",
  seedling: "🌱",
  sunny: "☀️",
  mailbox: "📫",
};

const unknown = (name) => !Object.hasOwn(EMOJI, name);

/** The emoji as an image with its name for screen readers; an unknown name stays text, `:name:`, as in Slack. */
export function emojiNode(name, fallback) {
  if (unknown(name)) return document.createTextNode(fallback ?? `:${name}:`);
  const label = name.replaceAll("_", " ");
  return el("span", { class: "emoji", role: "img", "aria-label": label, title: `:${name}:` }, EMOJI[name]);
}

/** Text with `:name:` of known emoji drawn. `text` is taken as it is, nothing else in it means anything. */
export function withEmoji(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(/:([a-z0-9_+-]+):/g)) {
    if (unknown(match[1])) continue;
    nodes.push(text.slice(from, match.index), emojiNode(match[1]));
    from = match.index + match[0].length;
  }
  return [...nodes, text.slice(from)].filter((node) => node !== "");
}
