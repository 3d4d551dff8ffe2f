// Pointer and keyboard on the map and its tiles, beyond what Streamlit's chart reports by itself: a
// small picture beside the pointer, rings around what is marked, a click on a point or a tile,
// Escape, the zoom, and whether there is WebGL. One state per tab, however often the component is
// mounted: listeners of the document stay.
const CARD_PX = { width: 176, height: 150, gap: 18 };
const ZOOM_MS = 350; // a zoom is reported once it has not changed for so long
const WATCH_MS = 250;
const FIELDS = "input, textarea, select, [contenteditable], [role=dialog], [role=listbox]";
const OPEN = "[data-baseweb=popover], [role=dialog], [role=listbox]";

const state = (window.mtalPointer ??= {
  component: null,
  hooked: new WeakSet(),
  shown: -1,
  pointed: -1,
  chart: null,
  zoom: 0,
});
const data = () => state.component?.data;

// ---- the picture beside the pointer

function card() {
  let box = document.getElementById("mtal-map-card");
  if (!box) {
    box = document.createElement("div");
    box.id = "mtal-map-card";
    box.setAttribute("aria-hidden", "true");
    box.innerHTML = "<img alt=''>";
    document.body.append(box);
  }
  return box;
}

function hide() {
  card().style.display = "none";
  state.shown = -1;
}

function show(image, event) {
  const box = card();
  const picture = box.querySelector("img");
  if (state.shown !== image) {
    state.shown = image;
    box.style.display = "none";
    picture.onload = () => {
      if (state.shown === image) box.style.display = "block";
    };
    picture.onerror = hide; // no picture: the text of the chart is enough
    picture.src = `${data().thumbs}/${image}.jpg`;
  }
  const { width, height, gap } = CARD_PX;
  let left = event.clientX - gap - width; // the text of the chart is at the right
  if (left < 4) left = event.clientX + gap;
  const top = Math.min(event.clientY + gap, window.innerHeight - height);
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(4, top)}px`;
}

// ---- rings, drawn over the chart so that the chart itself need not be sent and drawn again

function createCanvas(host) {
  const canvas = document.createElement("canvas");
  canvas.className = "mtal-rings";
  canvas.setAttribute("aria-hidden", "true");
  canvas.style.cssText = "position:absolute;left:0;top:0;pointer-events:none";
  const layers = [...host.querySelectorAll(":scope > .main-svg")];
  host.insertBefore(canvas, layers.at(-1) ?? null); // below the texts of the chart
  return canvas;
}

function drawRings(chart) {
  const layout = chart?._fullLayout;
  const host = chart?.querySelector(".svg-container");
  const { xaxis, yaxis } = layout ?? {};
  if (!data() || !xaxis || !host) return;
  const canvas = host.querySelector("canvas.mtal-rings") ?? createCanvas(host);
  const scale = window.devicePixelRatio || 1;
  canvas.width = layout.width * scale;
  canvas.height = layout.height * scale;
  canvas.style.width = `${layout.width}px`;
  canvas.style.height = `${layout.height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.beginPath();
  pen.rect(xaxis._offset, yaxis._offset, xaxis._length, yaxis._length);
  pen.clip();
  for (const mark of data().marks) {
    pen.strokeStyle = mark.colour;
    pen.fillStyle = mark.colour;
    for (const [image, x, y] of mark.points) {
      const left = xaxis._offset + xaxis.l2p(x);
      const top = yaxis._offset + yaxis.l2p(y);
      const radius = image === state.pointed ? mark.radius + 6 : mark.radius;
      drawRing(pen, left, top, radius, mark);
    }
  }
}

function drawRing(pen, left, top, radius, { width, filled }) {
  pen.beginPath();
  pen.arc(left, top, radius, 0, 2 * Math.PI);
  pen.lineWidth = width;
  pen.stroke();
  if (filled) { // the point itself may not be drawn
    pen.beginPath();
    pen.arc(left, top, 1.5, 0, 2 * Math.PI);
    pen.fill();
  }
}

// ---- events of the chart

function imageOf(event) {
  const points = event.points ?? [];
  return points.find((point) => Number.isInteger(point.customdata))?.customdata ?? null;
}

function hook(chart) {
  state.chart = chart;
  if (state.hooked.has(chart) || !chart.on) return;
  state.hooked.add(chart);
  chart.on("plotly_hover", (event) => {
    const image = imageOf(event);
    if (image !== null && event.event) show(image, event.event);
  });
  chart.on("plotly_unhover", hide);
  chart.on("plotly_click", (event) => {
    // in the other modes the chart reports a click itself
    const isDrawing = ["lasso", "select"].includes(chart._fullLayout?.dragmode);
    const image = imageOf(event);
    if (image !== null && isDrawing) report("clicked", image);
  });
  chart.on("plotly_relayout", (change) => {
    hide();
    const isZoom = Object.keys(change).some((name) => /axis.*(range|autorange)/.test(name));
    if (isZoom) reportZoom(chart);
  });
  chart.on("plotly_relayouting", () => drawRings(chart));
  chart.on("plotly_afterplot", () => drawRings(chart));
  chart.addEventListener("mouseleave", hide);
  drawRings(chart);
}

// Another colour is another chart, which begins with the zoom of the one before.
function reportZoom(chart) {
  clearTimeout(state.zoom);
  state.zoom = setTimeout(() => {
    const { xaxis, yaxis } = chart._fullLayout ?? {};
    if (!xaxis || !chart.isConnected) return;
    state.component?.setStateValue("zoom", [...xaxis.range, ...yaxis.range]);
  }, ZOOM_MS);
}

function report(name, value) {
  hide();
  state.component?.setTriggerValue(name, value);
}

// ---- events of the document

const plotSelector = () => `.st-key-${data()?.chart} .js-plotly-plot`;

function hookNewChart() {
  const chart = data() && document.querySelector(plotSelector());
  if (chart && chart._fullLayout && !state.hooked.has(chart)) hook(chart);
}

function onPoint(event) {
  const chart = event.target?.closest?.(plotSelector());
  if (chart) hook(chart);
  const tile = event.target.closest?.("[data-map-image]");
  const image = tile ? Number(tile.dataset.mapImage) : -1;
  if (image !== state.pointed) {
    state.pointed = image;
    drawRings(state.chart);
  }
}

function onKey(event) {
  if (event.key !== "Escape" || event.target.closest?.(FIELDS)) return;
  if (document.querySelector(OPEN)) return;
  document.querySelector(`.st-key-${data()?.clear} button`)?.click();
}

function hasWebgl() {
  try {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
  } catch {
    return false;
  }
}

if (!state.listening) {
  state.listening = true;
  state.webgl = hasWebgl();
  document.addEventListener("pointerover", onPoint, true);
  document.addEventListener("focusin", onPoint, true);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const tile = event.target.closest?.("[data-map-image]");
    if (tile) report("clicked", Number(tile.dataset.mapImage));
  });
  setInterval(hookNewChart, WATCH_MS);
}

export default function (component) {
  state.component = component;
  if (state.webgl !== component.data.webgl) component.setStateValue("webgl", state.webgl);
  hookNewChart();
  drawRings(state.chart);
  return () => {
    if (state.component === component) state.component = null;
    hide();
  };
}
