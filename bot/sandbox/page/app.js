// The page: who is looking, which place is open, and what happens when something arrives.

import { get, post } from "./api.js";
import { channelView, homeView, threadView } from "./channel.js";
import { useClock } from "./dates.js";
import { channel, channelName, known, myChannels, myself, setDirectory, user } from "./directory.js";
import { add, el, icon } from "./dom.js";
import { coalesced, listen } from "./events.js";
import { loadMessages } from "./message.js";
import { Modals } from "./modal.js";
import { drawSidebar } from "./sidebar.js";
import { announce } from "./tell.js";
import { applyTheme } from "./theme.js";

const root = document.getElementById("app");
const sidebar = el("nav", { class: "sidebar", "aria-label": "Workspace", id: "sidebar" });
const main = el("main", { class: "main" });
const lost = el("p", { class: "lost", role: "status", hidden: true }, "Connection lost. Connecting again…");
const unread = new Map();
let view = null;
let thread = null;
let modals = null;
let place = { kind: "channel" };

const readKey = () => `read:${myself()}`;
const readUntil = () => JSON.parse(sessionStorage.getItem(readKey()) ?? "{}");

function markRead(id, messages) {
  const newest = messages.at(-1)?.ts;
  if (newest) sessionStorage.setItem(readKey(), JSON.stringify({ ...readUntil(), [id]: newest }));
  if (unread.delete(id)) side();
}

/** Counts what came since the person last looked; a channel never looked at in this session starts as read. */
async function countUnread(id) {
  const messages = await loadMessages(id);
  if (!messages || (place.kind === "channel" && place.id === id)) return;
  // The app's direct messages wait to be read even by somebody who was never here.
  const since = readUntil()[id] ?? (channel(id)?.is_im ? "0" : undefined);
  if (since === undefined) return markRead(id, messages.length ? messages : [{ ts: "0" }]);
  unread.set(id, messages.filter((one) => Number(one.ts) > Number(since) && one.user !== myself()).length);
  side();
}

const counters = new Map();
const countSoon = (id) => {
  if (!counters.has(id))
    counters.set(
      id,
      coalesced(() => countUnread(id)),
    );
  return counters.get(id)();
};

/** What the view of a channel depends on. */
function termsOf(id) {
  const { name, topic, is_archived: isArchived } = channel(id) ?? {};
  return JSON.stringify([name, topic, isArchived, myChannels().some((one) => one.id === id)]);
}

/** A channel nobody knew of, or one that somebody archived, joined or left: the workspace is read again. */
const workspaceSoon = coalesced(async () => {
  const before = termsOf(place.id);
  const found = await get("workspace");
  if (!found.users) return;
  setDirectory(found, myself());
  side();
  if (place.kind === "channel" && before !== termsOf(place.id)) await go(fromHash());
});

function menuButton() {
  return el(
    "button",
    {
      type: "button",
      class: "tool menu-button",
      "aria-label": "Channels",
      "aria-expanded": "false",
      "aria-controls": "sidebar",
      data: { testid: "menu" },
      onclick: () => fold(!root.classList.contains("unfolded")),
    },
    icon("menu"),
  );
}

/** Goes to the entry of the place that is open. */
const focusSidebar = () => (sidebar.querySelector(".nav-item.here") ?? sidebar.querySelector(".nav-item"))?.focus();

/** On a phone the sidebar lies over the channel while it is unfolded. */
function fold(open) {
  root.classList.toggle("unfolded", open);
  for (const button of document.querySelectorAll(".menu-button")) button.setAttribute("aria-expanded", String(open));
  if (open) focusSidebar();
}

function choosePerson(id) {
  sessionStorage.setItem("user", id);
  const address = new URL(location.href);
  address.searchParams.set("user", id);
  if (address.href === location.href) return;
  location.assign(address);
}

function side() {
  drawSidebar(sidebar, { place, unread, choosePerson, open: go });
  const waiting = [...unread.values()].reduce((sum, one) => sum + one, 0);
  document.title = `${waiting ? `(${waiting}) ` : ""}${place.kind === "home" ? "Home" : channelName(place.id)} | ${known().team.name} (stand-in)`;
}

function closeThread() {
  thread?.node.remove();
  thread = null;
  root.classList.remove("with-thread");
}

function openThread(id, message) {
  closeThread();
  thread = threadView(id, message.thread_ts ?? message.ts, {
    announce,
    onClose: () => {
      closeThread();
      view.focusMessage(message.ts);
    },
  });
  root.append(thread.node);
  root.classList.add("with-thread");
  thread.refresh();
  thread.focus();
}

