// @ts-check
/** Choose a place: the list of villages does everything; the map marks the exact spot. */

import { addAreas, choose, makeMap } from "./map.js";

for (const picker of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-picker]"))) start(picker);

/** @param {HTMLElement} picker */
function start(picker) {
  const select = /** @type {HTMLSelectElement} */ (picker.querySelector("[data-picker-village]"));
  const words = /** @type {HTMLInputElement} */ (picker.querySelector("[data-picker-words]"));
  const said = /** @type {HTMLElement} */ (picker.querySelector("[data-picker-said]"));
  const lat = /** @type {HTMLInputElement} */ (picker.querySelector("[data-picker-lat]"));
  const lon = /** @type {HTMLInputElement} */ (picker.querySelector("[data-picker-lon]"));
  const host = /** @type {HTMLElement} */ (picker.querySelector("[data-picker-map]"));
  const options = [...select.options].filter((option) => option.value);
  let isMarked = lat.value !== "";
  /** @type {any} */
  let map = null;
  /** @type {any} */
  let pin = null;

  words.hidden = false;
  words.addEventListener("input", () => {
    const asked = words.value.trim().toLowerCase();
    let first = null;
    for (const option of options) {
      const district = /** @type {HTMLOptGroupElement} */ (option.parentElement);
      const fits = !asked || option.text.toLowerCase().includes(asked) || district.label.toLowerCase().includes(asked) || option.value.startsWith(asked);
      option.hidden = option.disabled = !fits;
      if (fits && !first) first = option;
    }
    for (const group of select.querySelectorAll("optgroup")) group.hidden = ![...group.children].some((option) => !(/** @type {HTMLElement} */ (option).hidden));
    if (asked && first && (!select.value || select.selectedOptions[0]?.disabled)) pick(first.value);
  });
  select.addEventListener("change", () => pick(select.value));

  /** @param {string} code */
  function pick(code) {
    select.value = code;
    lat.value = lon.value = "";
    isMarked = false;
    show(true);
    select.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {boolean} moves */
  function show(moves) {
    const option = select.selectedOptions[0];
    const at = isMarked ? [Number(lon.value), Number(lat.value)] : option?.dataset.lat ? [Number(option.dataset.lon), Number(option.dataset.lat)] : null;
    said.textContent = !at ? "" : isMarked ? `${said.dataset.marked} ${at[1].toFixed(5)}, ${at[0].toFixed(5)}` : (said.dataset.middle ?? "");
    if (!map) return;
    choose(map, option?.value ?? "");
    if (!at) {
      pin?.remove();
      pin = null;
      return;
    }
    pin ??= makePin();
    pin.setLngLat(at).addTo(map);
    if (moves) map.jumpTo({ center: at, zoom: Math.max(map.getZoom(), 10.5) });
  }

  function makePin() {
    const maplibre = /** @type {any} */ (window).maplibregl;
    const element = document.createElement("span");
    element.className = "pin";
    const made = new maplibre.Marker({ element, anchor: "bottom", draggable: true });
    made.on("dragend", () => mark(made.getLngLat()));
    return made;
  }

  /** @param {{lng: number, lat: number}} at */
  function mark(at) {
    const option = nearest(at);
    if (!option) return;
    if (words.value) {
      words.value = "";
      words.dispatchEvent(new Event("input"));
    }
    select.value = option.value;
    lat.value = at.lat.toFixed(6);
    lon.value = at.lng.toFixed(6);
    isMarked = true;
    show(false);
    lat.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /**
   * The village whose area holds the spot, else the one whose middle is nearest.
   * @param {{lng: number, lat: number}} at
   */
  function nearest(at) {
    const held = map.queryRenderedFeatures(map.project(at), { layers: ["village-land"] })[0]?.properties.code;
    const inside = options.find((option) => option.value === held);
    if (inside) return inside;
    const distance = (/** @type {HTMLOptionElement} */ option) => (Number(option.dataset.lat) - at.lat) ** 2 + (Number(option.dataset.lon) - at.lng) ** 2;
    return options.filter((option) => option.dataset.lat).sort((a, b) => distance(a) - distance(b))[0];
  }

  async function begin() {
    const placed = options.filter((option) => option.dataset.lat);
    const lats = placed.map((option) => Number(option.dataset.lat));
    const lons = placed.map((option) => Number(option.dataset.lon));
    host.hidden = false;
    const made = placed.length ? makeMap(host, { bounds: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)].join(",") }) : null;
    if (!made) {
      host.hidden = true;
      return;
    }
    host.classList.add("live");
    await addAreas(made, host.dataset.areas ?? "");
    // Only now: a village chosen while the map was still being drawn would ask for areas it does not have.
    map = made;
    map.on("click", (/** @type {any} */ event) => mark(event.lngLat));
    show(select.value !== "");
    host.dataset.ready = "true";
  }

  show(false);
  // A picker in a closed part of the form draws its map once somebody opens that part.
  const folded = /** @type {HTMLDetailsElement | null} */ (picker.closest("details:not([open])"));
  if (folded) folded.addEventListener("toggle", () => begin(), { once: true });
  else begin();
}
