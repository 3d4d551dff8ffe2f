// Thumbnails in a row, each a link: a plain click asks the page for the image without loading it
// anew.
export default function ({data, parentElement, setTriggerValue}) {
  let row = parentElement.querySelector(".row");
  if (!row) {
    row = document.createElement("div");
    row.className = "row";
    parentElement.appendChild(row);
  }
  row.replaceChildren(...data.tiles.map(tile => {
    const tags = ["a", "img", "b", "span"];
    const [link, image, name, note] = tags.map(tag => document.createElement(tag));
    Object.assign(image, {loading: "lazy", decoding: "async", src: tile.src, alt: ""});
    image.style.aspectRatio = data.ratio;
    name.textContent = tile.label;
    note.textContent = tile.note;
    link.href = tile.href;
    link.append(image, name, note);
    link.onclick = event => {
      // Another tab, as with any link.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      setTriggerValue("opened", tile.id);
    };
    return link;
  }));
}
