// @ts-check
/** Where it is and, for an escort, where it arrives: two numbered pins; the list below the map says the same. */

import { addAreas, makeMap } from "../places/js/map.js";

/** @typedef {{lat: number, lon: number, name: string}} Spot */

for (const host of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-spots]"))) draw(host);

/** @param {HTMLElement} host */
async function draw(host) {
  const maplibre = /** @type {any} */ (window).maplibregl;
  /** @type {Spot[]} */
  const spots = JSON.parse(host.dataset.spots ?? "[]");
  const lats = spots.map((spot) => spot.lat);
  const lons = spots.map((spot) => spot.lon);
  // A little air around one point, so that its district is recognised.
  const air = spots.length > 1 ? 0.01 : 0.08;
  host.hidden = false;
  const map = makeMap(host, { bounds: [Math.min(...lons) - air, Math.min(...lats) - air, Math.max(...lons) + air, Math.max(...lats) + air].join(",") });
  if (!map) {
    host.hidden = true;
    return;
  }
  host.classList.add("live");
  spots.forEach((spot, place) => {
    const element = document.createElement("span");
    element.className = "spot";
    element.textContent = String(place + 1);
    element.title = spot.name;
    new maplibre.Marker({ element }).setLngLat([spot.lon, spot.lat]).addTo(map);
    // The library names every marker the same, in English; say what this one shows.
    element.setAttribute("aria-label", `${place + 1} ${spot.name}`);
  });
  await addAreas(map, host.dataset.areas ?? "");
  host.dataset.ready = "true";
}
