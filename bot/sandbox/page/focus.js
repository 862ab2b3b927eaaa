// Where the focus is, kept in words that outlive a redraw: the page draws anew what changed.

const MARKS = [
  "actionId",
  "blockId",
  "tool",
  "quick",
  "reaction",
  "addReaction",
  "testid",
  "value",
  "channel",
  "nav",
];

const alike = (one, marks) => MARKS.every((mark) => one.dataset[mark] === marks[mark]);

/**
 * Remembers a control and answers a function that finds it again, or what stands in its place now, or null.
 * Within a message that is the control with the same marks, else the message itself, else the one before it.
 */
export function remembered(node) {
  const marks = { ...(node?.dataset ?? {}) };
  const inside = node?.closest?.("article[data-ts]");
  const pane = inside?.closest("[data-testid=thread]") ? "[data-testid=thread] " : ".main ";
  const { ts, ephemeral } = inside?.dataset ?? {};
  return () => {
    if (node?.isConnected) return node;
    if (!ts) return like(marks, document);
    const all = [...document.querySelectorAll(`${pane}article[data-ts]`)];
    const message = all.find((one) => one.dataset.ts === ts && one.dataset.ephemeral === ephemeral);
    if (message) return like(marks, message) ?? message;
    return all.findLast((one) => Number(one.dataset.ts) < Number(ts)) ?? null;
  };
}

/** The control inside `root` with the same marks; null when there is none, or when nothing marks it. */
export function like(marks, root) {
  if (!MARKS.some((mark) => marks[mark] !== undefined)) return null;
  return [...root.querySelectorAll("button,input,textarea,select,[tabindex]")].find((one) => alike(one, marks)) ?? null;
}
