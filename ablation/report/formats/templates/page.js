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
const button = (text, act, properties = {}) => {
  const made = make("button", { type: "button", textContent: text, ...properties });
  made.addEventListener("click", act);
  return made;
};
const shown = (number) => number === null ? "no value" : String(+number.toPrecision(4)).replace("-", "−");

// What a mark is, in words.
function described(mark) {
  if (mark.dataset.t) return mark.dataset.t;
  if (mark.dataset.r) {
    const [cell, seed, status, log, ...values] = data.runs[mark.dataset.r];
    const told = [data.cells[cell][0]];
    if (data.block) told.push(`${data.block} ${seed}`);
    values.forEach((value, i) => told.push(`${data.responses[i][0]}: ${shown(value)}`));
    if (status) told.push(`status: ${status}`);
    if (log) told.push(`log: ${log}`);
    return told.join("\n");
  }
  return data.cells[mark.dataset.c][0];
}
const cellOf = (mark) => mark.dataset.r ? data.runs[mark.dataset.r][0] : mark.dataset.c;

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
  if (pinned && pinned.isConnected) point(pinned); else tip.hidden = true;
}
function pin(mark) {
  all(".pin").forEach((other) => other.classList.remove("pin"));
  pinned = mark;
  if (!mark) { tip.hidden = true; return; }
  const { r, t } = mark.dataset, cell = t && !r ? null : cellOf(mark);
  if (cell === null) mark.classList.add("pin");
  else {
    all(r ? `[data-r="${r}"]` : "[data-r]").forEach((m) => {
      if (r || String(cellOf(m)) === String(cell)) m.classList.add("pin");
    });
    all(`[data-c="${cell}"]`).forEach((m) => m.classList.add("pin"));
  }
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
    if (far < least) { least = far; near = { [path.dataset.of]: which }; }
  }
  if (near) point({ dataset: near, getBoundingClientRect: () => new DOMRect(clientX, clientY) }); else unpoint();
});
addEventListener("click", ({ target }) => {
  const mark = target.closest(MARKS);
  if (mark) pin(mark === pinned ? null : mark);
  else if (pinned && !target.closest("button, a, input, select, summary, label, #tip")) pin(null);
});
addEventListener("scroll", () => { if (!tip.hidden) unpoint(); }, { passive: true });
addEventListener("keydown", ({ key }) => { if (key === "Escape") { pin(null); tip.hidden = true; } });

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
      all(".here").forEach((other) => other.classList.remove("here"));
      marks[at].classList.add("here");
      point(marks[at]);
      say(described(marks[at]));
      event.preventDefault();
    } else if (event.key === "Enter" && at >= 0) pin(marks[at]);
  });
  figure.addEventListener("blur", () => { figure.querySelector(".here")?.classList.remove("here"); unpoint(); });
}

// Chips of levels dim what is not chosen; verdicts stay as they are.
const chosen = data.factors.map(() => new Set());
const isShown = (cell) => chosen.every((levels, i) => !levels.size || levels.has(data.cells[cell][1][i]));
function filter() {
  const is = data.cells.map((_, cell) => isShown(cell));
  for (const mark of all("[data-r], [data-c]")) mark.classList.toggle("dim", !is[cellOf(mark)]);
  const n = data.runs.filter((run) => is[run[0]]).length;
  const on = chosen.some((levels) => levels.size);
  one("filtered").textContent = on ? `${n} of ${data.runs.length} runs. Exploring, not testing: verdicts stay.` : "";
  one("unfilter").hidden = !on;
  all("table[data-ties]").forEach((table) => table.dispatchEvent(new Event("filter")));
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
  const rows = all("tbody tr", table), body = table.tBodies[0], ties = rows.slice(0, +table.dataset.ties);
  const search = make("input", { type: "search", placeholder: "search cells", ariaLabel: "Search cells" });
  const only = make("input", { type: "checkbox" });
  const count = make("span", { className: "count" });
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    let n = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = (only.checked && !ties.includes(row)) || !words.every((word) => text.includes(word));
      n += !row.hidden;
    }
    count.textContent = `${n} of ${rows.length}`;
  };
  [search, only].forEach((input) => input.addEventListener("input", apply));
  table.addEventListener("filter", apply);
  const label = make("label", {}, only, ` only what ties with the best (${ties.length})`);
  table.closest(".scroll").before(make("div", { className: "tools" }, search, label, count));
  apply();
  all("thead th", table).forEach((head, i) => {
    const text = head.textContent;
    head.replaceChildren(button(text, () => {
      const up = head.ariaSort !== "ascending";
      all("th", table).forEach((other) => other.ariaSort = null);
      head.ariaSort = up ? "ascending" : "descending";
      const key = (row) => row.cells[i].textContent.trim();
      const isNumber = head.classList.contains("number");
      body.append(...[...rows].sort((a, b) => {
        const [x, y] = [key(a), key(b)].map(isNumber ? numberOf : String);
        const order = isNumber ? (isNaN(x) - isNaN(y)) || x - y : x.localeCompare(y);
        return up ? order : -order;
      }));
      say(`Sorted by ${text}, ${up ? "ascending" : "descending"}`);
    }, { className: "sort" }));
  });
}

