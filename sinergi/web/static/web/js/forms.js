// @ts-check
// Forms marked data-keep: sent once, a refusal is shown where it belongs, and nothing typed is ever lost.

/** @type {Set<HTMLFormElement>} */
const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-keep]") : null;
  if (form instanceof HTMLFormElement) {
    changed.add(form);
  }
});

window.addEventListener("beforeunload", (event) => {
  for (const form of changed) {
    if (form.isConnected) {
      event.preventDefault();
      event.returnValue = "";
      return;
    }
  }
});

// Ctrl+Enter sends the form one is typing in.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target instanceof Element) {
    const form = event.target.closest("form");
    if (form instanceof HTMLFormElement && form.method === "post") {
      event.preventDefault();
      form.requestSubmit();
    }
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("keep" in form.dataset) || event.defaultPrevented) {
    return;
  }
  event.preventDefault();
  const button = /** @type {SubmitEvent} */ (event).submitter;
  if (button?.getAttribute("aria-busy") === "true") {
    return;
  }
  const body = new FormData(form);
  if (button instanceof HTMLButtonElement && button.name) {
    body.set(button.name, button.value);
  }
  button?.setAttribute("aria-busy", "true");
  clear(form);
  try {
    const action = button?.getAttribute("formaction") || form.getAttribute("action") || location.href;
    const headers = { "X-Kept-Form": "1" };
    const answer = await fetch(action, { method: "POST", body, headers, credentials: "same-origin" });
    const isPage = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
    const next = answer.headers.get("X-Location") ?? (answer.redirected ? answer.url : "");
    if (next) {
      changed.delete(form);
      location.assign(next);
      return;
    }
    if (!isPage) {
      changed.delete(form);
      form.submit();
      return;
    }
    const text = await answer.text();
    if (answer.ok) {
      // A page in answer to the form itself, such as a preview.
      changed.delete(form);
      document.open();
      document.write(text);
      document.close();
      scrollTo(0, 0);
      return;
    }
    show(form, new DOMParser().parseFromString(text, "text/html"));
  } catch {
    say(form, document.body.dataset.unreachable ?? "");
  } finally {
    button?.removeAttribute("aria-busy");
  }
});

/**
 * Show what came back: a refusal beside its field, the errors of the same form beside theirs, or the words of an error
 * page. The form itself stays as it is, with its chosen files, its map and everything typed.
 * @param {HTMLFormElement} form
 * @param {Document} page
 */
function show(form, page) {
  const refusal = page.querySelector("[data-refusal]");
  if (refusal instanceof HTMLElement) {
    const sentence = refusal.textContent ?? "";
    const field = beside(form, refusal.dataset.field ?? "", sentence);
    if (field) {
      field.focus();
    } else {
      say(form, sentence);
    }
    return;
  }
  // The same form of several on the page. Not form.id or form.action: a field of that name would be meant.
  const again = [...page.querySelectorAll("form[data-keep]")].find((other) =>
    ["id", "action"].every((name) => other.getAttribute(name) === form.getAttribute(name)),
  );
  const errors = [...(again?.querySelectorAll(".error") ?? [])];
  const fields = errors.map((error) => beside(form, nameOf(error), error.textContent?.trim() ?? ""));
  const words = [...page.querySelectorAll("main h1, main .lead")].map((part) => part.textContent?.trim());
  const whole = again?.querySelector("[role=alert]")?.textContent?.trim() || (errors.length ? "" : words.join(". "));
  if (whole || !fields.some(Boolean)) {
    say(form, whole || (document.body.dataset.unreachable ?? ""));
  }
  fields.find(Boolean)?.focus();
}

/** The name of the field an error stands beside. @param {Element} error */
function nameOf(error) {
  return error.closest(".field")?.querySelector("[name]")?.getAttribute("name") ?? "";
}

/**
 * Put a sentence beside the field of this name; the control to focus, or null where the form shows no such field.
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} sentence
 */
function beside(form, name, sentence) {
  const named = name ? form.elements.namedItem(name) : null;
  const control = named instanceof RadioNodeList ? named[0] : named;
  const field = control instanceof HTMLElement ? control.closest(".field") : null;
  if (!field || !(control instanceof HTMLElement)) {
    return null;
  }
  field.classList.add("wrong");
  const line = document.createElement("p");
  line.className = "error";
  line.dataset.said = "";
  line.id = `${control.id || "isian"}_refusal`;
  line.setAttribute("role", "alert");
  line.textContent = sentence;
  field.append(line);
  // What is folded away cannot be seen or focused.
  for (let folded = control.closest("details"); folded; folded = folded.parentElement?.closest("details") ?? null) {
    folded.open = true;
  }
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", line.id);
  return control;
}

/**
 * One sentence in front of the form, read aloud.
 * @param {HTMLFormElement} form
 * @param {string} sentence
 */
function say(form, sentence) {
  const note = document.createElement("div");
  note.className = "note block bad";
  note.dataset.said = "";
  note.tabIndex = -1;
  note.setAttribute("role", "alert");
  note.textContent = sentence;
  form.prepend(note);
  note.focus();
}

/** @param {HTMLFormElement} form */
function clear(form) {
  for (const said of form.querySelectorAll("[data-said]")) {
    said.closest(".field")?.classList.remove("wrong");
    said.remove();
  }
  for (const control of form.querySelectorAll("[aria-invalid=true]")) {
    control.removeAttribute("aria-invalid");
  }
}
