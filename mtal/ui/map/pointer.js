// What a pointer and the keyboard do on the map and its tiles, beyond what Streamlit's chart tells by itself: a small picture
// beside the pointer, rings around what is marked, a click on a point or a tile, Escape, the zoom, and whether there is WebGL.
// One state per tab, however often the component is mounted: listeners of the document stay.
const state = (window.mtalPointing ??= { component: null, hooked: new WeakSet(), shown: -1, pointed: -1, chart: null, zoom: 0 });
const data = () => state.component?.data;

// ---- the picture beside the pointer

function card() {
  let found = document.getElementById("mtal-map-card");
  if (!found) {
    found = document.createElement("div");
    found.id = "mtal-map-card";
    found.setAttribute("aria-hidden", "true");
    found.innerHTML = "<img alt=''>";
    document.body.append(found);
  }
  return found;
}

function hide() {
  card().style.display = "none";
  state.shown = -1;
}

function show(image, event) {
  const box = card(), picture = box.querySelector("img"), gap = 18, width = 176;
  if (state.shown !== image) {
    state.shown = image;
    box.style.display = "none";
    picture.onload = () => { if (state.shown === image) box.style.display = "block"; };
    picture.onerror = hide;                                  // no picture: the text of the chart is enough
    picture.src = `${data().thumbs}/${image}.jpg`;
  }
  const left = event.clientX - gap - width < 4 ? event.clientX + gap : event.clientX - gap - width;  // the text is at the right
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(4, Math.min(event.clientY + gap, window.innerHeight - 150))}px`;
}

// ---- rings, drawn over the chart so that the chart itself need not be sent and drawn again

function rings(chart) {
  const layout = chart?._fullLayout, across = layout?.xaxis, up = layout?.yaxis, host = chart?.querySelector(".svg-container");
  if (!data() || !across || !host) return;
  let canvas = host.querySelector("canvas.mtal-rings");
  if (!canvas) {
    canvas = document.createElement("canvas");
    canvas.className = "mtal-rings";
    canvas.setAttribute("aria-hidden", "true");
    canvas.style.cssText = "position:absolute;left:0;top:0;pointer-events:none";
    host.insertBefore(canvas, [...host.querySelectorAll(":scope > .main-svg")].at(-1) ?? null);   // below the texts of the chart
  }
  const scale = window.devicePixelRatio || 1;
  canvas.width = layout.width * scale;
  canvas.height = layout.height * scale;
  canvas.style.width = `${layout.width}px`;
  canvas.style.height = `${layout.height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.beginPath();
  pen.rect(across._offset, up._offset, across._length, up._length);
  pen.clip();
  for (const mark of data().marks) {
    pen.strokeStyle = mark.colour;
    pen.fillStyle = mark.colour;
    for (const [image, x, y] of mark.points) {
      const [left, top] = [across._offset + across.l2p(x), up._offset + up.l2p(y)];
      ring(pen, left, top, image === state.pointed ? mark.radius + 6 : mark.radius, mark.width, mark.filled);
    }
  }
}

function ring(pen, left, top, radius, width, filled) {
  pen.beginPath();
  pen.arc(left, top, radius, 0, 2 * Math.PI);
  pen.lineWidth = width;
  pen.stroke();
  if (filled) {                                             // the point itself may not be drawn
    pen.beginPath();
    pen.arc(left, top, 1.5, 0, 2 * Math.PI);
    pen.fill();
  }
}

// ---- what the chart says

const numberOf = (event) => {
  const point = (event.points ?? []).find((one) => Number.isInteger(one.customdata));
  return point === undefined ? null : point.customdata;
};

function hook(chart) {
  state.chart = chart;
  if (state.hooked.has(chart) || !chart.on) return;
  state.hooked.add(chart);
  chart.on("plotly_hover", (event) => {
    const image = numberOf(event);
    if (image !== null && event.event) show(image, event.event);
  });
  chart.on("plotly_unhover", hide);
  chart.on("plotly_click", (event) => {                     // where points can be picked natively the chart tells it itself
    const image = numberOf(event), mode = chart._fullLayout?.dragmode;
    if (image !== null && (mode === "lasso" || mode === "select")) say("clicked", image);
  });
  chart.on("plotly_relayout", (change) => {
    hide();
    if (Object.keys(change).some((name) => /axis.*(range|autorange)/.test(name))) tellZoom(chart);
  });
  chart.on("plotly_relayouting", () => rings(chart));
  chart.on("plotly_afterplot", () => rings(chart));
  chart.addEventListener("mouseleave", hide);
  rings(chart);
}

function tellZoom(chart) {                                  // another colour is another chart: it begins where this one was
  clearTimeout(state.zoom);
  state.zoom = setTimeout(() => {
    const { xaxis, yaxis } = chart._fullLayout ?? {};
    if (xaxis && chart.isConnected) state.component?.setStateValue("zoom", [...xaxis.range, ...yaxis.range]);
  }, 350);
}

function say(name, value) {
  hide();
  state.component?.setTriggerValue(name, value);
}

// ---- the document

const chartOf = (target) => target?.closest?.(`.st-key-${data()?.chart} .js-plotly-plot`);

function watch() {                                          // a chart that was drawn anew
  const found = data() && document.querySelector(`.st-key-${data().chart} .js-plotly-plot`);
  if (found && found._fullLayout && !state.hooked.has(found)) hook(found);
}

function point(event) {
  const chart = chartOf(event.target), tile = event.target.closest?.("[data-map-image]");
  if (chart) hook(chart);
  const image = tile ? Number(tile.dataset.mapImage) : -1;
  if (image !== state.pointed) {
    state.pointed = image;
    rings(state.chart);
  }
}

function press(event) {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable], [role=dialog], [role=listbox]");
  const open = document.querySelector("[data-baseweb=popover], [role=dialog], [role=listbox]");
  if (event.key === "Escape" && !typing && !open) document.querySelector(`.st-key-${data()?.clear} button`)?.click();
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
  document.addEventListener("pointerover", point, true);
  document.addEventListener("focusin", point, true);
  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    const tile = event.target.closest?.("[data-map-image]");
    if (tile) say("clicked", Number(tile.dataset.mapImage));
  });
  setInterval(watch, 250);
}

export default function (component) {
  state.component = component;
  if (state.webgl !== component.data.webgl) component.setStateValue("webgl", state.webgl);
  watch();
  rings(state.chart);
  return () => {
    if (state.component === component) state.component = null;
    hide();
  };
}
