// data_visualization: bar, line, area and pie charts as plain SVG, each with its numbers as a table one press away.

import { el, icon, svg } from "./dom.js";

const WIDE = 480;
const HIGH = 240;
const EDGE = { left: 52, right: 12, top: 10, bottom: 44 };
const SERIES = 6; // Colours in style.css; more series start over.

/** A round step so that about five lines span `most`. */
function stepFor(most) {
  const rough = most / 5 || 1;
  const unit = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * unit).find((step) => step >= rough);
}

function scale(values) {
  const top = Math.max(0, ...values);
  const bottom = Math.min(0, ...values);
  const step = stepFor(Math.max(top, -bottom));
  const high = Math.ceil(top / step) * step || (bottom < 0 ? 0 : step);
  const low = Math.floor(bottom / step) * step;
  const at = (value) => EDGE.top + ((high - value) / (high - low)) * (HIGH - EDGE.top - EDGE.bottom);
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, n) =>
    Number((low + n * step).toFixed(6)),
  );
  return { at, ticks };
}

const label = (x, y, words, anchor = "middle") =>
  svg("text", { x, y, "text-anchor": anchor, class: "chart-label" }, words);
const short = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

function axes(chart, categories, { at, ticks }) {
  const config = chart.axis_config ?? {};
  const slot = (WIDE - EDGE.left - EDGE.right) / Math.max(categories.length, 1);
  const middle = (HIGH - EDGE.bottom + EDGE.top) / 2;
  return [
    ticks.map((tick) => [
      svg("line", {
        x1: EDGE.left,
        x2: WIDE - EDGE.right,
        y1: at(tick),
        y2: at(tick),
        class: tick === 0 ? "axis" : "grid",
      }),
      label(EDGE.left - 8, at(tick) + 3, String(tick), "end"),
    ]),
    categories.map((name, n) =>
      label(
        EDGE.left + slot * (n + 0.5),
        HIGH - EDGE.bottom + 16,
        short(String(name), Math.max(4, Math.floor(slot / 5.5))),
      ),
    ),
    config.x_label && label((WIDE + EDGE.left) / 2, HIGH - 6, config.x_label),
    config.y_label &&
      svg(
        "text",
        { class: "chart-label", "text-anchor": "middle", transform: `translate(12 ${middle}) rotate(-90)` },
        config.y_label,
      ),
  ];
}

const categoriesOf = (chart) =>
  chart.axis_config?.categories ?? (chart.series?.[0]?.data ?? []).map((one) => one.label);
const valueOf = (series, name) => (series.data ?? []).find((one) => one.label === name)?.value;
const numbers = (chart) =>
  chart.series.flatMap((one) => one.data.map((point) => Number(point.value)).filter(Number.isFinite));

function bars(chart) {
  const categories = categoriesOf(chart);
  const frame = scale(numbers(chart));
  const slot = (WIDE - EDGE.left - EDGE.right) / categories.length;
  const width = Math.min(36, (slot * 0.7) / chart.series.length);
  const bar = (name, n, series, m) => {
    const value = Number(valueOf(series, name));
    if (!Number.isFinite(value)) return null;
    const x = EDGE.left + slot * (n + 0.5) + (m - chart.series.length / 2) * width;
    const [top, bottom] = [frame.at(Math.max(value, 0)), frame.at(Math.min(value, 0))];
    return svg(
      "rect",
      {
        x: x + 0.5,
        y: top,
        width: Math.max(width - 1, 1),
        height: Math.max(bottom - top, 0.5),
        rx: 2,
        class: `series-${m % SERIES}`,
      },
      svg("title", {}, `${series.name}, ${name}: ${value}`),
    );
  };
  return [
    axes(chart, categories, frame),
    categories.map((name, n) => chart.series.map((series, m) => bar(name, n, series, m))),
  ];
}

/** A curve through the points as Slack draws it: horizontal tangents half way between neighbours. */
function curve(points) {
  return points
    .map(([x, y], n) => {
      if (n === 0) return `M${x} ${y}`;
      const [beforeX, beforeY] = points[n - 1];
      const half = (beforeX + x) / 2;
      return `C${half} ${beforeY} ${half} ${y} ${x} ${y}`;
    })
    .join("");
}

