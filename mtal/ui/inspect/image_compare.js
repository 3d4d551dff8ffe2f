// Two pictures of one image over each other: mixed, wiped or blinking, and the values under the pointer. All of it in the browser:
// the page sends addresses of pictures and the numbers behind them once per image.
const BLINK_MS = 700;                                          // each picture, so that a pair takes 1.4 s: slower than 1 Hz
const TELL_MS = 700;
const LOST_MS = 8000;
const AHEAD_MS = 150;                                          // first what is looked at, then what may be next
const WAYS = {blend: "Blend", wipe: "Wipe"};
const NOT_KNOWN = 65535;
const ARROWS = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};

const unpacked = new WeakMap();
const typing = target => target instanceof HTMLElement
  && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) && !["range", "radio", "checkbox"].includes(target.type));

function numbers(values) {
  if (!unpacked.has(values)) {
    const bytes = Uint8Array.from(atob(values.data), letter => letter.charCodeAt(0));
    unpacked.set(values, values.bits === 16 ? new Uint16Array(bytes.buffer) : bytes);
  }
  return unpacked.get(values);
}

const figures = value => value === 0 ? "0" : Math.abs(value) >= 1e-3 ? String(Number(value.toPrecision(3))) : value.toExponential(1);

function valueAt(values, y, x) {
  if (!values) return "";
  const [height, width] = values.shape, row = Math.min(height - 1, Math.floor(y * height)), column = Math.min(width - 1, Math.floor(x * width));
  const place = row * width + column, found = numbers(values);
  if (values.kind === "class") return found[place] === 255 || found[place] >= values.classes.length ? "unlabelled" : values.classes[found[place]];
  if (values.kind === "vector") {
    const parts = [0, 1, 2].map(axis => ((found[3 * place + axis] - 127) / 127).toFixed(2));
    return found[3 * place] === 255 ? "unknown" : `(${parts.join(", ")})`;
  }
  if (found[place] === NOT_KNOWN) return "not measured";
  return `${figures(values.low + found[place] * values.step)} ${values.unit}`.trim();
}

async function show(image, layer, later) {
  const found = new Image();
  found.src = layer.src;
  try { await found.decode(); } catch { image.dataset.missing = layer.src; }
  if (later()) return;                                         // another image was asked for in the meantime
  image.src = layer.src;
  image.alt = layer.alt;
  image.classList.toggle("blocks", layer.blocks);
  delete image.dataset.empty;
}

