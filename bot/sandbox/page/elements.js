// Elements that act at once: buttons, overflow menus, feedback and icon buttons.

import { act, plainText } from "./action.js";
import { dots, el } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { openMenu } from "./menu.js";
import { isLink } from "./links.js";
import { inputElement } from "./inputs.js";

function button(element, block, context) {
  const attributes = {
    class: `btn ${element.style ?? ""}`,
    "aria-label": element.accessibility_label,
    data: { actionId: element.action_id, blockId: block.block_id, value: element.value, url: element.url },
  };
  const press = () => {
    if (element.url && isLink(element.url)) window.open(element.url, "_blank", "noopener");
    return act(context, node, block, element, { value: element.value });
  };
  const node = el("button", { type: "button", ...attributes, onclick: press }, textObject(element.text));
  return node;
}

function overflow(element, block, context) {
  const items = (element.options ?? []).map((option) => ({
    label: textObject(option.text),
    note: option.description && textObject(option.description),
    value: option.value,
    choose: () => {
      if (option.url && isLink(option.url)) window.open(option.url, "_blank", "noopener");
      return act(context, node, block, element, { selected_option: option });
    },
  }));
  const node = el(
    "button",
    {
      type: "button",
      class: "btn overflow",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": element.accessibility_label ?? "More actions",
      data: { actionId: element.action_id, blockId: block.block_id },
      onclick: () => openMenu(node, "More actions", items),
    },
    dots(),
  );
  return node;
}

function feedback(element, block, context) {
  const side = (choice, sign) => {
    const node = el(
      "button",
      {
        type: "button",
        class: "btn quiet",
        title: plainText(choice.text),
        "aria-label": choice.accessibility_label ?? plainText(choice.text),
        data: { actionId: element.action_id, blockId: block.block_id, value: choice.value },
        onclick: () => act(context, node, block, element, { value: choice.value }),
      },
      sign,
    );
    return node;
  };
  return el(
    "span",
    { class: "feedback", role: "group" },
    side(element.positive_button, "👍"),
    side(element.negative_button, "👎"),
  );
}

function iconButton(element, block, context) {
  const node = el(
    "button",
    {
      type: "button",
      class: "btn quiet",
      title: plainText(element.text),
      "aria-label": element.accessibility_label ?? plainText(element.text),
      data: { actionId: element.action_id, blockId: block.block_id, value: element.value },
      onclick: () => act(context, node, block, element, { value: element.value }),
    },
    element.icon === "trash" ? "🗑" : plainText(element.text),
  );
  return node;
}

/** A picture of this server or a data address; others are named, not loaded: the page asks nothing of the network. */
export function picture(image, className) {
  const source = image.slack_file?.id
    ? `/_sandbox/files/${encodeURIComponent(image.slack_file.id)}`
    : (image.image_url ?? image.slack_file?.url ?? "");
  let url;
  try {
    url = new URL(source, location.href);
  } catch {
    url = null;
  }
  const here = url && (url.origin === location.origin || url.protocol === "data:");
  if (!here)
    return el(
      "span",
      { class: `no-picture ${className}`, role: "img", "aria-label": image.alt_text },
      el("b", {}, image.alt_text),
      el("small", {}, ` Picture of ${url?.host || "unknown"}, not loaded here`),
    );
  const node = el("img", { class: className, src: url.href, alt: image.alt_text ?? "" });
  node.addEventListener("error", () =>
    node.replaceWith(
      el("span", { class: `no-picture ${className}`, role: "img", "aria-label": image.alt_text }, image.alt_text),
    ),
  );
  return node;
}

const ELEMENTS = {
  button,
  overflow,
  feedback_buttons: feedback,
  icon_button: iconButton,
  workflow_button: button,
  image: (element) => picture(element, "accessory-picture"),
};

/** Draws one element of an actions, section or context_actions block. */
export function blockElement(element, block, context) {
  const draw = ELEMENTS[element.type];
  if (draw) return draw(element, block, context);
  const input = inputElement(element, block, context, {
    dispatch: true,
    label: element.placeholder ? plainText(element.placeholder) : element.action_id,
  });
  return input ?? el("span", { class: "unknown" }, `element ${element.type} is not drawn here`);
}