function lines(chart) {
  const categories = categoriesOf(chart);
  const frame = scale(numbers(chart));
  const slot = (WIDE - EDGE.left - EDGE.right) / categories.length;
  const drawn = chart.series.map((series, m) => {
    const points = categories
      .map((name, n) => [EDGE.left + slot * (n + 0.5), frame.at(Number(valueOf(series, name)))])
      .filter(([, y]) => Number.isFinite(y));
    if (!points.length) return null;
    const zero = frame.at(0);
    const area = `${curve(points)}L${points.at(-1)[0]} ${zero}L${points[0][0]} ${zero}Z`;
    return [
      chart.type === "area" && svg("path", { d: area, class: `series-${m % SERIES}`, "fill-opacity": 0.2 }),
      svg(
        "path",
        { d: curve(points), class: `stroke-${m % SERIES}`, fill: "none", "stroke-width": 2 },
        svg("title", {}, series.name),
      ),
      points.length === 1 && svg("circle", { cx: points[0][0], cy: points[0][1], r: 3, class: `series-${m % SERIES}` }),
    ];
  });
  return [axes(chart, categories, frame), drawn];
}

function pie(chart) {
  const total = chart.segments.reduce((sum, one) => sum + Number(one.value), 0) || 1;
  const [cx, cy, r] = [WIDE / 2, HIGH / 2, HIGH / 2 - 10];
  let from = -Math.PI / 2;
  return chart.segments.map((one, n) => {
    const turn = (Number(one.value) / total) * Math.PI * 2;
    const name = svg("title", {}, `${one.label}: ${one.value}`);
    if (turn > Math.PI * 1.9999) return svg("circle", { cx, cy, r, class: `series-${n % SERIES}` }, name);
    const [x1, y1, x2, y2] = [Math.cos(from), Math.sin(from), Math.cos(from + turn), Math.sin(from + turn)].map(
      (part, k) => (k % 2 ? cy : cx) + r * part,
    );
    from += turn;
    return svg(
      "path",
      {
        d: `M${cx} ${cy}L${x1} ${y1}A${r} ${r} 0 ${turn > Math.PI ? 1 : 0} 1 ${x2} ${y2}Z`,
        class: `series-${n % SERIES} slice`,
      },
      name,
    );
  });
}

const DRAW = { bar: bars, line: lines, area: lines, pie };

/** Head and rows of the numbers: one column per series, or label and value of a pie. */
function rowsOf(chart) {
  if (chart.type === "pie") return [["", "Value"], ...chart.segments.map((one) => [one.label, one.value])];
  const head = [chart.axis_config?.x_label ?? "", ...chart.series.map((one) => one.name)];
  return [head, ...categoriesOf(chart).map((name) => [name, ...chart.series.map((one) => valueOf(one, name) ?? "")])];
}

function table([head, ...rows]) {
  return el(
    "div",
    { class: "table-scroll", hidden: true },
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((one) => el("th", { scope: "col" }, one)),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map((row) =>
          el(
            "tr",
            {},
            row.map((one, n) => el("td", { class: n ? "to-right" : "" }, one)),
          ),
        ),
      ),
    ),
  );
}

/** A chart with its title, a key of its series and a switch between picture and table. */
export function chartBlock({ title, chart }) {
  const draw = DRAW[chart.type];
  if (!draw) return el("div", { class: "unknown" }, `chart ${chart.type} is not drawn here`);
  const rows = rowsOf(chart);
  const words = rows
    .slice(1)
    .map((row) => row.join(" "))
    .join("; ");
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `${title}. ${words}` },
    ...draw(chart).flat(Infinity).filter(Boolean),
  );
  const names = chart.type === "pie" ? chart.segments.map((one) => one.label) : chart.series.map((one) => one.name);
  const key = el(
    "ul",
    { class: "chart-key", "aria-hidden": "true" },
    names.map((name, n) => el("li", { class: `key-${n % SERIES}` }, name)),
  );
  const numbersTable = table(rows);
  const toggle = el(
    "button",
    {
      type: "button",
      class: "btn quiet",
      "aria-label": "Show as table",
      "aria-pressed": "false",
      onclick: () => {
        const asTable = numbersTable.hidden;
        numbersTable.hidden = !asTable;
        drawing.toggleAttribute("hidden", asTable);
        key.hidden = asTable;
        toggle.setAttribute("aria-pressed", String(asTable));
      },
    },
    icon("table"),
  );
  return el(
    "figure",
    { class: "chart" },
    el("figcaption", {}, el("span", {}, title), toggle),
    drawing,
    key,
    numbersTable,
  );
}