// Two cells, seed by seed.
for (const room of all(".compare")) {
  const pick = (label, at) => {
    const options = data.cells.map(([name], i) => make("option", { value: i, textContent: name }));
    const select = make("select", { ariaLabel: label }, ...options);
    select.value = at;
    select.addEventListener("change", show);
    return select;
  };
  const order = all("table[data-ties] tr[data-c]").map((row) => row.dataset.c);
  const first = pick("One cell", order[0] ?? 0), second = pick("The other cell", order[1] ?? 1);
  const out = make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Comparison of two cells" });
  const response = data.responses[0], isLog = response[2], sign = response[3] ? 1 : -1;
  function show() {
    const of = (cell) => new Map(data.runs.filter((run) => run[0] === +cell && run[4] !== null).map((run) => [run[1], run[4]]));
    const [a, b] = [of(first.value), of(second.value)];
    const pairs = [...a.keys()].filter((seed) => b.has(seed)).map((seed) => [seed, a.get(seed), b.get(seed)]);
    const change = ([, x, y]) => isLog ? 100 * (x / y - 1) : x - y;
    const unit = isLog ? " %" : response[1] && ` ${response[1]}`;
    const signed = (x) => `${x > 0 ? "+" : ""}${shown(x)}${unit}`;
    const changes = pairs.map(change).sort((x, y) => x - y), n = changes.length;
    const better = changes.filter((x) => sign * x < 0).length;
    const middle = n && (changes[(n - 1) >> 1] + changes[n >> 1]) / 2;
    out.replaceChildren(make("p", {
      textContent: n ? `${response[0]}, one − the other: median ${signed(middle)}, from ${signed(changes[0])} to ` +
        `${signed(changes[n - 1])}; the one is better in ${better} of ${n} pairs. Exploring, not testing.`
        : "They share no run with a value.",
    }));
    if (!n) return;
    const heads = [data.block || "run", "one", "the other", "difference"];
    const row = (texts, tag = "td") => make("tr", {}, ...texts.map((text) => make(tag, { textContent: text, className: "number" })));
    const head = row(heads, "th");
    const body = pairs.slice(0, 200).map((pair) => row([pair[0], shown(pair[1]), shown(pair[2]), signed(change(pair))]));
    out.append(make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
  }
  room.append(make("h3", { textContent: "Two cells, pair by pair" }), make("div", { className: "tools" }, first, second), out);
  room.hidden = false;
  show();
}

// Figures and tables as files.
function save(name, content, type) {
  const link = make("a", { download: name, href: content.startsWith("data:") ? content : `data:${type};charset=utf-8,${encodeURIComponent(content)}` });
  document.body.append(link);
  link.click();
  link.remove();
  say(`Saved ${name}`);
}
const style = one("figure-style").textContent.replace(/var\([^,()]+, *([^()]+)\)/g, "$1");
function drawing(plot) {
  const svg = plot.querySelector("svg").cloneNode(true), made = (tag) => document.createElementNS(svg.namespaceURI, tag), words = `${plot.dataset.title}.`.split(" "), lines = [""];
  const width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height;
  for (const word of words) {
    if ((lines.at(-1) + word).length * 6.6 > width - 8) lines.push("");
    lines[lines.length - 1] += `${word} `;
  }
  const tall = height + 10 + 17 * lines.length;
  const set = (element, values) => { for (const name in values) element.setAttribute(name, values[name]); return element; };
  lines.forEach((line, i) => {
    const text = set(made("text"), { x: 4, y: height + 17 * (i + 1) });
    text.textContent = line.trim();
    svg.append(text);
  });
  set(svg, { viewBox: `0 0 ${width} ${tall}`, width, height: tall });
  const sheet = made("style");
  sheet.textContent = style;
  svg.prepend(sheet);
  return [new XMLSerializer().serializeToString(svg), width, tall];
}
function saveImage(plot, name) {
  const [source, width, height] = drawing(plot), image = new Image();
  image.addEventListener("load", () => {
    const canvas = make("canvas", { width: 2 * width, height: 2 * height }), pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    save(`${name}.png`, canvas.toDataURL("image/png"));
  });
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
}
for (const plot of all(".plot")) {
  const name = plot.dataset.name;
  plot.parentElement.querySelector("figcaption").append(make("span", { className: "save" },
    button("SVG", () => save(`${name}.svg`, drawing(plot)[0], "image/svg+xml"), { ariaLabel: `Save ${name} as SVG` }),
    button("PNG", () => saveImage(plot, name), { ariaLabel: `Save ${name} as PNG` }),
    button("Larger", ({ currentTarget }) => currentTarget.ariaPressed = plot.parentElement.classList.toggle("large"), { ariaPressed: "false" })));
}
const cellsOf = (table) => [...table.rows].filter((row) => !row.hidden).map((row) => [...row.cells]);
const textOf = (cell) => cell.innerText.replace(/\s+/g, " ").trim();
const rowsOf = (table) => cellsOf(table).map((row) => row.map(textOf));
// With its rules, alignment and bold, for Word and the like; plain text for spreadsheets.
function copy(table, name) {
  const rows = cellsOf(table), end = rows.length - 1;
  const rich = make("table", {}, make("caption", { textContent: table.caption.textContent.trim() }), ...rows.map((row, i) => make("tr", {}, ...row.map((cell) => {
    const made = make("td", { textContent: textOf(cell) }), look = getComputedStyle(cell.querySelector("strong, .tag") ?? cell);
    made.style.cssText = `padding:2pt 6pt;text-align:${getComputedStyle(cell).textAlign};font-weight:${look.fontWeight};border-top:${i ? 0 : 1}pt solid;border-bottom:${i && i < end ? 0 : 1}pt solid`;
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
const TEX = { "\\": "\\textbackslash{}", "−": "$-$", "–": "--", "×": "$\\times$", "±": "$\\pm$", "²": "$^2$", "·": "$\\cdot$", "…": "\\ldots{}", "✓": "$\\checkmark$", "≤": "$\\leq$", "≥": "$\\geq$", "ω": "$\\omega$", "η": "$\\eta$", "<": "$<$", ">": "$>$", "|": "$|$", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" };
const tex = (text) => text.replace(/[\\−–×±²·…✓≤≥ωη<>|^~]|[{}$&#%_]/g, (c) => TEX[c] ?? `\\${c}`);
const csv = (text) => /^[=+\-@]/.test(text) && isNaN(text) ? `"'${text.replaceAll('"', '""')}"` : /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const FORMATS = {
  CSV: (rows) => rows.map((row) => row.map(csv).join(",")).join("\n"),
  Markdown: ([head, ...rows]) => [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map((t) => t.replaceAll("|", "\\|")).join(" | ")} |`).join("\n"),
  LaTeX: ([head, ...rows], caption) => [`% ${caption}. Needs booktabs, and amssymb for \\checkmark.`, `\\begin{tabular}{${"l".repeat(head.length)}}`, "\\toprule", ...[head, ...rows].map((row, i) => `${row.map(tex).join(" & ")} \\\\${i ? "" : "\n\\midrule"}`), "\\bottomrule", "\\end{tabular}"].join("\n"),
};
for (const table of all("table[data-name]")) {
  const caption = table.caption.textContent.trim(), end = { CSV: "csv", Markdown: "md", LaTeX: "tex" };
  const buttons = Object.entries(FORMATS).map(([kind, write]) => button(kind, () => save(`${table.dataset.name}.${end[kind]}`, write(rowsOf(table), caption), "text/plain"), { ariaLabel: `Save ${table.dataset.name} as ${kind}` }));
  buttons.push(button("Copy", () => copy(table, table.dataset.name), { ariaLabel: `Copy ${table.dataset.name} with its formatting` }));
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
