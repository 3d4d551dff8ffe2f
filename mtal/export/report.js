/* On paper nothing can be opened or scrolled: tables are opened and figures get the width of the sheet, and back afterwards. */
const charts = () => document.querySelectorAll(".plotly-graph-div");
const closed = () => document.querySelectorAll("details:not([open])");
const PAPER_PX = 680;
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...closed()];
  opened.forEach((one) => { one.open = true; });
  charts().forEach((chart) => Plotly.relayout(chart, { width: PAPER_PX }));
});
addEventListener("afterprint", () => {
  opened.forEach((one) => { one.open = false; });
  charts().forEach((chart) => Plotly.relayout(chart, { width: null, autosize: true }));
});
