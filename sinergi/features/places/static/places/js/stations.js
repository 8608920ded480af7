// @ts-check
/** Stations on the map: one number per district, village or point, always adding up to the list beside it. */

import { addAreas, choose, makeMap, moveTo } from "./map.js";

/** @typedef {[string, number | null, number | null, number, number]} Station */
/** @typedef {{key: string, code: string, count: number, special: number, lat: number, lon: number, name: string}} Group */

const host = document.getElementById("peta");
if (host) start(host);

/** @param {HTMLElement} host */
async function start(host) {
  const drawing = host.querySelector("svg");
  const map = makeMap(host, { bounds: list()?.dataset.bounds });
  if (!map) return;
  host.classList.add("live");
  drawing?.remove();
  const words = JSON.parse(host.dataset.words ?? "{}");
  /** @type {Station[]} */
  let stations = [];
  /** @type {Record<string, string>} */
  let names = {};
  /** @type {any[]} */
  let markers = [];

  const draw = () => {
    for (const marker of markers) marker.remove();
    markers = placed(map, groups(stations, names, map.getZoom(), list()?.dataset.region ?? ""), (group) => marker(map, group, words.stations, () => open(host, group.code)));
  };
  const load = async () => {
    const query = list()?.dataset.query ?? "";
    const answer = await fetch(`${host.dataset.points}?${query}`, { credentials: "same-origin" });
    if (!answer.ok) return;
    ({ stations, names } = await answer.json());
    draw();
  };

  await addAreas(map, host.dataset.areas ?? "");
  choose(map, list()?.dataset.region ?? "");
  map.on("moveend", draw);
  for (const layer of ["village-land", "land"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  map.on("click", (/** @type {any} */ event) => {
    const [hit] = map.queryRenderedFeatures(event.point, { layers: ["village-land", "land"] });
    if (hit) open(host, hit.properties.code);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const shown = list();
    if (!shown) return;
    choose(map, shown.dataset.region ?? "");
    moveTo(map, shown.dataset.bounds);
    load();
  });
  // A page brought back from history has lost its map; read it anew.
  document.addEventListener("htmx:historyCacheMiss", () => location.reload());
  await load();
  host.dataset.ready = "true";
}

/** The list beside the map, as it is now. */
function list() {
  return document.getElementById("daftar");
}

/**
 * Show one region in the list; the map follows.
 * @param {HTMLElement} host
 * @param {string} code
 */
function open(host, code) {
  const query = new URLSearchParams(list()?.dataset.query ?? "");
  query.set("wilayah", code);
  const address = `${host.dataset.page}?${query}`;
  const htmx = /** @type {any} */ (window).htmx;
  if (!htmx) {
    location.assign(address);
    return;
  }
  htmx.ajax("GET", address, { source: "#daftar", target: "#daftar", select: "#daftar", swap: "outerHTML" }).then(() => history.pushState({ htmx: true }, "", address));
}

/**
 * Stations by district from afar, by village nearer, by point close up.
 * @param {Station[]} stations
 * @param {Record<string, string>} names
 * @param {number} zoom
 * @param {string} region the region that is open: inside a district villages are told apart at any distance
 * @returns {Group[]}
 */
function groups(stations, names, zoom, region) {
  const digits = zoom < 10.2 && region.length < 6 ? 6 : 10;
  /** @type {Map<string, Group>} */
  const found = new Map();
  for (const [code, lat, lon, special] of stations) {
    if (lat === null || lon === null) continue;
    const inside = code.slice(0, digits);
    const key = zoom < 12.5 ? inside : `${lat} ${lon}`;
    const group = found.get(key) ?? { key, code: inside, count: 0, special: 0, lat: 0, lon: 0, name: names[inside] ?? inside };
    group.count += 1;
    group.special += special;
    group.lat += (lat - group.lat) / group.count;
    group.lon += (lon - group.lon) / group.count;
    found.set(key, group);
  }
  return [...found.values()].sort((a, b) => b.count - a.count || a.key.localeCompare(b.key));
}

/**
 * Place the groups in view; a name is left out where it would cover another.
 * @param {any} map
 * @param {Group[]} all
 * @param {(group: Group) => {element: HTMLElement, add: () => any}} make
 */
function placed(map, all, make) {
  const { width, height } = map.getCanvas().getBoundingClientRect();
  /** @type {number[][]} */
  const taken = [];
  const seen = all
    .map((group) => ({ group, at: map.project([group.lon, group.lat]) }))
    .filter(({ at }) => at.x > -40 && at.y > -40 && at.x < width + 40 && at.y < height + 40);
  for (const { at } of seen) taken.push([at.x - 17, at.y - 12, at.x + 17, at.y + 12]);
  return seen.map(({ group, at }) => {
    const half = group.name.length * 3.3 + 3;
    const side = sides(at, half).find(
      ({ box }) => box[0] > 2 && box[2] < width - 2 && !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]),
    );
    if (side) taken.push(side.box);
    const { element, add } = make(group);
    element.classList.add(side?.name ?? "bare");
    return add();
  });
}

/**
 * Where a name may stand around its number, best first.
 * @param {{x: number, y: number}} at
 * @param {number} half
 */
function sides(at, half) {
  return [
    { name: "below", box: [at.x - half, at.y + 12, at.x + half, at.y + 28] },
    { name: "above", box: [at.x - half, at.y - 28, at.x + half, at.y - 12] },
    { name: "right", box: [at.x + 19, at.y - 8, at.x + 19 + 2 * half, at.y + 8] },
    { name: "left", box: [at.x - 19 - 2 * half, at.y - 8, at.x - 19, at.y + 8] },
  ];
}

/**
 * @param {any} map
 * @param {Group} group
 * @param {string} word
 * @param {() => void} opened
 */
function marker(map, group, word, opened) {
  const element = document.createElement("button");
  element.type = "button";
  // The table beside the map is the way for keyboards; hundreds of stops here would only be in the way.
  element.tabIndex = -1;
  element.className = group.special ? "bubble special" : "bubble";
  element.title = `${group.name}: ${group.count} ${word}`;
  const number = document.createElement("b");
  number.textContent = group.count.toLocaleString("id-ID");
  const name = document.createElement("span");
  name.textContent = group.name;
  element.append(number, " ", name);
  element.addEventListener("click", (event) => {
    event.stopPropagation();
    opened();
  });
  const maplibre = /** @type {any} */ (window).maplibregl;
  const add = () => {
    const made = new maplibre.Marker({ element, anchor: "center" }).setLngLat([group.lon, group.lat]).addTo(map);
    // The library names every marker the same; say what this one shows.
    element.setAttribute("aria-label", `${number.textContent} ${group.name}`);
    return made;
  };
  return { element, add };
}
