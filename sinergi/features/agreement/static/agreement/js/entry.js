// @ts-check
// Numbers the articles as they will be numbered, and hides those of scopes that are switched off.

const list = document.querySelector("[data-articles]");

/** @param {Element} article @param {string} name */
function value(article, name) {
  const control = article.querySelector(`[name$="-${name}"]`);
  return control instanceof HTMLInputElement || control instanceof HTMLSelectElement ? control.value.trim() : "";
}

function number() {
  const agreed = new Set(
    [...document.querySelectorAll('input[name="scopes"]:checked')].map((box) => /** @type {HTMLInputElement} */ (box).value),
  );
  let next = 1;
  for (const article of list?.querySelectorAll("[data-article]") ?? []) {
    const scope = value(article, "scope");
    const title = value(article, "title");
    article.classList.toggle("left-out", scope !== "" && !agreed.has(scope));
    const stays = title !== "" && (scope === "" || agreed.has(scope));
    const shown = article.querySelector("[data-number]");
    const heading = article.querySelector("[data-heading]");
    if (shown) {
      shown.textContent = stays ? String(next) : "–";
    }
    if (heading instanceof HTMLElement) {
      heading.dataset.empty ??= heading.textContent ?? "";
      heading.textContent = title || heading.dataset.empty;
    }
    next += stays ? 1 : 0;
  }
}

document.addEventListener("input", (event) => {
  if (event.target instanceof Element && event.target.closest("form.entry")) {
    number();
  }
});

number();
