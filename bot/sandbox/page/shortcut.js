// Choosing one of the app's shortcuts, from a message's menu or from the composer.

import { post } from "./api.js";
import { known, myself } from "./directory.js";
import { complain } from "./tell.js";

/** Sends the shortcut; `where` is {channel, ts} of a message, or nothing for a global one. */
export async function chooseShortcut(shortcut, where = {}) {
  const answer = await post("shortcuts", { user: myself(), callback_id: shortcut.callback_id, ...where });
  if (!answer.ok) complain(`“${shortcut.name}” failed: ${answer.message ?? `${known().bot.name} did not answer`}`);
}
