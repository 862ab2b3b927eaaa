// Table blocks: the first row is the head, columns align as their settings say.

import { el } from "./dom.js";
import { richText } from "./richtext.js";

function cell(value, tag, setting = {}) {
  const words = value.type === "rich_text" ? richText(value) : String(value.text ?? value.value ?? "");
  const align = ["left", "center", "right"].includes(setting?.align) ? ` to-${setting.align}` : "";
  return el(
    tag,
    { class: `${setting?.is_wrapped ? "wrapped" : ""}${align}`, dir: "auto", scope: tag === "th" ? "col" : null },
    words,
  );
}

/** A table that scrolls sideways inside its block when it is wider than the screen. */
export function tableBlock(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const line = (cells, tag) =>
    el(
      "tr",
      {},
      cells.map((one, n) => cell(one, tag, settings[n])),
    );
  return el(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    el(
      "table",
      {},
      el("thead", {}, line(head, "th")),
      el(
        "tbody",
        {},
        rows.map((one) => line(one, "td")),
      ),
    ),
  );
}
