// Two pictures of one image over each other: mixed, wiped or blinking, and the values under the
// pointer. All of it happens in the browser: the page sends addresses of pictures and the numbers
// behind them once per image.
const BLINK_MS = 700; // each picture, so that a pair takes 1.4 s: slower than 1 Hz
const REPORT_MS = 700; // layers are reported to the page when none was chosen for so long
const LOST_MS = 8000; // a step that the page has not followed by then is given up
const PREFETCH_MS = 150; // first what is looked at, then what may be next
const MODES = { blend: "Blend", wipe: "Wipe" };
const NOT_MEASURED = 65535;
const UNLABELLED = 255;
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const HINT = "Point at a pixel, or use the arrow keys, to read all values there.";
const CALM = "Blink (this system asks for reduced motion; press O instead)";
const ROW = `<td class="small"><button type="button"><img loading="lazy"></button></td>
  <td class="title"></td>
  <td class="pick"><label><input type="radio" class="to-below"></label></td>
  <td class="pick"><label><input type="radio" class="to-above"></label></td>
  <td class="at"></td>`;

const decoded = new WeakMap();

function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  const isField = ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
  return isField && !["range", "radio", "checkbox"].includes(target.type);
}

function numbersOf(values) {
  if (!decoded.has(values)) {
    const bytes = Uint8Array.from(atob(values.data), (letter) => letter.charCodeAt(0));
    decoded.set(values, values.bits === 16 ? new Uint16Array(bytes.buffer) : bytes);
  }
  return decoded.get(values);
}

