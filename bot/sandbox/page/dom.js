// Builds DOM nodes from values. Data only ever becomes text nodes and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";

function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.setAttribute("class", value);
    else if (name === "data")
      for (const [key, item] of Object.entries(value)) {
        if (item !== undefined && item !== null) node.dataset[key] = String(item);
      }
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
}

/** `el("p", {class: "x", data: {ts: "1"}, onclick: f}, "text", node, [nodes])`: an HTML element. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  put(node, attributes);
  add(node, children);
  return node;
}

/** The same for SVG elements. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  put(node, attributes);
  add(node, children);
  return node;
}

/** Appends nodes, strings and nested lists of them; null, undefined and false are left out. */
export function add(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** Words for screen readers only. */
export const unseen = (text) => el("span", { class: "unseen" }, text);

/** Paths of the page's own icons, on a 20 x 20 grid, drawn with the current colour. */
const ICONS = {
  close: "M5 5l10 10M15 5L5 15",
  menu: "M3 5h14M3 10h14M3 15h14",
  down: "M5 8l5 5 5-5",
  reply: "M4 4h12v9H9l-4 3v-3H4z",
  face: "M10 3a7 7 0 1 0 .01 0M7 12c1.500 2 4.500 2 6 0M7.500 8v.6M12.500 8v.6",
  table: "M3 4h14v12H3zM3 8h14M8 8v8",
  plus: "M10 4v12M4 10h12",
  send: "M4 4l13 6-13 6 2-6zM6 10h6",
  home: "M3 10l7-6 7 6M5 9v7h10V9M9 16v-4h2v4",
  lock: "M6 9V7a4 4 0 0 1 8 0v2M4.500 9h11v8h-11z",
  back: "M12 4l-6 6 6 6",
  moon: "M15 12A6 6 0 1 1 9 4a5 5 0 0 0 6 8z",
  warn: "M10 3l8 14H2zM10 8v4M10 14.500v.5",
  eye: "M2 10c3-6 13-6 16 0-3 6-13 6-16 0zM10 8a2 2 0 1 0 .01 0",
};

/** One of the page's own icons; decorative, so the button around it needs a label. */
export function icon(name) {
  const path = svg("path", {
    d: ICONS[name],
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.6",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  });
  return svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" }, path);
}

/** Three dots, filled: the sign of an overflow menu. */
export function dots() {
  const dot = (cy) => svg("circle", { cx: 10, cy, r: 1.7, fill: "currentColor" });
  return svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, dot(4.5), dot(10), dot(15.5));
}
