// Elements that take a value: text, numbers, dates, radio buttons, checkboxes. Selects are in selects.js.

import { el } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { fromLocalInput, toLocalInput } from "./dates.js";
import { VALUE_KEYS } from "./form.js";
import { act, plainText } from "./action.js";
import { multiSelect, singleSelect } from "./selects.js";

/** Attributes every control carries so that tests and labels find it. */
const marks = (element, block, how) => ({
  id: how.id,
  "aria-label": how.id ? null : how.label,
  "aria-describedby": how.describedBy,
  data: { actionId: element.action_id, blockId: block.block_id },
});

/** A function that keeps a new value and, where the element dispatches, sends it. */
function keeper(element, block, context, how, node) {
  return (value, send = how.dispatch) => {
    context.form.set(block.block_id, element, value);
    if (send) act(context, node(), block, element, { [VALUE_KEYS[element.type]]: value });
  };
}

function textInput(element, block, context, how) {
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const value = context.form.value(block.block_id, element) ?? "";
  const types = { email_text_input: "email", url_text_input: "url" };
  const attributes = {
    ...marks(element, block, how),
    class: "field",
    dir: "auto",
    autocomplete: "off",
    placeholder: element.placeholder && plainText(element.placeholder),
  };
  const node = element.multiline
    ? el("textarea", { ...attributes, rows: 4 })
    : el("input", {
        ...attributes,
        type: types[element.type] ?? "text",
        inputmode: element.type === "number_input" ? "decimal" : null,
      });
  node.value = value;
  const keep = keeper(element, block, context, how, () => node);
  node.addEventListener("input", () => keep(node.value || null, how.dispatch && when.includes("on_character_entered")));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || (element.multiline && !event.ctrlKey && !event.metaKey)) return;
    if (how.dispatch && when.includes("on_enter_pressed")) {
      event.preventDefault();
      keep(node.value || null);
    }
  });
  return element.max_length ? el("div", { class: "counted" }, node, counter(node, element.max_length)) : node;
}

/** Characters left, shown once they become few. */
function counter(node, most) {
  const left = el("span", { class: "count", "aria-live": "polite" });
  const show = () => {
    const rest = most - node.value.length;
    left.textContent = rest <= Math.min(200, most / 5) ? String(rest) : "";
    left.classList.toggle("over", rest < 0);
  };
  node.addEventListener("input", show);
  show();
  return left;
}

/** rich_text_input as plain text in one rich_text section: the stand-in has no text editor. */
function richInput(element, block, context, how) {
  const value = context.form.value(block.block_id, element);
  const node = el("textarea", {
    ...marks(element, block, how),
    class: "field",
    rows: 4,
    dir: "auto",
    placeholder: element.placeholder && plainText(element.placeholder),
  });
  node.value = (value?.elements ?? [])
    .flatMap((one) => one.elements ?? [])
    .map((one) => one.text ?? "")
    .join("");
  const keep = keeper(element, block, context, how, () => node);
  const rich = (text) => ({
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
  });
  node.addEventListener("input", () => keep(node.value ? rich(node.value) : null, false));
  return node;
}

function pick(type, read, write) {
  return (element, block, context, how) => {
    const node = el("input", { ...marks(element, block, how), class: "field narrow", type });
    const value = context.form.value(block.block_id, element);
    node.value = value ? write(value) : "";
    const keep = keeper(element, block, context, how, () => node);
    node.addEventListener("change", () => keep(node.value ? read(node.value) : null));
    return node;
  };
}

function choices(type) {
  return (element, block, context, how) => {
    const many = type === "checkbox";
    const chosen = [context.form.value(block.block_id, element) ?? []].flat();
    const name = `${context.name}-${block.block_id}-${element.action_id}`;
    const rows = (element.options ?? []).map((option, n) =>
      choice(option, n, { type, name, how, checked: chosen.some((one) => one.value === option.value) }),
    );
    const node = el("div", {
      ...marks(element, block, { ...how, id: null }),
      class: "choices",
      role: many ? "group" : "radiogroup",
      "aria-label": how.label,
    });
    const keep = keeper(element, block, context, how, () => node);
    node.addEventListener("change", () => {
      const picked = (element.options ?? []).filter((_, n) => rows[n].querySelector("input").checked);
      keep(many ? picked : (picked[0] ?? null));
    });
    node.append(...rows);
    return node;
  };
}

function choice(option, n, { type, name, checked }) {
  const id = `${name}-${n}`;
  const input = el("input", {
    type,
    name,
    id,
    value: option.value,
    "aria-describedby": option.description ? `${id}-more` : null,
  });
  input.checked = checked;
  return el(
    "div",
    { class: "choice" },
    input,
    el("label", { for: id, dir: "auto" }, textObject(option.text)),
    option.description &&
      el("p", { class: "choice-more", id: `${id}-more`, dir: "auto" }, textObject(option.description)),
  );
}

const note = (words) => () => el("p", { class: "note" }, words);

const INPUTS = {
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: richInput,
  radio_buttons: choices("radio"),
  checkboxes: choices("checkbox"),
  datepicker: pick(
    "date",
    (text) => text,
    (value) => value,
  ),
  timepicker: pick(
    "time",
    (text) => text,
    (value) => value,
  ),
  datetimepicker: pick("datetime-local", fromLocalInput, toLocalInput),
  file_input: note("Files cannot be chosen in this stand-in."),
  external_select: note("This list is filled by the app while typing; the stand-in does not ask for it."),
  multi_external_select: note("This list is filled by the app while typing; the stand-in does not ask for it."),
};

/**
 * Draws an element that takes a value, or answers null for another type.
 * `how`: {dispatch: sends at every change, id of the control, label, describedBy}.
 */
export function inputElement(element, block, context, how) {
  const keep = (node) => keeper(element, block, context, how, () => node);
  if (INPUTS[element.type]) return INPUTS[element.type](element, block, context, how);
  if (!VALUE_KEYS[element.type]) return null;
  const draw = element.type.startsWith("multi_") ? multiSelect : singleSelect;
  return draw(element, block, context, { attributes: marks(element, block, how), label: how.label, keep });
}