function figures(value) {
  if (value === 0) return "0";
  return Math.abs(value) >= 1e-3 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

// Row and column of the cell of a map at y, x, which are shares of its height and width.
function cellAt([height, width], y, x) {
  const row = Math.min(height - 1, Math.floor(y * height));
  return [row, Math.min(width - 1, Math.floor(x * width))];
}

function valueAt(values, y, x) {
  if (!values) return "";
  const [row, column] = cellAt(values.shape, y, x);
  const index = row * values.shape[1] + column;
  const numbers = numbersOf(values);
  if (values.kind === "class") {
    const number = numbers[index];
    const isClass = number !== UNLABELLED && number < values.classes.length;
    return isClass ? values.classes[number] : "unlabelled";
  }
  if (values.kind === "vector") {
    if (numbers[3 * index] === UNLABELLED) return "unknown";
    const parts = [0, 1, 2].map((axis) => ((numbers[3 * index + axis] - 127) / 127).toFixed(2));
    return `(${parts.join(", ")})`;
  }
  if (numbers[index] === NOT_MEASURED) return "not measured";
  return `${figures(values.low + numbers[index] * values.step)} ${values.unit}`.trim();
}

// Put a layer into an image element once it is decoded, unless `isStale` by then.
async function show(image, layer, isStale) {
  const loading = new Image();
  loading.src = layer.src;
  try {
    await loading.decode();
  } catch {
    image.dataset.missing = layer.src;
  }
  if (isStale()) return; // another image was asked for in the meantime
  image.src = layer.src;
  image.alt = layer.alt;
  image.classList.toggle("blocks", layer.blocks);
  delete image.dataset.empty;
}

function createComparison(root, report) {
  const part = (selector) => root.querySelector(selector);
  const state = { mix: 100, mode: "blend", blink: false, hidden: false, turn: 0 };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const stage = part(".stage");
  const layerOf = (id) => state.data.layers.find((layer) => layer.id === id);

  function mix() {
    const share = state.hidden ? 0 : state.mix;
    const above = part("img.above");
    if (state.mode === "blend") above.style.opacity = share / 100;
    else above.style.opacity = share ? 1 : 0;
    above.style.clipPath = state.mode === "wipe" ? `inset(0 ${100 - share}% 0 0)` : "";
    part(".slide input").value = state.mix;
    part(".slide output").textContent = state.hidden ? "off" : `${state.mix} %`;
  }

  function blink() {
    clearInterval(state.timer);
    state.hidden = false;
    part(".blink").checked = state.blink;
    part(".blink").disabled = calm.matches;
    part(".blinking span").textContent = calm.matches ? CALM : "Blink";
    if (state.blink && !calm.matches) {
      state.timer = setInterval(() => {
        state.hidden = !state.hidden && !document.hidden;
        mix();
      }, BLINK_MS);
    }
    mix();
  }

  function showBoth(below, above, turn) {
    const isStale = () => turn !== state.turn;
    const pictures = [
      show(part("img.below"), below, isStale),
      show(part("img.above"), above, isStale),
    ];
    return Promise.all(pictures);
  }

  function draw() {
    const below = layerOf(state.below);
    const above = layerOf(state.above);
    const turn = ++state.turn;
    stage.style.aspectRatio = `${state.data.size[1]} / ${state.data.size[0]}`;
    part(".slide .left").textContent = below.title;
    part(".slide .right").textContent = above.title;
    const legends = new Set([above.legend, below.legend]);
    part(".legend").innerHTML = [...legends].join(""); // escaped by the page
    for (const row of root.querySelectorAll("tbody tr")) {
      row.classList.toggle("shown", [below.id, above.id].includes(row.dataset.id));
      row.querySelector("input.to-below").checked = row.dataset.id === below.id;
      row.querySelector("input.to-above").checked = row.dataset.id === above.id;
    }
    showBoth(below, above, turn).then(() => {
      if (turn !== state.turn) return;
      nameImage(state.data);
      setTimeout(prefetch, PREFETCH_MS, turn);
    });
    mix();
  }

  function nameImage(image) {
    stage.dataset.shown = image.name;
    part(".label").textContent = image.label;
  }

  // While stepping, the pictures are the next image's already, and all else is not yet.
  function setStepping(isStepping) {
    state.stepping = isStepping;
    part(".compare").classList.toggle("stepping", isStepping);
    document.documentElement.toggleAttribute("data-stepping", isStepping);
  }

  function step(key) {
    const next = state.data.next.find((image) => image.key === key);
    const turn = ++state.turn;
    if (!next || state.stepping) return;
    setStepping(true);
    const layerOn = (side) => {
      const hasSame = Boolean(next.pictures[state[side]]);
      const id = hasSame ? state[side] : next[side];
      return { src: next.pictures[id], alt: next.label, blocks: id.startsWith("gap.") };
    };
    showBoth(layerOn("below"), layerOn("above"), turn).then(() => {
      if (turn === state.turn) nameImage(next);
    });
    setTimeout(() => {
      if (turn !== state.turn) return;
      setStepping(false); // the page did not follow
      draw();
    }, LOST_MS);
  }

  // Fetch all pictures of the likeliest image, and of the others those that would be shown first.
  function prefetch(turn) {
    if (turn !== state.turn) return;
    const first = [state.below, state.above, "thumb"];
    state.data.next.forEach(({ pictures }, index) => {
      for (const [id, src] of Object.entries(pictures)) {
        if (index === 0 || first.includes(id)) new Image().src = src;
      }
    });
  }

  function choose(side, id) {
    state[side] = id;
    if (side === "above") {
      state.hidden = false;
      state.mix = state.mix || 50;
    }
    draw();
    clearTimeout(state.reporting); // only for the address, and only when the choosing is over
    const layers = () => ({ below: state.below, above: state.above });
    state.reporting = setTimeout(() => report("layers", layers()), REPORT_MS);
  }

  function read(y, x) {
    state.at = [y, x];
    for (const row of root.querySelectorAll("tbody tr")) {
      row.querySelector(".at").textContent = valueAt(state.data.values[row.dataset.id], y, x);
    }
    const values = Object.values(state.data.values)[0];
    if (!values) {
      part(".where").textContent = state.data.without;
      return;
    }
    const [height, width] = values.shape;
    const [row, column] = cellAt(values.shape, y, x);
    const marker = part(".pixel");
    marker.hidden = false;
    marker.style.left = `${(100 * column) / width}%`;
    marker.style.top = `${(100 * row) / height}%`;
    marker.style.width = `${100 / width}%`;
    marker.style.height = `${100 / height}%`;
    part(".where").textContent =
      `Row ${row + 1} of ${height}, column ${column + 1} of ${width}, ` +
      "as fine as the network predicts.";
  }

  function createRow(layer) {
    const row = document.createElement("tr");
    row.dataset.id = layer.id;
    row.innerHTML = ROW;
    row.querySelector(".title").textContent = layer.title;
    Object.assign(row.querySelector("img"), { src: layer.src, alt: "" });
    const button = row.querySelector("button");
    button.setAttribute("aria-label", `Show ${layer.title} above`);
    button.onclick = () => choose("above", layer.id);
    for (const side of ["below", "above"]) {
      Object.assign(row.querySelector(`.to-${side}`), {
        name: side,
        ariaLabel: `${layer.title} ${side}`,
        onchange: () => choose(side, layer.id),
      });
    }
    return row;
  }

  // The next disagreement, after the last one what was shown before the first.
  function nextDisagreement() {
    const ids = state.data.layers.map((layer) => layer.id).filter((id) => id.startsWith("gap."));
    if (!ids.length) return;
    if (!ids.includes(state.above)) state.before = state.above;
    const next = ids[ids.indexOf(state.above) + 1];
    choose("above", next || state.before || state.data.above);
  }

  function onKey(event) {
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (modified || event.composedPath().some(isTyping)) return;
    const key = event.key.toLowerCase();
    if ("jk".includes(key)) step(key);
    if (key === "o") {
      state.hidden = !state.hidden;
      mix();
    }
    if (key === "d") nextDisagreement();
  }

  function createMode([mode, title]) {
    const label = document.createElement("label");
    const radio = document.createElement("input");
    Object.assign(radio, { type: "radio", name: "mode", checked: mode === state.mode });
    radio.onchange = () => {
      state.mode = mode;
      mix();
    };
    label.append(radio, title);
    return label;
  }

  part(".modes").append(...Object.entries(MODES).map(createMode));
  part(".slide input").oninput = (event) => {
    state.mix = Number(event.target.value);
    state.hidden = false;
    mix();
  };
  part(".blink").onchange = (event) => {
    state.blink = event.target.checked;
    blink();
  };
  stage.onpointermove = (event) => {
    const box = stage.getBoundingClientRect();
    read((event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width);
  };
  stage.onkeydown = (event) => {
    const values = Object.values(state.data.values)[0];
    const move = ARROWS[event.key];
    if (!values || !move) return;
    event.preventDefault();
    const moved = (state.at || [0.5, 0.5]).map(
      (share, axis) => share + move[axis] / values.shape[axis],
    );
    read(...moved.map((share) => Math.min(1 - 1e-6, Math.max(0, share))));
  };
  calm.addEventListener("change", blink);
  document.addEventListener("keydown", onKey);
  return {
    update(data) {
      const exists = (id) => data.layers.some((layer) => layer.id === id);
      state.data = data;
      setStepping(false);
      if (!state.begun || !exists(state.below)) state.below = data.below;
      if (!state.begun || !exists(state.above)) state.above = data.above;
      if (!state.begun) state.mix = data.mix;
      part("tbody").replaceChildren(...data.layers.map(createRow));
      draw();
      if (!state.begun) {
        state.begun = true;
        blink();
      }
      if (state.at) read(...state.at);
      else part(".where").textContent = Object.keys(data.values).length ? HINT : data.without;
    },
    end() {
      setStepping(false);
      clearInterval(state.timer);
      clearTimeout(state.reporting);
      document.removeEventListener("keydown", onKey);
      calm.removeEventListener("change", blink);
    },
  };
}

const comparisons = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!comparisons.has(root)) {
    comparisons.set(root, createComparison(root, component.setTriggerValue));
  }
  comparisons.get(root).update(component.data);
  return () => {
    comparisons.get(root)?.end();
    comparisons.delete(root);
  };
}
