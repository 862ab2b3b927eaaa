// What a person has entered, kept per block and action apart from the DOM, so that a redraw loses nothing.

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The value key of each input type in `view.state.values`. */
export const VALUE_KEYS = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  rich_text_input: "rich_text_value",
  radio_buttons: "selected_option",
  checkboxes: "selected_options",
  static_select: "selected_option",
  external_select: "selected_option",
  users_select: "selected_user",
  conversations_select: "selected_conversation",
  channels_select: "selected_channel",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  multi_users_select: "selected_users",
  multi_conversations_select: "selected_conversations",
  multi_channels_select: "selected_channels",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
  file_input: "files",
};

/** The value an element starts with (`initial_value`, `initial_option(s)`, `initial_user(s)`, `initial_date` …), or null. */
export function initialValue(element) {
  const key = VALUE_KEYS[element.type];
  const found = element[`initial_${key?.replace(/^(selected|rich_text)_/, "")}`];
  return found ?? (key?.endsWith("s") ? [] : null);
}

const isEmpty = (value) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** Elements that can hold a value, with the id of their block: `[{block, element}]`. */
export function fields(blocks = []) {
  return blocks.flatMap((block) => {
    const elements = block.type === "input" ? [block.element] : [...(block.elements ?? []), block.accessory];
    const own = elements.filter((one) => one && VALUE_KEYS[one.type]).map((element) => ({ block, element }));
    return [...own, ...fields(block.child_blocks)];
  });
}

export class Form {
  constructor() {
    this.touched = {};
  }

  set(blockId, element, value) {
    this.touched[blockId] ??= {};
    this.touched[blockId][element.action_id] = { type: element.type, [VALUE_KEYS[element.type]]: value };
  }

  /** What the field shows now: what was entered, else its initial value. */
  value(blockId, element) {
    const entered = this.touched[blockId]?.[element.action_id];
    return entered && entered.type === element.type ? entered[VALUE_KEYS[element.type]] : initialValue(element);
  }

  /** `{block_id: {action_id: {type, …}}}` of every field of `blocks`, entered or initial. */
  state(blocks) {
    const values = {};
    for (const { block, element } of fields(blocks)) {
      values[block.block_id] ??= {};
      values[block.block_id][element.action_id] = {
        type: element.type,
        [VALUE_KEYS[element.type]]: this.value(block.block_id, element),
      };
    }
    return { values };
  }

  /** The same, only of what the person touched. */
  entered(blocks) {
    const values = {};
    for (const { block, element } of fields(blocks)) {
      const entered = this.touched[block.block_id]?.[element.action_id];
      if (entered) (values[block.block_id] ??= {})[element.action_id] = entered;
    }
    return values;
  }

  /** Drops what belonged to fields that are gone; a field with the same block and action id keeps its entry, as in Slack. */
  prune(blocks) {
    this.touched = this.entered(blocks);
  }

  /** What Slack's own client refuses before it submits: `{block_id: message}`. */
  problems(blocks) {
    const found = {};
    for (const { block, element } of fields(blocks)) {
      if (block.type !== "input") continue;
      const message = problem(block, element, this.value(block.block_id, element));
      if (message) found[block.block_id] = message;
    }
    return found;
  }
}

function problem(block, element, value) {
  if (isEmpty(value)) return block.optional ? null : "Please complete this required field.";
  if (element.type === "number_input") return numberProblem(element, value);
  if (element.type === "email_text_input" && !EMAIL.test(value)) return "Please enter a valid email address.";
  if (element.type === "url_text_input" && !/^https?:\/\/\S+$/.test(value)) return "Please enter a valid URL.";
  if (element.min_length && value.length < element.min_length)
    return `Please enter at least ${element.min_length} characters.`;
  if (element.max_length && value.length > element.max_length)
    return `Please enter at most ${element.max_length} characters.`;
  return null;
}

function numberProblem(element, value) {
  const number = Number(value);
  if (Number.isNaN(number)) return "Please enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value))
    return `Please enter a number of at least ${element.min_value}.`;
  if (element.max_value !== undefined && number > Number(element.max_value))
    return `Please enter a number of at most ${element.max_value}.`;
  return null;
}