function makeOf(root, tell) {
  const one = name => root.querySelector(name);
  const state = {mix: 100, way: "blend", blink: false, hidden: false, turn: 0};
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const layer = id => state.data.layers.find(found => found.id === id);

  function mix() {
    const share = state.hidden ? 0 : state.mix, above = one("img.above");
    above.style.opacity = state.way === "blend" ? share / 100 : share ? 1 : 0;
    above.style.clipPath = state.way === "wipe" ? `inset(0 ${100 - share}% 0 0)` : "";
    one(".slide input").value = state.mix;
    one(".slide output").textContent = state.hidden ? "off" : `${state.mix} %`;
  }

  function blink() {
    clearInterval(state.timer);
    state.hidden = false;
    one(".blink").checked = state.blink;
    one(".blink").disabled = calm.matches;
    one(".blinking span").textContent = calm.matches ? "Blink (this system asks for reduced motion; press O instead)" : "Blink";
    if (state.blink && !calm.matches) state.timer = setInterval(() => { state.hidden = !state.hidden && !document.hidden; mix(); }, BLINK_MS);
    mix();
  }

  function draw() {
    const below = layer(state.below), above = layer(state.above), turn = ++state.turn, stage = one(".stage");
    stage.style.aspectRatio = `${state.data.size[1]} / ${state.data.size[0]}`;
    one(".slide .left").textContent = below.title;
    one(".slide .right").textContent = above.title;
    one(".legend").innerHTML = above.legend === below.legend ? above.legend : above.legend + below.legend;   // escaped by the page
    for (const row of root.querySelectorAll("tbody tr")) {
      row.classList.toggle("shown", [below.id, above.id].includes(row.dataset.id));
      row.querySelector("input.to-below").checked = row.dataset.id === below.id;
      row.querySelector("input.to-above").checked = row.dataset.id === above.id;
    }
    Promise.all([show(one("img.below"), below, () => turn !== state.turn), show(one("img.above"), above, () => turn !== state.turn)])
      .then(() => { if (turn === state.turn) { shown(state.data); setTimeout(fetchAhead, AHEAD_MS, turn); } });
    mix();
  }

  function shown(what) {
    one(".stage").dataset.shown = what.name;
    one(".label").textContent = what.label;
  }

  function waiting(is) {                                       // the pictures are the next image's already, all else is not yet
    state.stepping = is;
    one(".compare").classList.toggle("stepping", is);
    document.documentElement.toggleAttribute("data-stepping", is);
  }

  function step(key) {
    const next = state.data.next.find(found => found.key === key), turn = ++state.turn;
    if (!next || state.stepping) return;
    waiting(true);
    const found = where => {                                   // the same picture as before, where its task has it
      const id = next.pictures[state[where]] ? state[where] : next[where];
      return {src: next.pictures[id], alt: next.label, blocks: id.startsWith("gap.")};
    };
    Promise.all([show(one("img.below"), found("below"), () => turn !== state.turn), show(one("img.above"), found("above"), () => turn !== state.turn)])
      .then(() => { if (turn === state.turn) shown(next); });
    setTimeout(() => { if (turn === state.turn) { waiting(false); draw(); } }, LOST_MS);       // the page did not follow
  }

  function fetchAhead(turn) {                                  // the likeliest whole, of the others what would be shown first
    if (turn !== state.turn) return;
    state.data.next.forEach(({pictures}, place) => {
      for (const [id, src] of Object.entries(pictures)) if (!place || [state.below, state.above, "thumb"].includes(id)) new Image().src = src;
    });
  }

  function choose(where, id) {
    state[where] = id;
    if (where === "above") { state.hidden = false; state.mix = state.mix || 50; }
    draw();
    clearTimeout(state.telling);                               // only for the address, and only when the choosing is over
    state.telling = setTimeout(() => tell("chosen", {below: state.below, above: state.above}), TELL_MS);
  }

  function read(y, x) {
    state.at = [y, x];
    const marker = one(".pixel"), some = Object.values(state.data.values)[0];
    for (const row of root.querySelectorAll("tbody tr")) row.querySelector(".at").textContent = valueAt(state.data.values[row.dataset.id], y, x);
    if (!some) { one(".where").textContent = state.data.without; return; }
    const [height, width] = some.shape, row = Math.min(height - 1, Math.floor(y * height)), column = Math.min(width - 1, Math.floor(x * width));
    marker.hidden = false;
    Object.assign(marker.style, {left: `${100 * column / width}%`, top: `${100 * row / height}%`, width: `${100 / width}%`, height: `${100 / height}%`});
    one(".where").textContent = `Row ${row + 1} of ${height}, column ${column + 1} of ${width}, as fine as the network predicts.`;
  }

  function rows() {
    const body = one("tbody");
    body.replaceChildren(...state.data.layers.map(found => {
      const row = document.createElement("tr");
      row.dataset.id = found.id;
      row.innerHTML = `<td class="small"><button type="button"><img loading="lazy"></button></td><td class="title"></td>
        <td class="pick"><label><input type="radio" class="to-below"></label></td><td class="pick"><label><input type="radio" class="to-above"></label></td><td class="at"></td>`;
      row.querySelector(".title").textContent = found.title;
      Object.assign(row.querySelector("img"), {src: found.src, alt: ""});
      const [button, below, above] = ["button", ".to-below", ".to-above"].map(name => row.querySelector(name));
      button.setAttribute("aria-label", `Show ${found.title} above`);
      Object.assign(below, {name: "below", ariaLabel: `${found.title} below`, onchange: () => choose("below", found.id)});
      Object.assign(above, {name: "above", ariaLabel: `${found.title} above`, onchange: () => choose("above", found.id)});
      button.onclick = () => choose("above", found.id);
      return row;
    }));
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.composedPath().some(typing)) return;
    const key = event.key.toLowerCase();
    if ("jk".includes(key)) step(key);
    if (key === "o") { state.hidden = !state.hidden; mix(); }
    if (key === "d") {
      const gaps = state.data.layers.filter(found => found.id.startsWith("gap.")).map(found => found.id);
      const next = gaps[gaps.indexOf(state.above) + 1];        // through all of them, then back to what was shown before
      if (gaps.length && !gaps.includes(state.above)) state.before = state.above;
      if (gaps.length) choose("above", next || state.before || state.data.above);
    }
  }

  one(".ways").append(...Object.entries(WAYS).map(([way, title]) => {
    const label = document.createElement("label"), radio = document.createElement("input");
    Object.assign(radio, {type: "radio", name: "way", checked: way === state.way, onchange: () => { state.way = way; mix(); }});
    label.append(radio, title);
    return label;
  }));
  one(".slide input").oninput = event => { state.mix = Number(event.target.value); state.hidden = false; mix(); };
  one(".blink").onchange = event => { state.blink = event.target.checked; blink(); };
  const stage = one(".stage");
  stage.onpointermove = event => { const box = stage.getBoundingClientRect(); read((event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width); };
  stage.onkeydown = event => {
    const some = Object.values(state.data.values)[0], step = ARROWS[event.key];
    if (!some || !step) return;
    event.preventDefault();
    const [y, x] = state.at || [0.5, 0.5];
    read(...[[y, 0], [x, 1]].map(([place, axis]) => Math.min(1 - 1e-6, Math.max(0, place + step[axis] / some.shape[axis]))));
  };
  calm.addEventListener("change", blink);
  document.addEventListener("keydown", press);
  return {
    update(data) {
      const had = id => data.layers.some(found => found.id === id);
      state.data = data;
      waiting(false);
      if (!state.begun || !had(state.below)) state.below = data.below;
      if (!state.begun || !had(state.above)) state.above = data.above;
      if (!state.begun) state.mix = data.mix;
      rows();
      draw();
      if (!state.begun) { state.begun = true; blink(); }
      if (state.at) read(...state.at); else one(".where").textContent = Object.keys(data.values).length ? "Point at a pixel, or use the arrow keys, to read all values there." : data.without;
    },
    end() { waiting(false); clearInterval(state.timer); clearTimeout(state.telling); document.removeEventListener("keydown", press); calm.removeEventListener("change", blink); },
  };
}

const made = new WeakMap();
export default function (component) {
  const root = component.parentElement;
  if (!made.has(root)) made.set(root, makeOf(root, component.setTriggerValue));
  made.get(root).update(component.data);
  return () => { made.get(root)?.end(); made.delete(root); };
}
