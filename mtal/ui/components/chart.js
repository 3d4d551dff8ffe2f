// One figure: drawn once, then updated in place, so that zoom and hidden lines stay and nothing
// blinks. Downloads show it as on screen, on white.
const INK = "#262730";
const CONFIG = {
  responsive: true,
  displaylogo: false,
  modeBarButtonsToRemove: ["toImage", "select2d", "lasso2d"],
};
const TITLE = {
  ...{x: 0, xref: "paper", xanchor: "left"},
  ...{y: 1, yref: "container", yanchor: "top"},
  pad: {t: 10, b: 12},
  automargin: true,
  font: {size: 17},
};
const shown = new Set();   // figures of the page
const hidden = new Set();  // legend groups that a reader has switched off
let loading = null, path = location.pathname;

function library(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = null; reject(new Error("not loaded")); };
    document.head.appendChild(script);
  });
  return loading;
}

function hideTraces(data) {
  const hide = trace => hidden.has(trace.legendgroup);
  return data.map(trace => hide(trace) ? {...trace, visible: "legendonly"} : trace);
}

// A click on a legend counts for every figure of the page.
function copyLegend(state) {
  for (const trace of state.plot.data) {
    if (!trace.legendgroup) continue;
    if (trace.visible === "legendonly") hidden.add(trace.legendgroup);
    else hidden.delete(trace.legendgroup);
  }
  for (const other of shown) {
    if (other === state || !other.plot.data) continue;
    const indices = [], visible = [];
    other.plot.data.forEach((trace, index) => {
      const hide = hidden.has(trace.legendgroup);
      if (!trace.legendgroup || hide === (trace.visible === "legendonly")) return;
      indices.push(index);
      visible.push(hide ? "legendonly" : true);
    });
    if (!indices.length) continue;
    other.copying = true;
    window.Plotly.restyle(other.plot, {visible}, indices).finally(() => { other.copying = false; });
  }
}

function onWhite(plot, lines) {
  const plain = (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value;
  const visible = plot.data.filter(trace => trace.visible !== "legendonly");
  const {data, layout} = JSON.parse(JSON.stringify({data: visible, layout: plot.layout}, plain));
  const font = {...layout.font, color: INK, family: "Arial, Helvetica, sans-serif"};
  // On a page one legend may serve several figures; a file needs its own.
  const showlegend = data.filter(trace => trace.name && trace.showlegend !== false).length > 1;
  const title = {...TITLE, text: lines.join("<br>")};
  const colours = {paper_bgcolor: "#fff", plot_bgcolor: "#fff"};
  const size = {width: undefined, height: undefined, autosize: true};
  return {data, layout: {...layout, ...colours, font, showlegend, title, ...size}};
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
  const image = await Plotly.toImage(onWhite(state.plot, state.data.lines), {format, ...size});
  save(image, `${state.data.name}.${format}`);
}

async function page(state) {
  const answer = await fetch(state.data.library);
  if (!answer.ok) throw new Error("not loaded");
  const figure = JSON.stringify(onWhite(state.plot, state.data.lines)).replaceAll("<", "\\u003c");
  const parts = [
    `<!doctype html><meta charset="utf-8"><title>${state.data.title}</title>`,
    `<body style="margin:0;height:100vh"><div id="figure" style="height:100%"></div><script>`,
    await answer.text(),
    `</script><script>const f = ${figure};`,
    `Plotly.newPlot("figure", f.data, f.layout, {responsive: true});</script>`,
  ];
  save(new Blob(parts, {type: "text/html"}), `${state.data.name}.html`);
}

function create(parent) {
  const [root, plot, row] = ["div", "div", "div"].map(tag => document.createElement(tag));
  Object.assign(root, {className: "mtal-chart"});
  Object.assign(plot, {className: "plot", role: "figure"});
  Object.assign(row, {className: "downloads"});
  root.append(plot, row);
  parent.appendChild(root);
  const state = {plot}, label = document.createElement("span");
  label.textContent = "Download";
  const formats = {
    PNG: () => picture(state, "png"),
    SVG: () => picture(state, "svg"),
    HTML: () => page(state),
    CSV: () => save(new Blob([state.data.csv], {type: "text/csv"}), `${state.data.name}.csv`),
  };
  const buttons = Object.entries(formats).map(([title, download]) => {
    const button = document.createElement("button");
    Object.assign(button, {type: "button", textContent: title, disabled: true});
    button.onclick = async () => {
      label.textContent = "Making it …";
      try {
        await download();
        label.textContent = "Download";
      } catch (error) {
        label.textContent = `Could not be made (${error.message}):`;
      }
    };
    return button;
  });
  row.append(label, ...buttons);

  state.update = async data => {
    if (path !== location.pathname) {  // another page starts with all lines
      path = location.pathname;
      hidden.clear();
    }
    state.data = data;
    plot.style.minHeight = `${data.height}px`;
    plot.setAttribute("aria-label", data.alt);
    for (const button of buttons) {
      button.setAttribute("aria-label", `Download ${data.name} as ${button.textContent}`);
    }
    const {color, fontFamily: family} = getComputedStyle(plot), now = color + data.figure;
    if (state.drawn === now) return;
    state.drawn = now;
    try {
      const Plotly = await library(data.library), figure = JSON.parse(data.figure);
      if (state.drawn !== now || state.gone) return;  // the page has sent a newer figure
      const font = {...figure.layout.font, family, color};
      const layout = {...figure.layout, font, autosize: true};
      await Plotly.react(plot, hideTraces(figure.data), layout, CONFIG);
      for (const button of buttons) button.disabled = false;
      label.textContent = "Download";
      if (!shown.has(state)) {
        plot.on("plotly_restyle", () => { if (!state.copying) copyLegend(state); });
      }
      shown.add(state);
    } catch (error) {
      state.drawn = null;
      label.textContent = `The figure could not be drawn (${error.message}). Its data:`;
      buttons[3].disabled = false;
    }
  };
  state.end = () => {
    state.gone = true;
    shown.delete(state);
    window.Plotly?.purge(plot);
    root.remove();
  };
  return state;
}

const figures = new WeakMap();
export default function ({data, parentElement}) {
  if (!figures.has(parentElement)) figures.set(parentElement, create(parentElement));
  figures.get(parentElement).update(data);
  return () => { figures.get(parentElement)?.end(); figures.delete(parentElement); };
}
