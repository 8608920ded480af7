// @ts-check
/** The bare map: own areas only, no tiles, no letters from a server, colours from the page's own tokens. */

/** @typedef {{code: string, name: string, level: string, lat: number | null, lon: number | null}} Area */

/**
 * Make a map in `host`, or return null where the browser cannot draw one (then the page's own drawing stays).
 * @param {HTMLElement} host
 * @param {{bounds?: string}} options
 * @returns {any}
 */
export function makeMap(host, options = {}) {
  const maplibre = /** @type {any} */ (window).maplibregl;
  if (!maplibre) return null;
  const words = JSON.parse(host.dataset.words ?? "{}");
  maplibre.setWorkerUrl(host.dataset.worker);
  try {
    const map = new maplibre.Map({
      container: host,
      style: { version: 8, sources: {}, layers: [] },
      bounds: boundsOf(options.bounds) ?? [95, -11, 141, 6],
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 16,
      // One finger scrolls the page on a phone; two move the map.
      cooperativeGestures: matchMedia("(pointer: coarse)").matches,
      fadeDuration: 0,
      locale: {
        "NavigationControl.ZoomIn": words.zoomIn,
        "NavigationControl.ZoomOut": words.zoomOut,
        "GeolocateControl.FindMyLocation": words.me,
        "GeolocateControl.LocationNotAvailable": words.me,
        "CooperativeGesturesHandler.MobileHelpText": words.mobile,
        "CooperativeGesturesHandler.WindowsHelpText": words.mobile,
        "CooperativeGesturesHandler.MacHelpText": words.mobile,
        "Map.Title": host.dataset.title ?? "Peta",
      },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    return map;
  } catch {
    return null;
  }
}

/**
 * Add districts and regencies, and villages once somebody looks closely.
 * @param {any} map
 * @param {string} address
 */
export async function addAreas(map, address) {
  const empty = { type: "FeatureCollection", features: [] };
  const answer = await fetch(address, { credentials: "same-origin" });
  const areas = answer.ok ? await answer.json() : empty;
  if (!map.isStyleLoaded()) await map.once("load");
  map.addSource("areas", { type: "geojson", data: areas });
  map.addSource("villages", { type: "geojson", data: empty });
  const level = (/** @type {string} */ name) => ["==", ["get", "level"], name];
  map.addLayer({ id: "land", type: "fill", source: "areas", filter: level("district") });
  map.addLayer({ id: "chosen", type: "fill", source: "areas", filter: ["==", ["get", "code"], ""] });
  map.addLayer({ id: "village-land", type: "fill", source: "villages", minzoom: 9.6 });
  map.addLayer({ id: "village-chosen", type: "fill", source: "villages", filter: ["==", ["get", "code"], ""] });
  map.addLayer({ id: "village-line", type: "line", source: "villages", minzoom: 9.6 });
  map.addLayer({ id: "district-line", type: "line", source: "areas", filter: level("district") });
  map.addLayer({ id: "regency-line", type: "line", source: "areas", filter: level("regency") });
  map.addLayer({ id: "chosen-line", type: "line", source: "areas", filter: ["==", ["get", "code"], ""] });
  map.addLayer({ id: "village-chosen-line", type: "line", source: "villages", filter: ["==", ["get", "code"], ""] });
  paint(map);
  const repaint = () => paint(map);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  let asked = false;
  const nearby = async () => {
    if (asked || map.getZoom() < 9.4) return;
    asked = true;
    const villages = await fetch(`${address}?level=village`, { credentials: "same-origin" });
    if (villages.ok) map.getSource("villages").setData(await villages.json());
  };
  map.on("zoomend", nearby);
  nearby();
  return areas;
}

/** Colours of the page, in light or dark. @param {any} map */
function paint(map) {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const set = (/** @type {string} */ layer, /** @type {string} */ what, /** @type {any} */ value) => map.setPaintProperty(layer, what, value);
  set("land", "fill-color", colour("--silent-0"));
  set("village-land", "fill-color", colour("--silent-0"));
  set("village-land", "fill-opacity", 0);
  set("chosen", "fill-color", colour("--accent-wash"));
  set("village-chosen", "fill-color", colour("--accent-wash"));
  set("village-line", "line-color", colour("--surface"));
  set("village-line", "line-width", 0.8);
  set("district-line", "line-color", colour("--surface"));
  set("district-line", "line-width", ["interpolate", ["linear"], ["zoom"], 7, 1.2, 12, 2.4]);
  set("regency-line", "line-color", colour("--ink"));
  set("regency-line", "line-width", ["interpolate", ["linear"], ["zoom"], 7, 1.6, 12, 3]);
  for (const layer of ["chosen-line", "village-chosen-line"]) {
    set(layer, "line-color", colour("--accent"));
    set(layer, "line-width", 2.4);
  }
}

/**
 * Mark one region.
 * @param {any} map
 * @param {string} code
 */
export function choose(map, code) {
  const isVillage = code.length > 6;
  for (const layer of ["chosen", "chosen-line"]) map.setFilter(layer, ["==", ["get", "code"], isVillage || code.length < 6 ? "" : code]);
  for (const layer of ["village-chosen", "village-chosen-line"]) map.setFilter(layer, ["==", ["get", "code"], isVillage ? code : ""]);
}

/**
 * Move to `west,south,east,north`.
 * @param {any} map
 * @param {string | undefined} edges
 */
export function moveTo(map, edges) {
  const box = boundsOf(edges);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (box) map.fitBounds(box, { padding: 24, maxZoom: 14, duration: still ? 0 : 400 });
}

/**
 * @param {string | undefined} edges
 * @returns {number[] | null}
 */
function boundsOf(edges) {
  const numbers = (edges ?? "").split(",").map(Number);
  return numbers.length === 4 && numbers.every(Number.isFinite) && edges ? numbers : null;
}
