// Draws the part of a plotly figure that our explorers use, as SVG, in layers: the ground with its axes, the shapes,
// each trace, the notes. A layer is a few elements, so for every change it is written anew, but put into the page only
// where its text differs: laying elements out takes the page longer than writing them takes us.

const MULTIPLIERS = [[1e18, " E"], [1e15, " P"], [1e12, " T"], [1e9, " B"], [1e6, " M"], [1e3, " K"]];
const BYTES = [[1e18, " EB"], [1e15, " PB"], [1e12, " TB"], [1e9, " GB"], [1e6, " MB"], [1e3, " KB"]];
const FONT = 12;
const SVG = "http://www.w3.org/2000/svg";

const escaped = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

const pen = document.createElement("canvas").getContext("2d");
const widthOf = (text) => pen.measureText(text).width;

// Asking the page for its font or a width makes it lay itself out, so that is done when a size changes, not per move.
function sizeOf(el) {
  pen.font = `${FONT}px ${getComputedStyle(document.body).fontFamily || "sans-serif"}`;
  return el.clientWidth;
}

function tickText(value, axis) {
  if (axis.ticksuffix === "B") {
    const [size, name] = BYTES.find(([s]) => value >= s * 0.999) || [1, " B"];
    return Number((value / size).toPrecision(4)) + name;
  }
  const [size, name] = MULTIPLIERS.find(([s]) => Math.abs(value) >= s * 0.999) || [1, ""];
  return (axis.tickprefix || "") + Number((value / size).toPrecision(4)) + name + (axis.ticksuffix || "");
}

