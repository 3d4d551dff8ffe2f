/* On paper nothing can be opened or scrolled: before printing, tables are opened and figures get
   the width of the sheet; afterwards all is as before. */
const charts = () => document.querySelectorAll(".plotly-graph-div");
const closed = () => document.querySelectorAll("details:not([open])");
const PAPER_PX = 680;
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...closed()];
  opened.forEach((table) => { table.open = true; });
  charts().forEach((chart) => Plotly.relayout(chart, { width: PAPER_PX }));
});
addEventListener("afterprint", () => {
  opened.forEach((table) => { table.open = false; });
  charts().forEach((chart) => Plotly.relayout(chart, { width: null, autosize: true }));
});
