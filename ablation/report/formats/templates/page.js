"use strict";
const all = (query, inside = document) => [...inside.querySelectorAll(query)];
const one = (id) => document.getElementById(id);
const data = JSON.parse(one("data").textContent);
const say = (text) => { one("status").textContent = text; };
const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const unmark = (name) => all(`.${name}`).forEach((mark) => mark.classList.remove(name));
const button = (textContent, onclick, properties) => make("button", { type: "button", textContent, onclick, ...properties });
const shown = (number) => number === null ? "no value" : String(+number.toPrecision(4)).replace("-", "−");

// What a mark is, in words.
function described({ dataset: { t, r, c } }) {
  if (t || !r) return t ?? data.cells[c][0];
  const [cell, seed, status, log, ...values] = data.runs[r];
  return [
    data.cells[cell][0],
    data.block && `${data.block} ${seed}`,
    ...values.map((value, i) => `${data.responses[i][0]}: ${shown(value)}`),
    status && `status: ${status}`,
    log && `log: ${log}`,
  ].filter(Boolean).join("\n");
}
const cellOf = ({ dataset: { r, c } }) => r ? data.runs[r][0] : +c;

// Hover, focus and pins: a run that is pinned is ringed in every figure, and its cell in every table.
const tip = one("tip");
let pinned = null;
function point(mark) {
  tip.textContent = described(mark);
  tip.hidden = false;
  const box = mark.getBoundingClientRect();
  const left = Math.min(box.right + 8, innerWidth - tip.offsetWidth - 8);
  const below = box.bottom + tip.offsetHeight + 12 < innerHeight;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${below ? box.bottom + 6 : Math.max(4, box.top - tip.offsetHeight - 6)}px`;
}
function unpoint() {
  if (pinned?.isConnected) point(pinned); else tip.hidden = true;
}
function pin(mark) {
  unmark("pin");
  pinned = mark;
  if (!mark) return unpoint();
  const { r, t } = mark.dataset, cell = t && !r ? NaN : cellOf(mark);
  for (const other of all("[data-r], [data-c]")) {
    if (r && other.dataset.r ? other.dataset.r === r : cellOf(other) === cell) other.classList.add("pin");
  }
  mark.classList.add("pin");
  point(mark);
  say(`Pinned: ${described(mark)}`);
}
const MARKS = "svg [data-r], svg [data-c], svg [data-t]";
addEventListener("pointerover", ({ target }) => {
  const mark = target.closest?.(MARKS);
  if (mark) point(mark); else if (!target.closest?.("#tip")) unpoint();
});
// Of very many points, which are one path, the nearest.
const places = new Map();
function placesOf(path) {
  if (!places.has(path)) {
    let at = 0;
    const which = path.dataset.steps.split(" ").map((step) => at += +step);
    places.set(path, path.getAttribute("d").match(/-?\d+ -?\d+/g).map((place, i) => [...place.split(" ").map(Number), which[i]]));
  }
  return places.get(path);
}
addEventListener("pointermove", ({ target, clientX, clientY }) => {
  const svg = target.closest?.("svg.fig"), paths = svg ? all("[data-steps]", svg) : [];
  if (!paths.length || target.closest(MARKS)) return;
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
  let least = 12 ** 2, near = null;
  for (const path of paths) for (const [a, b, which] of placesOf(path)) {
    const far = (a - x) ** 2 + (b - y) ** 2;
    if (far < least) { least = far; near = { [path.dataset.of]: `${which}` }; }
  }
  if (near) point({ dataset: near, getBoundingClientRect: () => new DOMRect(clientX, clientY) }); else unpoint();
});
addEventListener("click", ({ target }) => {
  const mark = target.closest(MARKS);
  if (mark) pin(mark === pinned ? null : mark);
  else if (pinned && !target.closest("button, a, input, select, summary, label, #tip")) pin(null);
});
addEventListener("scroll", unpoint);
addEventListener("keydown", ({ key }) => { if (key === "Escape") pin(null); });

// The keyboard goes through the marks of a figure by arrow keys, and pins by Enter.
for (const figure of all(".plot")) {
  const marks = all(MARKS, figure);
  if (!marks.length) continue;
  let at = -1;
  figure.tabIndex = 0;
  figure.role = "group";
  figure.ariaLabel = `${figure.dataset.title}: arrow keys go through ${marks.length} marks, Enter pins`;
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      at = (at + step + marks.length) % marks.length;
      unmark("here");
      marks[at].classList.add("here");
      point(marks[at]);
      say(described(marks[at]));
      event.preventDefault();
    } else if (event.key === "Enter" && at >= 0) pin(marks[at]);
  });
  figure.addEventListener("blur", () => { unmark("here"); unpoint(); });
}

// Chips of levels dim what is not chosen; verdicts stay as they are.
const chosen = data.factors.map(() => new Set());
function filter() {
  const is = data.cells.map(([, levels]) => chosen.every((few, i) => !few.size || few.has(levels[i])));
  for (const mark of all("[data-r], [data-c]")) mark.classList.toggle("dim", !is[cellOf(mark)]);
  const n = data.runs.filter((run) => is[run[0]]).length;
  const on = chosen.some((levels) => levels.size);
  one("filtered").textContent = on ? `${n} of ${data.runs.length} runs. Exploring, not testing: verdicts stay.` : "";
  one("unfilter").hidden = !on;
  dispatchEvent(new Event("filter"));
}
if (data.cells.length > 1) {
  const room = one("filter");
  data.factors.forEach(([name, levels], i) => {
    if (levels.length < 2 || levels.length > 40) return;
    const chips = levels.map((level, j) => button(level, ({ currentTarget }) => {
      const on = !chosen[i].delete(j);
      if (on) chosen[i].add(j);
      currentTarget.ariaPressed = on;
      filter();
    }, { className: "chip", ariaPressed: "false" }));
    room.append(make("fieldset", {}, make("legend", { textContent: name }), ...chips));
  });
  room.append(button("All runs", () => {
    chosen.forEach((levels) => levels.clear());
    all(".chip", room).forEach((chip) => chip.ariaPressed = "false");
    filter();
  }, { id: "unfilter", hidden: true }), make("p", { id: "filtered", role: "status" }));
  room.parentElement.hidden = false;
}

// The table of cells sorts, searches, and shows what ties with the best.
const numberOf = (text) => {
  const found = text.replaceAll("−", "-").match(/-?\d[\d.]*(e-?\d+)?/);
  return found ? +found[0] : NaN;
};
for (const table of all("table[data-ties]")) {
  const rows = all("tbody tr", table), ties = rows.slice(0, +table.dataset.ties);
  const search = make("input", { type: "search", placeholder: "search cells", ariaLabel: "Search cells", oninput: apply });
  const only = make("input", { type: "checkbox", oninput: apply });
  const count = make("span", { className: "count" });
  function apply() {
    const words = search.value.toLowerCase().split(/\s+/);
    let n = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = row.matches(".dim") || (only.checked && !ties.includes(row)) || !words.every((word) => text.includes(word));
      n += !row.hidden;
    }
    count.textContent = `${n} of ${rows.length}`;
  }
  addEventListener("filter", apply);
  const label = make("label", {}, only, ` only what ties with the best (${ties.length})`);
  table.closest(".scroll").before(make("div", { className: "tools" }, search, label, count));
  apply();
  all("thead th", table).forEach((head, i) => {
    const text = head.textContent;
    head.replaceChildren(button(text, () => {
      const up = head.ariaSort !== "ascending";
      all("th", table).forEach((other) => other.ariaSort = null);
      head.ariaSort = up ? "ascending" : "descending";
      const isNumber = head.className === "number";
      table.tBodies[0].append(...rows.sort((...pair) => {
        const [x, y] = pair.map((row) => row.cells[i].textContent.trim()).map(isNumber ? numberOf : String);
        const order = isNumber ? (isNaN(x) - isNaN(y)) || x - y : x.localeCompare(y);
        return up ? order : -order;
      }));
      say(`Sorted by ${text}, ${head.ariaSort}`);
    }, { className: "sort" }));
  });
}

// Two cells, seed by seed.
for (const room of all(".compare")) {
  const order = all("tr[data-c]").map((row) => row.dataset.c);
  const [first, second] = ["First cell", "Second cell"].map((ariaLabel, i) => {
    const select = make("select", { ariaLabel, onchange: show }, ...data.cells.map(([name], cell) => new Option(name, cell)));
    select.value = order[i] ?? i;
    return select;
  });
  const out = make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Comparison of two cells" });
  const [response, unit, isLog, isLower] = data.responses[0];
  const valuesOf = ({ value }) => new Map(data.runs.filter((run) => run[0] === +value && run[4] !== null).map((run) => [run[1], run[4]]));
  function show() {
    const other = valuesOf(second);
    const pairs = [...valuesOf(first)].filter(([seed]) => other.has(seed)).map(([seed, x]) => [seed, x, other.get(seed)]);
    const changes = pairs.map(([, x, y]) => isLog ? 100 * (x / y - 1) : x - y);
    const signed = (x) => `${x > 0 ? "+" : ""}${shown(x)}${isLog ? " %" : unit && ` ${unit}`}`;
    const sorted = [...changes].sort((x, y) => x - y), n = pairs.length;
    const better = changes.filter((x) => isLower ? x < 0 : x > 0).length;
    out.replaceChildren(make("p", {
      textContent: n ? `${response}, first − second: median ${signed((sorted[(n - 1) >> 1] + sorted[n >> 1]) / 2)}, from ${signed(sorted[0])} to ` +
        `${signed(sorted[n - 1])}; the first is better in ${better} of ${n} pairs. Exploring, not testing.`
        : "They share no run with a value.",
    }));
    if (!n) return;
    const row = (texts, tag = "td") => make("tr", {}, ...texts.map((textContent) => make(tag, { textContent, className: "number" })));
    const body = pairs.slice(0, 200).map(([seed, x, y], i) => row([seed, shown(x), shown(y), signed(changes[i])]));
    out.append(make("table", {}, make("thead", {}, row([data.block || "run", "first", "second", "difference"], "th")), make("tbody", {}, ...body)));
  }
  room.append(make("h3", { textContent: "Two cells, pair by pair" }), make("div", { className: "tools" }, first, second), out);
  room.hidden = false;
  show();
}

// Figures and tables as files.
const asData = (text, type = "text/plain") => `data:${type};charset=utf-8,${encodeURIComponent(text)}`;
function save(name, href) {
  make("a", { download: name, href }).click();
  say(`Saved ${name}`);
}
const saver = (kind, name, act) => button(kind, act, { ariaLabel: `Save ${name} as ${kind}` });
const style = one("figure-style").textContent.replace(/var\([^,()]+, *([^()]+)\)/g, "$1");
function drawing(plot) {
  const svg = plot.querySelector("svg").cloneNode(true), { width, height } = svg.viewBox.baseVal, lines = [""];
  for (const word of `${plot.dataset.title}.`.split(" ")) {
    if ((lines.at(-1) + word).length * 6.6 > width - 8) lines.push("");
    lines[lines.length - 1] += `${word} `;
  }
  const tall = height + 10 + 17 * lines.length;
  const set = (element, values) => { for (const name in values) element.setAttribute(name, values[name]); };
  const add = (tag, textContent, values) => {
    const made = Object.assign(document.createElementNS(svg.namespaceURI, tag), { textContent });
    set(made, values);
    svg.append(made);
  };
  add("style", style);
  lines.forEach((line, i) => add("text", line, { x: 4, y: height + 17 * (i + 1) }));
  set(svg, { viewBox: `0 0 ${width} ${tall}`, width, height: tall });
  return [asData(new XMLSerializer().serializeToString(svg), "image/svg+xml"), 2 * width, 2 * tall];
}
function saveImage(plot, name) {
  const [src, width, height] = drawing(plot), image = make("img", { src });
  image.onload = () => {
    const canvas = make("canvas", { width, height }), pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, width, height);
    pen.drawImage(image, 0, 0, width, height);
    save(`${name}.png`, canvas.toDataURL());
  };
}
for (const plot of all(".plot")) {
  const { dataset: { name }, parentElement: figure } = plot;
  figure.querySelector("figcaption").append(make("span", { className: "save" },
    saver("SVG", name, () => save(`${name}.svg`, drawing(plot)[0])),
    saver("PNG", name, () => saveImage(plot, name)),
    button("Larger", ({ currentTarget }) => currentTarget.ariaPressed = figure.classList.toggle("large"), { ariaPressed: "false" })));
}
const cellsOf = (table) => [...table.rows].filter((row) => !row.hidden).map((row) => [...row.cells]);
const textOf = (cell) => cell.innerText.replace(/\s+/g, " ").trim();
// With its rules, alignment and bold, for Word and the like; plain text for spreadsheets.
function copy(table, name) {
  const rows = cellsOf(table), line = (is) => `${+is}pt solid`;
  const rich = make("table", {}, make("caption", { textContent: textOf(table.caption) }), ...rows.map((row, i) => make("tr", {}, ...row.map((cell) => {
    const made = make("td", { textContent: textOf(cell) }), look = getComputedStyle(cell.querySelector("strong, .tag") ?? cell);
    made.style.cssText = `padding:2pt 6pt;text-align:${getComputedStyle(cell).textAlign};font-weight:${look.fontWeight};border-top:${line(!i)};border-bottom:${line(!i || !rows[i + 1])}`;
    return made;
  }))));
  rich.style.borderCollapse = "collapse";
  addEventListener("copy", (event) => {
    event.clipboardData.setData("text/html", rich.outerHTML);
    event.clipboardData.setData("text/plain", rows.map((row) => row.map(textOf).join("\t")).join("\n"));
    event.preventDefault();
  }, { once: true });
  say(document.execCommand("copy") ? `Copied ${name}` : "Not copied: this browser does not allow it");
}
const TEX = { "\\": "\\backslash", "^": "\\hat{}", "~": "\\sim", "−": "-", "×": "\\times", "±": "\\pm", "²": "^2", "·": "\\cdot", "…": "\\ldots", "✓": "\\checkmark", "≤": "\\leq", "≥": "\\geq", "ω": "\\omega", "η": "\\eta", "<": "<", ">": ">", "|": "|" };
const tex = (text) => text.replace(/[^\w ]|_/g, (c) => TEX[c] ? `$${TEX[c]}$` : "{}$&#%_".includes(c) ? `\\${c}` : c);
const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
const csv = (text) => /^[=+\-@]/.test(text) && isNaN(text) ? quoted(`'${text}`) : /[",\n]/.test(text) ? quoted(text) : text;
const FORMATS = {
  CSV: ["csv", (rows) => rows.map((row) => row.map(csv).join(",")).join("\n")],
  Markdown: ["md", ([head, ...rows]) => [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map((t) => t.replaceAll("|", "\\|")).join(" | ")} |`).join("\n")],
  LaTeX: ["tex", (rows, table) => `% Needs booktabs, graphicx, and amssymb for \\checkmark. At most 45 rows; the CSV has all.
\\begin{table}[htbp]
\\centering
\\caption{${tex(textOf(table.caption))}}
\\label{tab:${table.dataset.name}}
\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%
\\begin{tabular}{${[...table.rows[0].cells].map((cell) => cell.className ? "r" : "l").join("")}}
\\toprule
${rows.slice(0, 46).map((row, i) => `${row.map(tex).join(" & ")} \\\\${i ? "" : "\n\\midrule"}`).join("\n")}
\\bottomrule
\\end{tabular}}
\\end{table}`],
};
for (const table of all("table[data-name]")) {
  const { name } = table.dataset;
  const buttons = Object.entries(FORMATS).map(([kind, [end, write]]) => saver(kind, name, () => save(`${name}.${end}`, asData(write(cellsOf(table).map((row) => row.map(textOf)), table)))));
  buttons.push(button("Copy", () => copy(table, name), { ariaLabel: `Copy ${name} with its formatting` }));
  (table.closest(".scroll") ?? table).after(make("div", { className: "save" }, ...buttons));
}

// Where the reader is; what a link points at is opened.
const links = new Map(all(".contents a").map((link) => [link.hash.slice(1), link]));
const watch = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
  links.get(target.id)?.classList.toggle("here", isIntersecting);
}), { rootMargin: "-10% 0px -60%" });
all("main > section").forEach((section) => watch.observe(section));
function open() {
  const target = location.hash ? one(decodeURIComponent(location.hash.slice(1))) : null;
  const folded = target?.closest("details") ?? target?.querySelector(":scope > details:only-of-type");
  if (folded) folded.open = true;
  target?.scrollIntoView();
}
addEventListener("hashchange", open);
open();
addEventListener("beforeprint", () => all("details").forEach((folded) => { folded.open = true; }));
const focusable = () => all(".plot, .paper").forEach((box) => {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
});
focusable();
addEventListener("resize", focusable);
