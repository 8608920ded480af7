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
    const answer = await fetch(action, { method: "POST", body, credentials: "same-origin" });
    const isPage = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
    if (answer.redirected) {
      changed.delete(form);
      location.assign(answer.url);
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
 * Show what came back: a refusal beside its field, the same form with its errors, or the words of an error page.
 * @param {HTMLFormElement} form
 * @param {Document} page
 */
function show(form, page) {
  const refusal = page.querySelector("[data-refusal]");
  if (refusal instanceof HTMLElement) {
    const named = refusal.dataset.field ? form.elements.namedItem(refusal.dataset.field) : null;
    const control = named instanceof RadioNodeList ? named[0] : named;
    const field = control instanceof HTMLElement ? control.closest(".field") : null;
    const sentence = refusal.textContent ?? "";
    if (field && control instanceof HTMLElement) {
      field.classList.add("wrong");
      const line = document.createElement("p");
      line.className = "error";
      line.dataset.said = "";
      line.id = `${control.id || "isian"}_refusal`;
      line.setAttribute("role", "alert");
      line.textContent = sentence;
      field.append(line);
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", line.id);
      control.focus();
    } else {
      say(form, sentence);
    }
    return;
  }
  const again = form.id ? page.getElementById(form.id) : page.querySelector("form[data-keep]");
  if (again) {
    const fresh = document.importNode(again, true);
    form.replaceWith(fresh);
    const wrong = fresh.querySelector("[aria-invalid=true], .wrong input, .wrong select, .wrong textarea");
    if (wrong instanceof HTMLElement) {
      wrong.focus();
    }
    if (fresh instanceof HTMLFormElement) {
      changed.delete(form);
      changed.add(fresh);
    }
    return;
  }
  const words = [...page.querySelectorAll("main h1, main .lead")].map((part) => part.textContent?.trim());
  say(form, words.join(". ") || (document.body.dataset.unreachable ?? ""));
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
}
