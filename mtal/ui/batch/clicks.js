// Tiles are links with an address of their own. A plain click on one is told to the page instead of loading it anew; clicks with
// a key or another button open a tab, as with every link. N begins a note. One state per tab, however often it is mounted.
const state = (window.mtalOpening ??= { component: null });

function tileOf(event) {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  return plain ? event.target.closest?.("a[data-open]") : null;
}

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable], [role=dialog], [role=listbox]");
}

function press(event) {
  const field = state.component?.data?.note && document.querySelector(`.st-key-${state.component.data.note} :is(input, textarea)`);
  if (event.key !== "n" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !field) return;
  event.preventDefault();                                   // else the n itself would be written
  field.focus();
}

if (!state.listening) {
  state.listening = true;
  document.addEventListener("click", (event) => {
    const tile = tileOf(event);
    if (!tile || !state.component) return;
    event.preventDefault();
    state.component.setTriggerValue("opened", { sample: tile.dataset.open, target: tile.dataset.target });
  });
  document.addEventListener("keydown", press);
}

export default function (component) {
  state.component = component;
  return () => {
    if (state.component === component) state.component = null;
  };
}
