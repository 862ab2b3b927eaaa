// Reactions: the chips under a message, the picker, and what a press on them sends.

import { post } from "./api.js";
import { myself, userName } from "./directory.js";
import { el, icon } from "./dom.js";
import { EMOJI, emojiNode } from "./emoji.js";
import { openMenu } from "./menu.js";
import { complain } from "./tell.js";

/** The marks that stand in a message's toolbar. */
export const QUICK = ["white_check_mark", "x"];
const PICKER = [
  ...QUICK,
  "question",
  "pencil2",
  "eyes",
  "+1",
  "-1",
  "heart",
  "tada",
  "pray",
  "thinking_face",
  "warning",
  "fire",
  "rocket",
  "100",
  "star",
  "bulb",
  "clap",
  "wave",
  "smile",
  "cry",
  "hourglass_flowing_sand",
  "lock",
  "scales",
  "large_green_circle",
  "large_orange_diamond",
  "small_red_triangle",
  "large_blue_square",
  "memo",
  "mag",
];

const isMine = (message, name) =>
  (message.reactions ?? []).some((one) => one.name === name && (one.users ?? []).includes(myself()));

/** Adds one's reaction, or takes it back. */
export async function react(channel, message, name) {
  const remove = isMine(message, name) ? { remove: true } : {};
  const answer = await post("reactions", { user: myself(), channel, ts: message.ts, name, ...remove });
  if (!answer.ok) complain(`Your reaction was not ${remove.remove ? "taken back" : "added"}: ${answer.error}`);
}

/** The chips under a message and the button beside them; null where nobody reacted. */
export function reactionRow(message, channel) {
  const chips = (message.reactions ?? []).map((one) => {
    const mine = isMine(message, one.name);
    const who = (one.users ?? []).map(userName).join(", ");
    return el(
      "button",
      {
        type: "button",
        class: `reaction${mine ? " mine" : ""}`,
        title: who,
        "aria-pressed": String(mine),
        data: { reaction: one.name },
        "aria-label": `${one.name.replaceAll("_", " ")}, ${who}`,
        onclick: () => react(channel, message, one.name),
      },
      emojiNode(one.name),
      el("span", {}, String(one.count ?? one.users?.length ?? 1)),
    );
  });
  if (!chips.length) return null;
  const another = el(
    "button",
    {
      type: "button",
      class: "reaction add",
      "aria-label": "Add a reaction",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { addReaction: "true" },
      onclick: () => pickReaction(another, channel, message),
    },
    icon("face"),
  );
  return el("div", { class: "reactions" }, chips, message.is_ephemeral ? null : another);
}

/** Opens the picker beside `anchor`. */
export function pickReaction(anchor, channel, message) {
  const items = PICKER.map((name) => ({
    label: EMOJI[name],
    name: name.replaceAll("_", " "),
    value: name,
    choose: () => react(channel, message, name),
  }));
  openMenu(anchor, "Add a reaction", items, { className: "emoji-grid", columns: 8 });
}
