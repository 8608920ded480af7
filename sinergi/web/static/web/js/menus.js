// @ts-check
// Menus are native popovers, dialogs native <dialog>; this only places a menu under its button and opens dialogs.

if (!("popover" in HTMLElement.prototype)) {
  loadPolyfill();
}

/** Browsers before 2023: the polyfill adds the attribute's behaviour. */
function loadPolyfill() {
  import(new URL("../../vendor/popover/popover.min.js", import.meta.url).href);
}

document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target : null;
  const opener = pressed?.closest("[data-open]");
  if (opener instanceof HTMLElement) {
    const dialog = document.getElementById(opener.dataset.open ?? "");
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
  }
  if (pressed?.closest("[data-close]")) {
    pressed.closest("dialog")?.close();
  }
  const button = pressed?.closest("[popovertarget][data-menu]");
  if (button instanceof HTMLElement) {
    place(button);
  }
  const back = pressed?.closest("[data-back]");
  if (back && history.length > 1 && document.querySelector("[data-refusal]")) {
    event.preventDefault();
    history.back();
  }
}, { capture: true });

/**
 * Put the menu under its button, inside the window.
 * @param {HTMLElement} button
 */
function place(button) {
  const menu = document.getElementById(button.getAttribute("popovertarget") ?? "");
  if (!menu) {
    return;
  }
  const box = button.getBoundingClientRect();
  const fromLeft = box.left < window.innerWidth / 2;
  menu.style.top = `${Math.round(box.bottom + 4)}px`;
  menu.style.left = fromLeft ? `${Math.max(8, Math.round(box.left))}px` : "auto";
  menu.style.right = fromLeft ? "auto" : `${Math.max(8, Math.round(document.documentElement.clientWidth - box.right))}px`;
}

// Arrows walk through an open menu, as people expect of menus.
document.addEventListener("keydown", (event) => {
  const menu = document.activeElement?.closest(".menu");
  if (!menu || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) {
    return;
  }
  const entries = [...menu.querySelectorAll(".entry")];
  const here = entries.indexOf(/** @type {Element} */ (document.activeElement));
  const next = entries[(here + (event.key === "ArrowDown" ? 1 : -1) + entries.length) % entries.length];
  if (next instanceof HTMLElement) {
    event.preventDefault();
    next.focus();
  }
});

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (menu instanceof HTMLElement && menu.classList.contains("menu") && "newState" in event && event.newState === "open") {
    const entry = menu.querySelector(".entry[aria-current], .entry");
    if (entry instanceof HTMLElement) {
      entry.focus({ preventScroll: true });
    }
  }
}, { capture: true });
