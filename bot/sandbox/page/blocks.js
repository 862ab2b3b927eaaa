// Block Kit blocks as DOM. What the stand-in does not know is shown as a grey box, never left out.

import { plainText } from "./action.js";
import { chartBlock } from "./charts.js";
import { el, icon } from "./dom.js";
import { blockElement, picture } from "./elements.js";
import { inputElement } from "./inputs.js";
import { markdown } from "./markdown.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { tableBlock } from "./table.js";

const LONG_TEXT = 700; // Characters; about where Slack folds a section behind "See more".
const LONG_LINES = 10;

const text = (object, className = "text") => el("div", { class: className, dir: "auto" }, textObject(object));

function section(block, context) {
  const body = el(
    "div",
    { class: "section-body" },
    block.text && foldable(text(block.text), block, context),
    block.fields &&
      el(
        "div",
        { class: "fields" },
        block.fields.map((field) => text(field, "text field-text")),
      ),
  );
  const accessory =
    block.accessory &&
    el("div", { class: `accessory a-${block.accessory.type}` }, blockElement(block.accessory, block, context));
  return [body, accessory];
}

/** Long sections of a message fold behind "See more" unless the block says `expand`. */
function foldable(node, block, context) {
  const words = block.text.text ?? "";
  const long = words.length > LONG_TEXT || words.split("\n").length > LONG_LINES;
  if (context.surface !== "message" || block.expand === true || !long) return node;
  node.classList.add("folded");
  const more = el(
    "button",
    {
      type: "button",
      class: "link-button",
      "aria-expanded": "false",
      onclick: () => {
        const folded = node.classList.toggle("folded");
        more.textContent = folded ? "See more" : "See less";
        more.setAttribute("aria-expanded", String(!folded));
      },
    },
    "See more",
  );
  return [node, more];
}

function contextBlock(block) {
  return block.elements.map((one) => (one.type === "image" ? picture(one, "context-picture") : text(one, "text")));
}

function imageBlock(block) {
  const image = picture(block, "block-picture");
  if (!block.title) return image;
  const toggle = el(
    "button",
    {
      type: "button",
      class: "picture-title",
      "aria-expanded": "true",
      onclick: () => {
        image.hidden = !image.hidden;
        toggle.setAttribute("aria-expanded", String(!image.hidden));
      },
    },
    el("span", {}, textObject(block.title)),
    el("span", { class: "caret", "aria-hidden": "true" }, "▾"),
  );
  return [toggle, image];
}

function inputBlock(block, context) {
  const id = `${context.name}-${block.block_id}`;
  const how = {
    id,
    label: plainText(block.label),
    dispatch: block.dispatch_action === true,
    describedBy: `${block.hint ? `${id}-hint ` : ""}${id}-error`,
  };
  const control = inputElement(block.element, block, context, how);
  const grouped = ["radio_buttons", "checkboxes"].includes(block.element.type);
  return [
    el(
      grouped ? "div" : "label",
      { class: "label", for: grouped ? null : id, dir: "auto" },
      textObject(block.label),
      block.optional && el("span", { class: "optional" }, " (optional)"),
    ),
    control ?? el("p", { class: "unknown" }, `element ${block.element.type} is not drawn here`),
    block.hint && el("p", { class: "hint", id: `${id}-hint`, dir: "auto" }, textObject(block.hint)),
    el("p", { class: "field-error", id: `${id}-error`, role: "alert", data: { errorFor: block.block_id } }),
  ];
}

function card(block, context) {
  return el(
    "div",
    { class: "card" },
    block.hero_image && picture(block.hero_image, "hero"),
    el(
      "div",
      { class: "card-head" },
      block.icon && picture(block.icon, "card-icon"),
      el(
        "div",
        {},
        block.title && text(block.title, "card-title"),
        block.subtitle && text(block.subtitle, "card-subtitle"),
      ),
    ),
    block.body && text(block.body, "text"),
    block.actions?.length &&
      el(
        "div",
        { class: "elements" },
        block.actions.map((one) => blockElement(one, block, context)),
      ),
  );
}

function container(block, context) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : textObject(block.title);
  const heading = [
    block.icon && picture(block.icon, "card-icon"),
    el("span", { class: "card-title" }, title),
    block.subtitle && el("span", { class: "card-subtitle" }, textObject(block.subtitle)),
  ];
  const children = drawBlocks(block.child_blocks ?? [], context);
  if (!block.is_collapsible) return el("div", { class: "card" }, el("div", { class: "card-head" }, heading), children);
  return el(
    "details",
    { class: "card", open: !block.default_collapsed },
    el("summary", { class: "card-head" }, heading),
    children,
  );
}

const alertBlock = (block) =>
  el("div", { class: `alert ${block.level ?? "default"}`, role: "note" }, icon("warn"), text(block.text));

const row = (block, context) => block.elements.map((one) => blockElement(one, block, context));

const BLOCKS = {
  section,
  context: contextBlock,
  image: imageBlock,
  input: inputBlock,
  card,
  container,
  alert: alertBlock,
  header: (block) => el("h3", { class: "header", dir: "auto" }, textObject(block.text)),
  divider: () => el("hr"),
  actions: (block, context) => el("div", { class: "elements" }, row(block, context)),
  context_actions: (block, context) => el("div", { class: "elements" }, row(block, context)),
  rich_text: (block) => richText(block),
  markdown: (block) => markdown(block.text ?? ""),
  table: (block) => tableBlock(block),
  data_table: (block) => tableBlock(block),
  data_visualization: (block) => chartBlock(block),
  carousel: (block, context) => el("div", { class: "carousel" }, drawBlocks(block.elements ?? [], context)),
  file: () => el("p", { class: "note" }, "A remote file; the stand-in does not show it."),
};

function drawn(block, context) {
  const draw = BLOCKS[block.type];
  if (!draw) return el("div", { class: "unknown" }, `block ${block.type} is not drawn here`);
  try {
    return draw(block, context);
  } catch (error) {
    // Blocks that Slack would have refused; the rest of the message should still be readable.
    return el("div", { class: "unknown" }, `block ${block.type} cannot be drawn: ${error.message}`);
  }
}

/** Gives blocks without an id one by their place, as Slack does. */
export const identified = (blocks = []) =>
  blocks.map((block, n) => (block.block_id ? block : { ...block, block_id: `block${n}` }));

/**
 * Draws blocks. `context`: {surface: "message" | "modal" | "home", name: unique prefix of ids, form: Form,
 * act: async (action) => {ok, message?}}.
 */
export function drawBlocks(blocks, context) {
  return identified(blocks).map((block) =>
    el(
      "div",
      { class: `block b-${block.type}`, data: { blockId: block.block_id, blockType: block.type } },
      drawn(block, context),
    ),
  );
}
