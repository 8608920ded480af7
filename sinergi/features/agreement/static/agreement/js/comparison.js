// @ts-check
// Compares a chosen file with the scan of the agreement on this device: the file is sent nowhere.

for (const form of document.querySelectorAll("form[data-comparison]")) {
  form.addEventListener("submit", (event) => {
    const control = form.querySelector('input[type="file"]');
    const file = control instanceof HTMLInputElement ? control.files?.[0] : undefined;
    // Without a safe origin the browser offers no hashing; then the form is sent as it is.
    if (!file || !globalThis.crypto?.subtle) {
      return;
    }
    event.preventDefault();
    compare(/** @type {HTMLFormElement} */ (form), file);
  });
}

/** @param {HTMLFormElement} form @param {File} file */
async function compare(form, file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const found = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = found === form.dataset.comparison;
  const result = form.querySelector("[data-result]");
  if (result instanceof HTMLElement) {
    result.hidden = false;
    result.className = same ? "note good" : "note bad";
    result.textContent = form.querySelector(same ? "[data-same]" : "[data-other]")?.textContent ?? "";
  }
}
