// The left side: workspace, who you are, Home, channels with unread marks, the direct message with the app.

import { appPicture, personPicture } from "./avatar.js";
import { channelName, known, myChannels, myself, personNote, userName } from "./directory.js";
import { el, icon, unseen } from "./dom.js";
import { like } from "./focus.js";
import { openMenu } from "./menu.js";
import { cycleTheme, themeName } from "./theme.js";

function personPicker(choosePerson) {
  const items = known()
    .users.filter((one) => !one.deleted)
    .map((one) => ({
      label: [personPicture(one.id, "avatar small"), el("span", {}, one.real_name || one.name)],
      note: personNote(one),
      value: one.id,
      checked: one.id === myself(),
      choose: () => choosePerson(one.id),
    }));
  const button = el(
    "button",
    {
      type: "button",
      class: "person",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { testid: "person-picker" },
      onclick: () => openMenu(button, "Choose who you are", items, { className: "people" }),
    },
    personPicture(myself(), "avatar small"),
    el("span", {}, "You are: ", el("b", {}, userName(myself()))),
    icon("down"),
  );
  return button;
}

function entry(sign, name, target, { place, unread, open }) {
  const here = place.kind === target.kind && place.id === target.id;
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        class: `nav-item${here ? " here" : ""}${unread ? " unread" : ""}`,
        "aria-current": here ? "page" : null,
        data: { channel: target.id, nav: target.kind },
        onclick: () => open(target),
      },
      sign,
      el("span", { class: "nav-name" }, name),
      unread > 0 && el("span", { class: "badge" }, String(unread), unseen(" unread")),
    ),
  );
}

function themeButton() {
  const button = el(
    "button",
    {
      type: "button",
      class: "theme",
      data: { testid: "theme" },
      onclick: () => {
        cycleTheme();
        words.textContent = themeName();
      },
    },
    icon("moon"),
  );
  const words = el("span", {}, themeName());
  button.append(words);
  return button;
}

/**
 * Draws the sidebar into `node`. `state`: {place, unread: Map of channel to count, open(place), choosePerson(id)}.
 */
export function drawSidebar(node, { place, unread, open, choosePerson }) {
  const channels = myChannels();
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset : null;
  const sign = (one) => el("span", { class: "nav-sign", "aria-hidden": "true" }, one.is_private ? icon("lock") : "#");
  const item = (one) =>
    entry(
      one.is_im ? appPicture("avatar app tiny") : sign(one),
      channelName(one.id),
      { kind: "channel", id: one.id },
      { place, open, unread: unread.get(one.id) ?? 0 },
    );
  const group = (title, list) => list.length > 0 && [el("h2", {}, title), el("ul", {}, list.map(item))];
  node.replaceChildren(
    el("div", { class: "team" }, known().team.name ?? "Workspace"),
    personPicker(choosePerson),
    el(
      "div",
      { class: "nav-scroll" },
      el(
        "ul",
        {},
        entry(icon("home"), `${known().bot.name ?? "App"} Home`, { kind: "home" }, { place, open, unread: 0 }),
      ),
      group(
        "Channels",
        channels.filter((one) => !one.is_im),
      ),
      group(
        "Direct messages",
        channels.filter((one) => one.is_im),
      ),
    ),
    el("p", { class: "stand-in" }, "A local stand-in for Slack. Nothing here leaves this machine."),
    themeButton(),
  );
  // Somebody who walks through the list stays where they are when a message comes.
  if (focused) like(focused, node)?.focus();
}
