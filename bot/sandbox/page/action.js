// One action of a person: confirm it, send it, and show that it waits or failed.

import { add, el, icon } from "./dom.js";
import { confirmed } from "./menu.js";
import { textObject } from "./mrkdwn.js";

/** Text of a text object without its drawing, for labels and options. */
export const plainText = (object) => add(el("span"), textObject(object)).textContent;

/**
 * Sends one action through the context and shows on `node` that it is under way, and whether it failed.
 * A second click while the first one waits is ignored, as in Slack.
 */
export async function act(context, node, block, element, values) {
  if (node.getAttribute("aria-busy") === "true") return;
  if (element.confirm && !(await confirmed(element.confirm))) return;
  node.setAttribute("aria-busy", "true");
  node.parentElement?.querySelector(":scope > .failed")?.remove();
  const answer = await context.act({ block_id: block.block_id, action_id: element.action_id, ...values });
  node.removeAttribute("aria-busy");
  if (answer.ok) return;
  const words = answer.message ?? `That did not work: ${answer.error}`;
  node.after(el("span", { class: "failed", role: "alert", title: words }, icon("warn"), el("span", {}, words)));
}
