// @ts-check
// Asks this device for a passkey: forms marked data-passkey="create" or "get" fetch what is to be signed from
// data-options, let the device answer, and send the answer in their field `credential`.

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  if (!("credentials" in navigator) || !globalThis.PublicKeyCredential) {
    say(form, "unsupported");
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Other scripts must not send the form before the device has answered.
    event.stopImmediatePropagation();
    void run(form);
  });
}

/** @param {HTMLFormElement} form */
async function run(form) {
  const button = form.querySelector("button:not([type=button])");
  if (button?.getAttribute("aria-busy") === "true") return;
  button?.setAttribute("aria-busy", "true");
  say(form, "");
  try {
    const answer = await fetch(form.dataset.options ?? "", {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
    });
    const elsewhere = answer.headers.get("X-Location");
    if (elsewhere) {
      location.assign(elsewhere);
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const options = await answer.json();
    const made = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: forDevice(options) })
      : await navigator.credentials.get({ publicKey: forDevice(options) });
    const field = form.elements.namedItem("credential");
    if (!(made instanceof PublicKeyCredential) || !(field instanceof HTMLInputElement)) throw new Error("no answer");
    field.value = JSON.stringify(asText(made));
    form.submit();
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    say(form, name === "NotAllowedError" ? "cancelled" : name === "InvalidStateError" ? "known" : "failed");
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

/** Shows the one sentence of the form that fits. @param {HTMLFormElement} form @param {string} which */
function say(form, which) {
  for (const sentence of form.parentElement?.querySelectorAll("[data-passkey-says]") ?? []) {
    if (sentence instanceof HTMLElement) sentence.hidden = sentence.dataset.passkeySays !== which;
  }
}

/** The bytes that JSON carries as base64url, as the device wants them. @param {any} options */
function forDevice(options) {
  const ids = (/** @type {any[]} */ list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));
  return {
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: ids(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: ids(options.allowCredentials) }),
  };
}

/** @param {PublicKeyCredential} made */
function asText(made) {
  const response = /** @type {any} */ (made.response);
  /** @type {Record<string, unknown>} */
  const told = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) told[name] = toText(response[name]);
  }
  if (response.getTransports) told.transports = response.getTransports();
  return { id: made.id, rawId: toText(made.rawId), type: made.type, response: told, clientExtensionResults: {} };
}

/** @param {string} text */
function toBytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer} bytes */
function toText(bytes) {
  const letters = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}