function wrap(text, width) {
  const lines = [""];
  for (const word of String(text).split(" ")) {
    const longer = lines.at(-1) ? lines.at(-1) + " " + word : word;
    if (widthOf(longer) > width && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

// An axis: place(value) in pixels, and its ticks as [value, text]. Ranges of log axes are exponents, as plotly's.
function scale(axis, from, to, categories) {
  if (categories) {
    const step = (to - from) / categories.length;
    return { place: (c) => from + step * (categories.indexOf(c) + 0.5), ticks: [], step: Math.abs(step) };
  }
  const log = axis.type === "log";
  const [low, high] = axis.range;
  const place = (value) => {
    const at = log ? Math.log10(Math.max(value, 1e-300)) : value;
    const share = Math.min(Math.max((at - low) / (high - low), -0.02), 1.02);
    return from + share * (to - from);
  };
  if (axis.tickvals) return { place, ticks: axis.tickvals.map((v, i) => [v, axis.ticktext?.[i] ?? tickText(v, axis)]) };
  const room = Math.max(2, Math.floor(Math.abs(to - from) / 62));
  let step = log ? Math.max(1, Math.ceil((high - low) / room)) : (high - low) / room;
  if (!log) {
    const power = 10 ** Math.floor(Math.log10(step));
    step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= step * 0.999);
  }
  const ticks = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-6; at += step) {
    const value = log ? 10 ** Math.round(at) : Number(at.toPrecision(12));
    ticks.push([value, tickText(value, axis)]);
  }
  return { place, ticks };
}

// The ticks whose words have room beside their neighbours': evenly where they are even, else what fits.
function withRoom(ticks) {
  const fits = (some) => some.every(({ from }, i) => i === 0 || from >= some[i - 1].to + 6);
  const gaps = ticks.slice(1).map(({ px }, i) => px - ticks[i].px);
  if (gaps.every((gap) => Math.abs(gap - gaps[0]) < 1)) {
    for (let each = 1; each < ticks.length; each += 1) {
      const some = ticks.filter((_, i) => i % each === 0);
      if (fits(some)) return some;
      if (fits(some.slice(0, -1))) return some.slice(0, -1); // it is moved in from the edge
    }
  }
  return ticks.reduce((some, tick) => (fits([...some.slice(-1), tick]) ? [...some, tick] : some), []);
}

// The head of an arrow that comes from one point and ends at another, both in pixels.
function arrowHead([fromX, fromY], [toX, toY], { arrowcolor, arrowwidth }) {
  const far = Math.hypot(toX - fromX, toY - fromY) || 1;
  const [dx, dy] = [(toX - fromX) / far, (toY - fromY) / far];
  const [long, wide] = [7 + arrowwidth, 3 + arrowwidth];
  const corners = [
    [toX, toY],
    [toX - dx * long - dy * wide, toY - dy * long + dx * wide],
    [toX - dx * long + dy * wide, toY - dy * long - dx * wide],
  ];
  const points = corners.map((corner) => corner.map((at) => at.toFixed(1)).join(",")).join(" ");
  return `<polygon points="${points}" fill="${escaped(arrowcolor)}"/>`;
}

const list = (value, length) => (Array.isArray(value) ? value : Array(length).fill(value));

function drawing(figure, width) {
  const { data, layout } = figure;
  const height = layout.height || 320;
  const { xaxis, yaxis } = layout;
  const narrow = width < 520;
  const rows = yaxis.type === "category" ? yaxis.categoryarray : null;
  const legend = data.filter((trace) => trace.showlegend);
  const above = rows && narrow; // row names stand above their bars when there is no room beside them
  const named = (rows || []).map((row) => (above ? [row] : wrap(row, width * 0.4 - 14)));
  const longest = rows ? Math.max(...named.flat().map((line) => widthOf(line))) : 44;
  const bare = xaxis.visible === false; // a diagram: no ticks, no grid, all the room for what is in it
  const left = bare ? 4 : above ? 8 : longest + 14 + (yaxis.title?.text && !rows ? 18 : 0);
  const right = width - (bare ? 4 : 14);
  const legendWidths = legend.map((trace) => widthOf(trace.name) + 34);
  const legendRows = [[]];
  legend.forEach((trace, i) => {
    const used = legendRows.at(-1).reduce((sum, j) => sum + legendWidths[j], 0);
    if (used + legendWidths[i] > width - 16 && legendRows.at(-1).length) legendRows.push([]);
    legendRows.at(-1).push(i);
  });
  const notes = layout.annotations || [];
  const top = 8 + (legend.length ? 20 * legendRows.length : 0) + (notes.some((note) => note.yref === "paper") ? 18 : 0);
  const title = bare ? [] : wrap(xaxis.title?.text || "", right - left);
  const bottom = bare ? height - 4 : height - 24 - 15 * title.length;
  const x = scale(xaxis, left, right, null);
  const y = rows ? scale(yaxis, top, bottom, rows) : scale(yaxis, bottom, top, null);
  const layers = [[]];
  let out = layers[0];
  const layer = () => layers.push((out = []));
  const text = (px, py, words, more = "") =>
    out.push(`<text x="${px.toFixed(1)}" y="${py.toFixed(1)}" ${more}>${escaped(words)}</text>`);

  legendRows.forEach((row, line) => {
    let at = 8;
    for (const i of row) {
      const colour = legend[i].line?.color || legend[i].marker?.color;
      out.push(`<rect x="${at}" y="${4 + 20 * line}" width="16" height="11" rx="2" fill="${escaped(colour)}"/>`);
      text(at + 21, 14 + 20 * line, legend[i].name);
      at += legendWidths[i];
    }
  });
  const ticks = (bare ? [] : x.ticks).map(([value, words]) => {
    const px = x.place(value);
    const anchor = px > right - 16 ? "end" : px < left + 12 && above ? "start" : "middle";
    const half = widthOf(words) / 2;
    const from = anchor === "end" ? px - 2 * half : anchor === "start" ? px : px - half;
    return { px, words, anchor, from, to: from + 2 * half };
  });
  for (const { px } of ticks) out.push(`<line class="grid" x1="${px}" x2="${px}" y1="${top}" y2="${bottom}"/>`);
  for (const { px, words, anchor } of withRoom(ticks)) {
    text(px, bottom + 15, words, `text-anchor="${anchor}" class="tick"`);
  }
  title.forEach((line, i) => text((left + right) / 2, bottom + 31 + 15 * i, line, 'text-anchor="middle"'));
  if (rows) {
    rows.forEach((row, i) => {
      if (above) text(left, y.place(row) - y.step * 0.2, row);
      else {
        const first = y.place(row) + 4 - 7 * (named[i].length - 1);
        named[i].forEach((line, j) => text(left - 8, first + 14 * j, line, 'text-anchor="end"'));
      }
    });
  } else {
    for (const [value, words] of bare ? [] : y.ticks) {
      const py = y.place(value);
      out.push(`<line class="grid" x1="${left}" x2="${right}" y1="${py}" y2="${py}"/>`);
      text(left - 6, py + 4, words, 'text-anchor="end" class="tick"');
    }
    const words = yaxis.title?.text;
    if (words) {
      const middle = (top + bottom) / 2;
      text(14, middle, words, `text-anchor="middle" transform="rotate(-90 14 ${middle})"`);
    }
  }
  layer();
  for (const shape of layout.shapes || []) {
    const x0 = x.place(shape.x0);
    const x1 = x.place(shape.x1);
    const y0 = shape.yref === "paper" ? bottom : y.place(shape.y0);
    const y1 = shape.yref === "paper" ? top : y.place(shape.y1);
    if (shape.type === "rect") {
      out.push(`<rect x="${Math.min(x0, x1)}" y="${Math.min(y0, y1)}" width="${Math.abs(x1 - x0)}"
        height="${Math.abs(y1 - y0)}" fill="${escaped(shape.fillcolor)}" opacity="${shape.opacity ?? 1}"
        ${shape.line ? `stroke="${escaped(shape.line.color)}" stroke-width="${shape.line.width}" rx="4"` : ""}/>`);
    } else {
      out.push(`<line x1="${x0}" x2="${x1}" y1="${y0}" y2="${y1}" stroke="${escaped(shape.line.color)}"
        stroke-width="${shape.line.width || 1.5}" ${shape.line.dash ? 'stroke-dasharray="6 4"' : ""}/>`);
    }
  }
  for (const trace of data) {
    layer();
    const count = trace.x.length;
    const hover = list(trace.hovertext, count);
    const words = list(trace.text, count);
    const colours = list(trace.marker?.color, count);
    if (trace.type === "bar") {
      const thick = Math.min(y.step * (above ? 0.38 : 0.6), 26);
      const floor = xaxis.type === "log" ? 10 ** xaxis.range[0] : xaxis.range[0];
      const base = list(trace.base, count);
      trace.y.forEach((row, i) => {
        const start = x.place(base[i] ?? floor);
        const end = x.place((base[i] ?? 0) + trace.x[i]);
        const middle = y.place(row) + (above ? y.step * 0.13 : 0);
        const [from, to] = [Math.min(start, end), Math.max(start, end)];
        out.push(`<rect x="${from.toFixed(1)}" y="${(middle - thick / 2).toFixed(1)}" width="${Math.max(to - from, 1).toFixed(1)}"
          height="${thick.toFixed(1)}" rx="2" fill="${escaped(colours[i])}"><title>${escaped(hover[i] ?? words[i] ?? "")}</title></rect>`);
        if (words[i]) {
          const outside = to + 6 + widthOf(words[i]) < right + 10;
          text(outside ? to + 6 : to - 6, middle + 4, words[i], outside ? "" : 'text-anchor="end" class="inside"');
        }
      });
    } else {
      const points = trace.x.map((value, i) => [x.place(value), y.place(trace.y[i])]);
      if (trace.mode.includes("lines")) {
        if (trace.fill === "tozeroy" && points.length) {
          const zero = y.place(0).toFixed(1);
          const edge = points.map(([px, py]) => `L${px.toFixed(1)} ${py.toFixed(1)}`).join("");
          out.push(`<path d="M${points[0][0].toFixed(1)} ${zero}${edge}L${points.at(-1)[0].toFixed(1)} ${zero}Z" fill="${escaped(trace.fillcolor)}"/>`);
        }
        const path = points.map(([px, py], i) => `${i ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
        out.push(`<path d="${path}" fill="none" stroke="${escaped(trace.line.color)}" stroke-width="${trace.line.width || 2}"/>`);
      }
      if (trace.mode.includes("markers")) {
        const symbol = trace.marker.symbol || "circle";
        points.forEach(([px, py], i) => {
          const at = above ? py + y.step * 0.13 : py;
          const label = `<title>${escaped(hover[i] ?? "")}</title>`;
          const fill = `fill="${escaped(colours[i])}"`;
          if (symbol === "diamond") out.push(`<path d="M${px} ${at - 7}l7 7l-7 7l-7 -7z" ${fill}>${label}</path>`);
          else out.push(`<circle cx="${px}" cy="${at}" r="6" ${fill}>${label}</circle>`);
          if (words[i] && above) {
            // The row's name takes the room above, so one number goes left and the other right.
            const side = trace.textposition?.startsWith("bottom") ? 1 : -1;
            text(px + 11 * side, at + 4, words[i], `text-anchor="${side > 0 ? "start" : "end"}"`);
          } else if (words[i]) {
            const half = widthOf(words[i]) / 2;
            const anchor = px - half < left ? "start" : px + half > right ? "end" : "middle";
            text(px, trace.textposition?.startsWith("bottom") ? at + 19 : at - 10, words[i], `text-anchor="${anchor}"`);
          }
        });
      }
    }
  }
  layer();
  for (const note of notes) {
    const px = x.place(xaxis.type === "log" ? 10 ** note.x : note.x); // as in plotly: an exponent on a log axis
    if (note.showarrow) {
      out.push(arrowHead([x.place(note.ax), y.place(note.ay)], [px, y.place(note.y)], note));
      continue;
    }
    const py = note.yref === "paper" ? top - 6 : y.place(note.y) + 4;
    const wide = widthOf(note.text) / 2;
    const anchor = px + wide > right ? "end" : px - wide < 0 ? "start" : "middle";
    const weight = note.font?.weight ? `style="font-weight: ${Number(note.font.weight)}"` : "";
    text(px, py, note.text, `text-anchor="${anchor}" class="${note.name ? "boxed" : "note"}" ${weight}`);
  }
  return { height, layers: layers.map((parts) => parts.join("")) };
}

// Bring the layers of a picture up to date: as many groups as there are layers, each rewritten only if it differs.
function paint(svg, layers, painted) {
  while (svg.childElementCount > layers.length) svg.lastElementChild.remove();
  layers.forEach((text, i) => {
    const group = svg.children[i] ?? svg.appendChild(document.createElementNS(SVG, "g"));
    if (text !== painted[i]) group.innerHTML = text;
  });
}

export default {
  render({ model, el }) {
    el.classList.add("helpers-live");
    const svgs = [];
    const painted = new WeakMap(); // what each picture's layers hold
    const words = document.createElement("div");
    words.className = "helpers-words";
    words.setAttribute("aria-live", "polite");
    const notes = document.createElement("div");
    notes.className = "helpers-notes";
    el.append(words, notes);
    let width = 0;
    const draw = () => {
      const figures = model.get("figures");
      words.textContent = model.get("words");
      if (notes.innerHTML !== model.get("notes")) notes.innerHTML = model.get("notes");
      while (svgs.length < figures.length) {
        const svg = document.createElementNS(SVG, "svg");
        svg.setAttribute("role", "img");
        svg.classList.add("helpers-plot");
        el.insertBefore(svg, words);
        svgs.push(svg);
      }
      while (svgs.length > figures.length) svgs.pop().remove();
      if (!width) return;
      figures.forEach((figure, i) => {
        const { height, layers } = drawing(figure, width);
        svgs[i].setAttribute("viewBox", `0 0 ${width} ${height}`);
        svgs[i].setAttribute("width", width);
        svgs[i].setAttribute("height", height);
        svgs[i].setAttribute("aria-label", figure.layout.xaxis.title?.text || "");
        paint(svgs[i], layers, painted.get(svgs[i]) ?? []);
        painted.set(svgs[i], layers);
      });
    };
    model.on("change", draw); // once for a message, whatever it brings
    const resize = () => {
      const before = width;
      width = sizeOf(el);
      if (width !== before) draw();
    };
    const observer = new ResizeObserver(resize);
    observer.observe(el);
    resize();
    return () => {
      model.off("change", draw);
      observer.disconnect();
    };
  },
};
