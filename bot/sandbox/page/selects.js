// Select menus: single ones as native selects, multiple ones as chips with a list that stays open.

import { el, icon } from "./dom.js";
import { known, channelName, myself } from "./directory.js";
import { plainText } from "./action.js";
import { popup } from "./menu.js";
import { textObject } from "./mrkdwn.js";

const people = () =>
  known()
    .users.filter((one) => !one.deleted)
    .map((one) => ({ key: one.id, text: one.real_name || one.name, item: one.id }));
const rooms = () =>
  known()
    .channels.filter((one) => !one.is_im)
    .map((one) => ({ key: one.id, text: `#${one.name}`, item: one.id }));
const talks = () => [
  ...rooms(),
  ...known()
    .channels.filter((one) => one.is_im && one.user === myself())
    .map((one) => ({ key: one.id, text: channelName(one.id), item: one.id })),
];

/** The entries of a select: `{key, text, item}`; `item` is what the state holds. Grouped ones carry `group`. */
function entries(element) {
  if (element.type.includes("users")) return people();
  if (element.type.includes("conversations")) return talks();
  if (element.type.includes("channels")) return rooms();
  const entry = (group) => (option) => ({ key: option.value, text: plainText(option.text), item: option, group });
  const groups = (element.option_groups ?? []).flatMap((one) => one.options.map(entry(plainText(one.label))));
  return [...(element.options ?? []).map(entry()), ...groups];
}

const keyOf = (item) => (typeof item === "object" && item !== null ? item.value : item);

/** A native select: it is bound to its label, works on phones, and its list is never cut off. */
export function singleSelect(element, block, context, { attributes, keep }) {
  const rows = entries(element);
  const chosen = keyOf(context.form.value(block.block_id, element));
  const empty = el("option", { value: "" }, element.placeholder ? textObject(element.placeholder) : "Choose an option");
  const select = el("select", { ...attributes, class: "field select" }, empty);
  let group = null;
  for (const [n, row] of rows.entries()) {
    if (row.group && row.group !== group?.label) select.append((group = el("optgroup", { label: row.group })));
    const option = el("option", { value: row.key, data: { row: n } }, row.text);
    option.selected = row.key === chosen;
    (row.group ? group : select).append(option);
  }
  const tone = () => select.classList.toggle("empty", select.selectedIndex === 0);
  tone();
  const store = keep(select);
  select.addEventListener("change", () => {
    tone();
    const row = select.selectedOptions[0]?.dataset.row;
    store(row === undefined ? null : rows[row].item);
  });
  return select;
}

/** Chips of what is chosen and a button that opens the list. */
export function multiSelect(element, block, context, { attributes, label, keep }) {
  const rows = entries(element);
  const chosen = () => (context.form.value(block.block_id, element) ?? []).map(keyOf);
  const { id, ...rest } = attributes;
  const placeholder = element.placeholder ? plainText(element.placeholder) : "Choose options";
  const node = el("div", { ...rest, class: "multi", role: "group", "aria-label": label });
  const store = keep(node);
  const change = (keys) => {
    const before = context.form.value(block.block_id, element) ?? [];
    const unknown = before.filter((item) => keys.includes(keyOf(item)) && !rows.some((row) => row.key === keyOf(item)));
    store([...unknown, ...rows.filter((row) => keys.includes(row.key)).map((row) => row.item)]);
    draw();
  };
  const toggle = (key) => {
    const keys = chosen();
    if (keys.includes(key)) return change(keys.filter((one) => one !== key));
    if (element.max_selected_items && keys.length >= element.max_selected_items) return null;
    return change([...keys, key]);
  };
  const opener = el("button", {
    type: "button",
    class: "multi-open",
    id,
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    onclick: () => openList(opener, node, { rows, chosen, toggle, label: label ?? placeholder }),
  });
  const draw = () => {
    const keys = chosen();
    const remove = (key) => () => {
      toggle(key);
      opener.focus();
    };
    const chips = keys.map((key) => chip(rows.find((row) => row.key === key)?.text ?? key, remove(key)));
    opener.replaceChildren(
      keys.length ? el("span", { class: "unseen" }, `${keys.length} chosen, change`) : placeholder,
      icon("down"),
    );
    opener.classList.toggle("empty", keys.length === 0);
    node.replaceChildren(...chips, opener);
  };
  draw();
  return node;
}

const chip = (text, remove) =>
  el(
    "span",
    { class: "chip" },
    text,
    el("button", { type: "button", "aria-label": `Remove ${text}`, onclick: remove }, icon("close")),
  );

function openList(anchor, box, { rows, chosen, toggle, label }) {
  if (anchor.getAttribute("aria-expanded") === "true") return;
  const items = rows.map((row) => {
    const item = el(
      "button",
      {
        type: "button",
        role: "option",
        tabindex: "-1",
        class: "menu-item option",
        data: { value: row.key },
        "aria-selected": String(chosen().includes(row.key)),
        onclick: () => {
          toggle(row.key);
          for (const one of items) one.setAttribute("aria-selected", String(chosen().includes(one.dataset.value)));
        },
      },
      row.text,
    );
    return item;
  });
  const search =
    rows.length > 8 &&
    el("input", {
      class: "field",
      type: "text",
      "aria-label": "Search the list",
      placeholder: "Search",
      oninput: (event) => {
        const wanted = event.target.value.toLowerCase();
        items.forEach((item, n) => {
          item.hidden = !rows[n].text.toLowerCase().includes(wanted);
        });
      },
    });
  const list = el(
    "div",
    { class: "menu list", role: "presentation" },
    search,
    el("div", { role: "listbox", "aria-multiselectable": "true", "aria-label": label }, items),
  );
  list.style.minWidth = `${box.getBoundingClientRect().width}px`;
  popup(anchor, list, { beside: box });
}
