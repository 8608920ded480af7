// @ts-check
// Long choices that stand on a page many times are sent once, as <template data-options="name">, and filled in here.

for (const list of document.querySelectorAll("template[data-options]")) {
  if (!(list instanceof HTMLTemplateElement)) {
    continue;
  }
  for (const select of document.querySelectorAll(`select[data-options="${list.dataset.options}"]`)) {
    if (select instanceof HTMLSelectElement) {
      fill(select, list);
    }
  }
}

/** @param {HTMLSelectElement} select @param {HTMLTemplateElement} list */
function fill(select, list) {
  const chosen = select.value;
  const drawn = [...select.options].find((option) => option.value === chosen && chosen !== "");
  select.append(list.content.cloneNode(true));
  // What was chosen before is in the list too, unless the list knows it no longer.
  const again = [...select.options].find((option) => option !== drawn && option.value === chosen);
  if (drawn && again) {
    again.defaultSelected = true;
    again.selected = true;
    drawn.remove();
  }
}
