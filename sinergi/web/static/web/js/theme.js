// @ts-check
// The theme changes at once; the form behind it tells the node to remember.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("themeChoice" in form.dataset)) {
    return;
  }
  const button = /** @type {SubmitEvent} */ (event).submitter;
  if (!(button instanceof HTMLButtonElement)) {
    return;
  }
  event.preventDefault();
  const body = new FormData(form);
  body.set("theme", button.value);
  document.documentElement.dataset.theme = button.value;
  for (const entry of form.querySelectorAll(".entry")) {
    const tick = entry.querySelector(".tick");
    if (entry === button) {
      entry.setAttribute("aria-current", "true");
    } else {
      entry.removeAttribute("aria-current");
    }
    if (tick && entry !== button) {
      button.append(tick);
    }
  }
  document.dispatchEvent(new CustomEvent("theme", { detail: button.value }));
  fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
});
