// The map of a region: circles for cells far out, each asset close in. No request leaves this site.
import * as maplibre from "/static/maplibre/maplibre-gl.mjs";

const box = document.getElementById("map");
const { tiles, boundaries, west, south, east, north } = box.dataset;
const style = getComputedStyle(document.documentElement);
const colour = [0, 1, 2, 3, 4, 5].map((band) => style.getPropertyValue(`--b${band}`).trim());
const byBand = ["match", ["get", "band"], 5, colour[5], 4, colour[4], 3, colour[3], 2, colour[2], 1, colour[1], colour[0]];

const map = new maplibre.Map({
  container: box,
  bounds: [[+west, +south], [+east, +north]],
  fitBoundsOptions: { padding: 24 },
  attributionControl: false,
  cooperativeGestures: false,
  maxZoom: 19,
  style: {
    version: 8,
    sources: {
      assets: { type: "vector", tiles: [location.origin + tiles], minzoom: 0, maxzoom: 16 },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#eef1f2" } },
      {
        id: "cells", type: "circle", source: "assets", "source-layer": "cells",
        layout: { "circle-sort-key": ["get", "band"] },
        paint: {
          "circle-color": byBand,
          "circle-radius": ["interpolate", ["linear"], ["ln", ["+", 1, ["get", "n"]]], 0, 2, 3, 3.5, 7, 8],
          "circle-opacity": 0.85, "circle-stroke-color": "#fff", "circle-stroke-width": 0.8,
        },
      },
      {
        id: "lines", type: "line", source: "assets", "source-layer": "assets", filter: ["==", ["geometry-type"], "LineString"],
        layout: { "line-sort-key": ["get", "band"], "line-cap": "round" },
        paint: { "line-color": byBand, "line-width": ["interpolate", ["linear"], ["get", "band"], 0, 1.5, 5, 5] },
      },
      {
        id: "points", type: "circle", source: "assets", "source-layer": "assets", filter: ["==", ["geometry-type"], "Point"],
        layout: { "circle-sort-key": ["get", "band"] },
        paint: {
          "circle-color": byBand, "circle-radius": ["interpolate", ["linear"], ["get", "band"], 0, 3, 5, 9],
          "circle-stroke-color": "#fff", "circle-stroke-width": 1,
        },
      },
    ],
  },
});
map.addControl(new maplibre.NavigationControl({ showCompass: false }));
map.addControl(new maplibre.ScaleControl({ unit: "metric" }));

// What lies under the pointer, as text, so that the map can be read without guessing colours.
const note = new maplibre.Popup({ closeButton: false, closeOnClick: false });
for (const layer of ["lines", "points", "cells"]) {
  map.on("mousemove", layer, (event) => {
    const { number, grade, n } = event.features[0].properties;
    const text = n ? `${n}` : [number, grade].filter(Boolean).join("  ");
    if (!text) return;
    map.getCanvas().style.cursor = "pointer";
    note.setLngLat(event.lngLat).setText(text).addTo(map);
  });
  map.on("mouseleave", layer, () => {
    map.getCanvas().style.cursor = "";
    note.remove();
  });
}
// Boundaries lie under everything else and are drawn when they arrive; a region without them has none.
const lying = (lines) => {
  const ends = lines.flat().reduce(([w, s, e, n], [x, y]) => [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)], [180, 90, -180, -90]);
  return [(ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2];
};
const drawn = (async () => {
  const [answer] = await Promise.all([fetch(boundaries), map.once("style.load")]);
  const areas = answer.ok ? await answer.json() : { features: [] };
  if (!areas.features.length) return;
  map.addSource("boundaries", { type: "geojson", data: areas });
  map.addLayer({ id: "boundaries", type: "line", source: "boundaries", paint: { "line-color": "#7d8891", "line-width": 1.2 } }, "cells");
  for (const { properties, geometry } of areas.features) {
    const label = document.createElement("span");
    label.className = "place";
    label.textContent = properties.name;
    label.lang = "ja";
    new maplibre.Marker({ element: label }).setLngLat(lying(geometry.coordinates)).addTo(map);
  }
  const credit = document.getElementById("map-credit");
  const sources = [...new Set(areas.features.map((one) => one.properties.source).filter(Boolean))];
  if (sources.length) {
    credit.append(sources.join(", "));
    credit.hidden = false;
  }
})();

drawn.finally(() => map.loaded() ? ready() : map.once("idle", ready));
function ready() {
  box.setAttribute("data-ready", "yes");
}
