(async () => {
  const plots = [...document.querySelectorAll(".plot")];
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).text();
  };
  const draw = () => {
    for (const plot of plots) {
      const { data, layout } = JSON.parse(plot.nextElementSibling.textContent);
      for (const trace of data) {
        trace.marker = { ...trace.marker, color: colour(trace.meta) };
        trace.line = { ...trace.line, color: colour(trace.meta) };
      }
      const axis = { gridcolor: colour("line"), zerolinecolor: colour("label"), linecolor: colour("line"), automargin: true };
      for (const name of ["xaxis", "yaxis"]) {
        layout[name] = { ...axis, ...layout[name] };
        layout[name].title = { ...layout[name].title, font: { size: 13, color: colour("faint") }, standoff: 8 };
      }
      Object.assign(layout, {
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", hovermode: layout.hovermode || "closest",
        font: { color: colour("ink"), family: "system-ui, sans-serif", size: 13 },
        hoverlabel: { bgcolor: colour("panel"), bordercolor: colour("line"), font: { color: colour("ink") } },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("faint"), activecolor: colour("ink") },
        legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" }, margin: { l: 56, r: 12, t: 36, b: 44 },
      });
      Plotly.react(plot, data, layout, {
        responsive: true, displaylogo: false, modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
      });
    }
  };
  try {
    const script = document.createElement("script");
    script.textContent = await unpack(document.getElementById("plotly").textContent);
    document.head.append(script);
    draw();
  } catch (error) {
    for (const plot of plots) plot.textContent = "This picture needs a browser of 2023 or later (" + error + ").";
    return;
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", () => { root.classList.add("print"); draw(); });
  addEventListener("afterprint", () => { root.classList.remove("print"); draw(); });
})();