/** Goes to a place: {kind: "home"} or {kind: "channel", id, ts?}. */
async function go(target) {
  fold(false);
  closeThread();
  place = target.kind === "home" ? { kind: "home" } : { kind: "channel", id: target.id };
  const hash = place.kind === "home" ? "#home" : `#${place.id}`;
  if (location.hash !== hash) history.pushState(null, "", hash);
  const menu = menuButton();
  const options = {
    menu,
    announce,
    onThread: (message) => openThread(place.id, message),
    onLoaded: (messages) => markRead(target.id, messages),
  };
  view = place.kind === "home" ? homeView({ menu }) : channelView(place.id, options);
  main.replaceChildren(view.node);
  side();
  await view.refresh();
  view.focus();
  if (channel(target.id)?.is_im && known().messages_tab !== "off") post("home", { user: myself(), tab: "messages" });
  if (target.ts) view.reveal(target.ts);
}

function fromHash() {
  const id = location.hash.slice(1);
  if (id === "home") return { kind: "home" };
  const channels = myChannels();
  const found = channels.find((one) => one.id === id) ?? channels.find((one) => !one.is_im) ?? channels[0];
  return found ? { kind: "channel", id: found.id } : { kind: "home" };
}

function arrived(event) {
  if (event.type === "views") modals.refresh();
  else if (event.type === "home") place.kind === "home" && view.refresh();
  else if (event.type === "workspace") workspaceSoon();
  else if (event.channel) {
    if (!channel(event.channel)) workspaceSoon();
    // What is said where somebody is not does not wait for them.
    else if (!myChannels().some((one) => one.id === event.channel)) return;
    const here = place.kind === "channel" && place.id === event.channel;
    if (here) view.refresh();
    else countSoon(event.channel);
    if (thread?.channel === event.channel) thread.refresh();
  }
}

function connection(state) {
  lost.hidden = state === "open";
  if (state !== "open") return;
  // Before the line stood anything may have changed, at the first start too.
  for (const one of [view, thread, modals]) one?.refresh();
  for (const one of myChannels()) countSoon(one.id);
}

function whoIsLooking(workspace) {
  const wanted = new URL(location.href).searchParams.get("user") ?? sessionStorage.getItem("user");
  const found = workspace.users.find((one) => one.id === wanted) ?? workspace.users.find((one) => !one.deleted);
  sessionStorage.setItem("user", found?.id ?? "");
  return found?.id ?? "";
}

/** F6 walks from the sidebar to the channel, its composer and the thread, and round, as in Slack. */
function walkPanes(event) {
  if (event.key !== "F6" || document.querySelector("dialog[open]")) return;
  const isCovered = thread?.node.offsetWidth >= innerWidth; // On a phone the thread lies over the channel.
  const steps = [
    [sidebar, focusSidebar],
    [!isCovered && main, () => view.focus()],
    [!isCovered && view.composer?.node, () => view.composer.input.focus()],
    [thread?.node, () => thread.focus()],
  ].filter(([pane]) => pane?.isConnected && getComputedStyle(pane).visibility !== "hidden");
  // The composer stands inside the channel's pane, so the last one that holds the focus is meant.
  const at = steps.findLastIndex(([pane]) => pane.contains(document.activeElement));
  steps.at((at < 0 && event.shiftKey ? -1 : at + (event.shiftKey ? -1 : 1)) % steps.length)[1]();
  event.preventDefault();
}

/** Escape folds the sidebar that lies over a phone's channel, and goes back to the button that unfolded it. */
function foldByKey(event) {
  if (event.key !== "Escape" || !root.classList.contains("unfolded")) return;
  fold(false);
  main.querySelector(".menu-button")?.focus();
}

async function start() {
  applyTheme();
  const workspace = await get("workspace");
  if (!workspace.users) {
    root.replaceChildren(
      el(
        "p",
        { class: "empty-note", role: "alert" },
        "The stand-in does not answer. Is it running? Load this page again.",
      ),
    );
    return;
  }
  setDirectory(workspace, whoIsLooking(workspace));
  useClock(user(myself())?.tz, workspace.clock);
  modals = new Modals({ onLost: () => view.focus() });
  const shade = el("div", { class: "shade", onclick: () => fold(false) });
  root.replaceChildren();
  add(root, [lost, sidebar, shade, main]);
  document.addEventListener("open-message", ({ detail }) => go({ kind: "channel", id: detail.channel, ts: detail.ts }));
  document.addEventListener("keydown", foldByKey);
  document.addEventListener("keydown", walkPanes);
  addEventListener("popstate", () => go(fromHash()));
  listen(myself(), { onEvent: arrived, onState: connection });
  await go(fromHash());
  modals.refresh();
  // What is unread is told from here on: whatever comes later counts, even before the line stands.
  await Promise.all(myChannels().map((one) => countSoon(one.id)));
  root.dataset.ready = "true";
}

start();
