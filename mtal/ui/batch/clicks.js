// Tiles are links with an address of their own. A plain click on a tile is sent to the page, which
// then need not be loaded anew; a click with a modifier key or another button opens a tab, as with
// every link. N puts the cursor into the note. One state per tab, however often this is mounted.
const state = (window.mtalClicks ??= { component: null });

function tileOf(event) {
  const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  return event.button === 0 && !modified ? event.target.closest?.("a[data-open]") : null;
}

function isTyping(target) {
  const fields = "input, textarea, select, [contenteditable], [role=dialog], [role=listbox]";
  return target.closest?.(fields);
}

function noteField() {
  const note = state.component?.data?.note;
  return note && document.querySelector(`.st-key-${note} :is(input, textarea)`);
}

function onKey(event) {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (event.key !== "n" || modified || isTyping(event.target)) return;
  const field = noteField();
  if (!field) return;
  event.preventDefault(); // else the n itself would be written
  field.focus();
}

if (!state.listening) {
  state.listening = true;
  document.addEventListener("click", (event) => {
    const tile = tileOf(event);
    if (!tile || !state.component) return;
    event.preventDefault();
    const { open: sample, target } = tile.dataset;
    state.component.setTriggerValue("clicked", { sample, target });
  });
  document.addEventListener("keydown", onKey);
}

export default function (component) {
  state.component = component;
  return () => {
    if (state.component === component) state.component = null;
  };
}
