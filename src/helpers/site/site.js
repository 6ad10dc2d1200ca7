// Draws every figure with plotly in the page's own colours, when it comes near the screen; again when these change.

const NARROW = 520;

function themed(figure, width) {
  const style = getComputedStyle(document.documentElement);
  const [ink, faint, grid] = ["--jp-ui-font-color1", "--jp-ui-font-color2", "--jp-border-color2"].map((name) =>
    style.getPropertyValue(name).trim(),
  );
  const { data, layout } = structuredClone(figure);
  const bare = layout.xaxis.visible === false; // a diagram, which nothing moves
  const narrow = width < NARROW;
  const decades = (options) => {
    const room = Math.max(2, Math.floor(width / 62));
    return options.type === "log" && !options.tickvals ? { dtick: Math.ceil((options.range[1] - options.range[0]) / room) } : {};
  };
  const axis = (options) => ({
    gridcolor: grid,
    zerolinecolor: grid,
    linecolor: grid,
    tickfont: { color: faint, size: narrow ? 10 : 11 },
    automargin: true,
    fixedrange: true,
    ...decades(options),
    ...options,
    title: { ...options.title, text: bare ? "" : broken(options.title?.text, narrow ? 34 : 200), font: { size: 12 } },
  });
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) layout[name] = axis(layout[name]);
  const rows = layout.yaxis.type === "category";
  if (rows) {
    layout.yaxis.tickvals = layout.yaxis.categoryarray;
    layout.yaxis.ticktext = layout.yaxis.categoryarray.map((name) => broken(name, narrow ? 14 : 26));
    layout.yaxis.tickfont = { color: ink, size: narrow ? 11 : 12 };
    layout.yaxis.range = [layout.yaxis.categoryarray.length - 0.5, -0.5]; // the first row on top, room for words at all
    layout.yaxis.autorange = false;
  }
  for (const trace of data) {
    if (trace.text !== undefined || trace.hovertext !== undefined) trace.hoverinfo = "text";
    if (trace.type === "bar") {
      Object.assign(trace, { textposition: "auto", constraintext: "none", cliponaxis: false, width: 0.6 });
    }
    if (trace.text !== undefined) Object.assign(trace, { textfont: { size: 12 }, insidetextfont: { color: "#fff" } });
    if (trace.type === "scatter" && trace.text !== undefined && !trace.mode.includes("text")) trace.mode += "+text";
    if (trace.type === "scatter") trace.cliponaxis = false;
  }
  const notes = layout.annotations ?? [];
  for (const note of notes) {
    note.font = { color: ink, ...note.font };
    if (note.yref !== "paper" || note.showarrow) continue;
    const [low, high] = layout.xaxis.range;
    const share = (note.x - low) / (high - low);
    note.xanchor = share > 0.9 ? "right" : share < 0.1 ? "left" : "center"; // inside the picture
  }
  // The legend stands above the names of the limits, and these above the plot.
  const above = notes.some((note) => note.yref === "paper") ? 20 : 4;
  const plot = (layout.height ?? 320) - 90;
  const legend = { orientation: "h", x: 0, y: 1 + above / plot, yanchor: "bottom", itemsizing: "constant" };
  const margin = bare ? layout.margin : { l: 10, r: rows && !narrow ? 64 : 24, t: 10 + above, b: 44 };
  const font = { color: ink, size: 12, family: style.getPropertyValue("--font") };
  return { data, layout: { barmode: "overlay", ...layout, legend, margin, font, hovermode: "closest", dragmode: false } };
}

function broken(text, letters) {
  const lines = [""];
  for (const word of String(text ?? "").split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= letters) lines.push(word);
    else lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word;
  }
  return lines.join("<br>");
}

const figures = new Map();

function draw(place) {
  const { data, layout } = themed(figures.get(place), place.clientWidth);
  Plotly.react(place, data, layout, { displayModeBar: false, responsive: true });
  place.dataset.drawn = "";
}

const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      draw(target);
    }
  },
  { rootMargin: "1000px" },
);

for (const place of document.querySelectorAll(".static-plot")) {
  const script = place.querySelector("script");
  figures.set(place, JSON.parse(script.textContent));
  script.remove();
  near.observe(place);
}

const redraw = () => document.querySelectorAll(".static-plot[data-drawn]").forEach(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
matchMedia(`(max-width: ${NARROW + 60}px)`).addEventListener("change", redraw);
