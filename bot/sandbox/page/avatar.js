// Pictures of people and of the app, drawn here: initials on the person's colour, a W for Whetstone.

import { known, user } from "./directory.js";
import { el, svg } from "./dom.js";

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return (words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, 2)).toUpperCase();
}

/** A person's square with initials; decorative, the name stands beside it. */
export function personPicture(id, className = "avatar") {
  const found = user(id);
  const node = el(
    "span",
    { class: className, "aria-hidden": "true" },
    initials(found?.real_name || found?.name || "?"),
  );
  if (/^#?[0-9a-f]{6}$/i.test(found?.color ?? "")) node.style.backgroundColor = `#${found.color.replace("#", "")}`;
  return node;
}

/** The app's square: a W on slate. */
export function appPicture(className = "avatar app") {
  return el(
    "span",
    { class: className, "aria-hidden": "true" },
    svg(
      "svg",
      { viewBox: "0 0 36 36" },
      svg("path", {
        d: "M9 12l4 12 5-10 5 10 4-12",
        fill: "none",
        stroke: "#fff",
        "stroke-width": 3.2,
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
      }),
    ),
  );
}

export function avatar(message) {
  return message.bot_id || message.user === known().bot.user_id ? appPicture() : personPicture(message.user);
}
