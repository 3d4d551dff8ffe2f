// One figure: drawn once, then changed in place, so that zoom and hidden lines stay and nothing blinks. It can be taken along as it
// is seen, on white.
const INK = "#262730";
const CONFIG = {responsive: true, displaylogo: false, modeBarButtonsToRemove: ["toImage", "select2d", "lasso2d"]};
const TITLE = {x: 0, xref: "paper", xanchor: "left", y: 1, yref: "container", yanchor: "top", pad: {t: 10, b: 12}, automargin: true, font: {size: 17}};
const shown = new Set(), hidden = new Set();               // figures of the page; lines that a legend has switched off
let coming = null, where = location.pathname;

function library(address) {
  coming ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, {src: address, onload: () => done(window.Plotly), onerror: () => { coming = null; failed(new Error("not loaded")); }});
    document.head.appendChild(script);
  });
  return coming;
}

function without(data) {
  return data.map(trace => hidden.has(trace.legendgroup) ? {...trace, visible: "legendonly"} : trace);
}

// A click on a legend counts for every figure: where several share one, and where each has its own.
function follow(state) {
  for (const trace of state.plot.data) {
    if (trace.legendgroup) hidden[trace.visible === "legendonly" ? "add" : "delete"](trace.legendgroup);
  }
  for (const other of shown) {
    if (other === state || !other.plot.data) continue;
    const changed = other.plot.data.map((trace, place) => [trace, place])
      .filter(([trace]) => trace.legendgroup && hidden.has(trace.legendgroup) !== (trace.visible === "legendonly"));
    if (!changed.length) continue;
    other.following = true;
    window.Plotly.restyle(other.plot, {visible: changed.map(([trace]) => hidden.has(trace.legendgroup) ? "legendonly" : true)},
      changed.map(([, place]) => place)).finally(() => { other.following = false; });
  }
}

function onWhite(plot, lines) {
  const plain = (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value;
  const seen = plot.data.filter(trace => trace.visible !== "legendonly");
  const {data, layout} = JSON.parse(JSON.stringify({data: seen, layout: plot.layout}, plain));
  const font = {...layout.font, color: INK, family: "Arial, Helvetica, sans-serif"};
  const showlegend = data.filter(trace => trace.name && trace.showlegend !== false).length > 1;   // on a page one legend may serve several
  return {data, layout: {...layout, paper_bgcolor: "#fff", plot_bgcolor: "#fff", font, showlegend, title: {...TITLE, text: lines.join("<br>")}, width: undefined, height: undefined, autosize: true}};
}

function save(content, file) {
  const link = document.createElement("a");
  link.href = content instanceof Blob ? URL.createObjectURL(content) : content;
  link.download = file;
  document.body.appendChild(link);
  link.click();
  link.remove();
  if (content instanceof Blob) setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

async function picture(state, format) {
  const Plotly = await library(state.data.library);
  const size = {...state.data.picture, scale: format === "png" ? state.data.scale : 1};
  save(await Plotly.toImage(onWhite(state.plot, state.data.lines), {format, ...size}), `${state.data.name}.${format}`);
}

async function page(state) {
  const answer = await fetch(state.data.library);
  if (!answer.ok) throw new Error("not loaded");
  const figure = JSON.stringify(onWhite(state.plot, state.data.lines)).replaceAll("<", "\\u003c");
  save(new Blob([`<!doctype html><meta charset="utf-8"><title>${state.data.title}</title><body style="margin:0;height:100vh"><div id="figure" style="height:100%"></div><script>`,
    await answer.text(), `</script><script>const f = ${figure}; Plotly.newPlot("figure", f.data, f.layout, {responsive: true});</script>`],
    {type: "text/html"}), `${state.data.name}.html`);
}

function makeOf(parent) {
  const root = document.createElement("div"), plot = document.createElement("div"), row = document.createElement("div");
  Object.assign(root, {className: "mtal-chart"});
  Object.assign(plot, {className: "plot", role: "figure"});
  Object.assign(row, {className: "taking"});
  root.append(plot, row);
  parent.appendChild(root);
  const state = {plot}, words = document.createElement("span");
  words.textContent = "Download";
  const ways = {PNG: () => picture(state, "png"), SVG: () => picture(state, "svg"), HTML: () => page(state),
    CSV: () => save(new Blob([state.data.csv], {type: "text/csv"}), `${state.data.name}.csv`)};
  const buttons = Object.entries(ways).map(([title, take]) => {
    const button = document.createElement("button");
    Object.assign(button, {type: "button", textContent: title, disabled: true});
    button.onclick = async () => {
      words.textContent = "Making it …";
      try { await take(); words.textContent = "Download"; } catch (error) { words.textContent = `Could not be made (${error.message}):`; }
    };
    return button;
  });
  row.append(words, ...buttons);

  state.update = async data => {
    if (where !== location.pathname) { where = location.pathname; hidden.clear(); }   // another page begins with all lines
    state.data = data;
    plot.style.minHeight = `${data.height}px`;
    plot.setAttribute("aria-label", data.alt);
    for (const button of buttons) button.setAttribute("aria-label", `Download ${data.name} as ${button.textContent}`);
    const {color, fontFamily: family} = getComputedStyle(plot), now = color + data.figure;
    if (state.drawn === now) return;
    state.drawn = now;
    try {
      const Plotly = await library(data.library), figure = JSON.parse(data.figure);
      if (state.drawn !== now || state.gone) return;                         // the page has sent a newer one in the meantime
      const font = {...figure.layout.font, family, color};
      await Plotly.react(plot, without(figure.data), {...figure.layout, font, autosize: true}, CONFIG);
      for (const button of buttons) button.disabled = false;
      words.textContent = "Download";
      if (!shown.has(state)) plot.on("plotly_restyle", () => { if (!state.following) follow(state); });
      shown.add(state);
    } catch (error) {
      state.drawn = null;
      words.textContent = `The figure could not be drawn (${error.message}). Its data:`;
      buttons[3].disabled = false;
    }
  };
  state.end = () => { state.gone = true; shown.delete(state); window.Plotly?.purge(plot); root.remove(); };
  return state;
}

const made = new WeakMap();
export default function ({data, parentElement}) {
  if (!made.has(parentElement)) made.set(parentElement, makeOf(parentElement));
  made.get(parentElement).update(data);
  return () => { made.get(parentElement)?.end(); made.delete(parentElement); };
}
