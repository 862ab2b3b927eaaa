// What the middle shows: a channel with its composer, one thread beside it, or the app's Home.

import { get, post } from "./api.js";
import { drawBlocks, identified } from "./blocks.js";
import { Composer } from "./composer.js";
import { channel as channelOf, channelName, known, myself } from "./directory.js";
import { el, icon } from "./dom.js";
import { coalesced } from "./events.js";
import { Form } from "./form.js";
import { loadMessages } from "./message.js";
import { Timeline } from "./timeline.js";

const dismissedKey = () => `dismissed:${myself()}`;
const dismissed = () => new Set(JSON.parse(sessionStorage.getItem(dismissedKey()) ?? "[]"));
const dismiss = (ts) => sessionStorage.setItem(dismissedKey(), JSON.stringify([...dismissed(), ts]));

let now = 0;
/** A line that only this person sees and only this page knows, as Slackbot would say it. */
const localLine = (text) => ({
  ts: `${Math.max(now, Date.now() / 1000).toFixed(6)}`,
  bot_id: "slackbot",
  username: "Slackbot",
  text: text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"),
  is_ephemeral: true,
});

/** A list of messages that loads itself, with a composer below. */
class Conversation {
  constructor({ channel, threadTs, onThread, announce, onLoaded, label, empty, placeholder }) {
    this.own = [];
    const onDismiss = (message) => {
      dismiss(message.ts);
      this.refresh();
    };
    const where = { channel, place: threadTs ? "thread" : "main", onThread, onDismiss };
    this.timeline = new Timeline({ where, announce, label, empty });
    this.refresh = coalesced(async () => {
      const found = await loadMessages(channel, threadTs);
      if (!found) return;
      now = Math.max(now, ...found.map((one) => Number(one.ts) + 1e-6));
      const gone = dismissed();
      const all = [...found, ...this.own].filter((one) => !one.is_ephemeral || !gone.has(one.ts));
      this.timeline.update(all.sort((a, b) => Number(a.ts) - Number(b.ts)));
      onLoaded?.(found);
    });
    const place = () => (threadTs ? { channel, thread_ts: threadTs } : { channel });
    const say = (text) => {
      this.own.push(localLine(text));
      this.refresh();
    };
    this.composer = new Composer({
      label: placeholder,
      inThread: Boolean(threadTs),
      place,
      say,
      after: () => {
        this.timeline.stuck = true;
        this.refresh();
      },
    });
  }
}

/** The view of one channel. `onThread(message)`, `onLoaded(messages)`, `announce(text)`, `menu`: the button that opens the sidebar. */
export function channelView(id, { onThread, onLoaded, announce, menu }) {
  const name = channelName(id);
  const direct = channelOf(id)?.is_im;
  const sign = channelOf(id)?.is_private ? [icon("lock"), " "] : "# ";
  const talk = new Conversation({
    channel: id,
    onThread,
    announce,
    onLoaded,
    label: `Messages in ${name}`,
    empty: direct
      ? `This is the beginning of your direct messages with ${name}.`
      : `Nothing has been said in #${name} yet.`,
    placeholder: `Message ${direct ? "" : "#"}${name}`,
  });
  const head = el(
    "header",
    { class: "view-head" },
    menu,
    el("h1", { tabindex: "-1" }, direct ? name : [sign, name]),
    el("span", { class: "topic" }, channelOf(id)?.topic || ""),
  );
  const foot = closedFor(id) ?? talk.composer.node;
  const node = el(
    "section",
    { class: "view", "aria-label": name, data: { testid: "channel", channel: id } },
    head,
    talk.timeline.node,
    foot,
  );
  return {
    node,
    refresh: talk.refresh,
    reveal: (ts) => talk.timeline.reveal(ts),
    composer: talk.composer,
    focus: () => head.querySelector("h1").focus(),
    focusMessage: (ts) => talk.timeline.focusThread(ts) || head.querySelector("h1").focus(),
  };
}

/** What stands instead of the composer where nobody can write; null where they can. */
function closedFor(id) {
  const found = channelOf(id);
  if (found?.is_archived) return el("p", { class: "archived" }, `#${channelName(id)} is archived.`);
  if (found?.is_im && (known().messages_tab ?? "open") !== "open")
    return el("p", { class: "archived" }, "Sending messages to this app has been turned off.");
  return null;
}

/** The pane of one thread. */
export function threadView(channel, ts, { announce, onClose }) {
  const talk = new Conversation({
    channel,
    threadTs: ts,
    onThread: null,
    announce,
    label: "Thread",
    empty: "No replies yet.",
    placeholder: "Reply…",
  });
  const close = el(
    "button",
    { type: "button", class: "tool", "aria-label": "Close thread", data: { testid: "close-thread" }, onclick: onClose },
    icon("close"),
  );
  const node = el(
    "aside",
    { class: "thread", "aria-label": "Thread", data: { testid: "thread", ts } },
    el(
      "header",
      { class: "view-head" },
      el("h2", {}, "Thread"),
      el("span", { class: "topic" }, channelOf(channel)?.is_im ? channelName(channel) : `# ${channelName(channel)}`),
      close,
    ),
    talk.timeline.node,
    closedFor(channel) ?? talk.composer.node,
  );
  node.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && onClose());
  const focus = () => (talk.composer.input.isConnected ? talk.composer.input : close).focus();
  return { node, channel, ts, refresh: talk.refresh, focus };
}

/** The app's Home tab. Opening it asks the app to publish; later changes come by events. */
export function homeView({ menu }) {
  const forms = new Map();
  const body = el("div", { class: "home-body", tabindex: "0", "aria-label": "Home", role: "region" });
  let shown = "";
  const draw = (view) => {
    const sign = JSON.stringify(view);
    if (sign === shown) return;
    shown = sign;
    const focus = body.contains(document.activeElement) ? { ...document.activeElement.dataset } : null;
    const blocks = identified(view?.blocks);
    const form = forms.get(view?.id) ?? new Form();
    forms.set(view?.id, form);
    const act = (action) =>
      post("actions", {
        user: myself(),
        container: { type: "view", view_id: view.id },
        ...action,
        state: form.state(blocks),
      });
    body.replaceChildren(
      view
        ? el(
            "div",
            { class: "blocks home-blocks", data: { viewId: view.id, testid: "home" } },
            drawBlocks(blocks, { surface: "home", name: "home", form, act }),
          )
        : el("p", { class: "empty-note" }, `${known().bot.name} has not published a Home for you yet.`),
    );
    if (focus?.actionId)
      [...body.querySelectorAll("[data-action-id]")]
        .find((one) => one.dataset.actionId === focus.actionId && one.dataset.blockId === focus.blockId)
        ?.focus();
  };
  const refresh = coalesced(async () => {
    const answer = await get("home", { user: myself() });
    if ("view" in answer) draw(answer.view);
  });
  const head = el(
    "header",
    { class: "view-head" },
    menu,
    el("h1", { tabindex: "-1" }, known().bot.name),
    el("span", { class: "tab-here" }, "Home"),
  );
  const node = el("section", { class: "view", "aria-label": "Home" }, head, body);
  refresh()
    .then(() => post("home", { user: myself() }))
    .then(() => refresh());
  const focus = () => head.querySelector("h1").focus();
  return { node, refresh, focus, focusMessage: focus };
}
