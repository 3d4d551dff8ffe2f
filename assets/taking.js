// Takes the figure as it is seen (zoom, hidden lines) out of the page, on white. The library for pictures comes on the first click.
const INK = "#262730";
let coming = null;

function library(address) {
  coming ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, {src: address, onload: () => done(window.Plotly), onerror: () => { coming = null; failed(new Error("not loaded")); }});
    document.head.appendChild(script);
  });
  return coming;
}

function seen(key) {
  const plot = document.querySelector(`.st-key-${key} .js-plotly-plot`);
  if (!plot) throw new Error("no figure");
  const plain = (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value;
  const {data, layout} = JSON.parse(JSON.stringify({data: plot.data, layout: plot.layout}, plain));
  const font = {...layout.font, color: INK, family: "Arial, Helvetica, sans-serif"};
  return {data, layout: {...layout, paper_bgcolor: "#fff", plot_bgcolor: "#fff", font, width: undefined, height: undefined, autosize: true}};
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

async function picture(data, format) {
  const Plotly = await library(data.library);
  const size = {width: data.width, height: data.height, scale: format === "png" ? data.scale : 1};
  save(await Plotly.toImage(seen(data.figure), {format, ...size}), `${data.name}.${format}`);
}

async function page(data) {
  const answer = await fetch(data.library);
  if (!answer.ok) throw new Error("not loaded");
  const figure = JSON.stringify(seen(data.figure)).replaceAll("<", "\\u003c");
  save(new Blob([`<!doctype html><meta charset="utf-8"><title>${data.name}</title><body style="margin:0;height:100vh"><div id="figure" style="height:100%"></div><script>`,
    await answer.text(), `</script><script>const f = ${figure}; Plotly.newPlot("figure", f.data, f.layout, {responsive: true});</script>`],
    {type: "text/html"}), `${data.name}.html`);
}

export default function ({data, parentElement}) {
  let row = parentElement.querySelector(".taking");
  if (!row) {
    row = document.createElement("div");
    row.className = "taking";
    parentElement.appendChild(row);
  }
  const ways = {PNG: () => picture(data, "png"), SVG: () => picture(data, "svg"), HTML: () => page(data),
    CSV: () => save(new Blob([data.csv], {type: "text/csv"}), `${data.name}.csv`)};
  const words = document.createElement("span");
  words.textContent = "Download";
  row.replaceChildren(words, ...Object.entries(ways).map(([title, take]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.setAttribute("aria-label", `Download ${data.name} as ${title}`);
    button.onclick = async () => {
      words.textContent = "Making it …";
      try { await take(); words.textContent = "Download"; } catch (error) { words.textContent = `Could not be made (${error.message}):`; }
    };
    return button;
  }));
}
