// Puts a plotly drawing over each still picture, where it fits. Without this file, or without
// plotly, the page shows the same charts as SVG.
"use strict";

(() => {
  const draw = (face) => {
    const source = face.querySelector('script[type="application/json"]');
    if (!source || face.classList.contains("live") || face.clientWidth === 0) return;
    const figure = JSON.parse(source.textContent);
    if (face.clientWidth < figure.layout.width) return;
    const place = document.createElement("div");
    place.className = "drawn";
    // The still picture keeps title and description for screen readers.
    place.setAttribute("aria-hidden", "true");
    face.append(place);
    window.Plotly.newPlot(place, figure.data, figure.layout, figure.config).then(
      () => face.classList.add("live"),
      () => place.remove(),
    );
  };
  const drawAll = () => document.querySelectorAll(".face").forEach(draw);
  if (window.Plotly) {
    drawAll();
    window.matchMedia("(max-width:760px)").addEventListener("change", drawAll);
  }
})();
