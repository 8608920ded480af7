// @ts-check
// "/" goes to the search box; what is found appears under it and is walked with the arrows.

/** Wire the box in the top bar, if this page has one. */
export async function startSearch() {
  const form = document.querySelector("form[data-search]");
  const input = form?.querySelector("input");
  if (form instanceof HTMLFormElement && input instanceof HTMLInputElement) {
    await wire(form, input);
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} input
 */
async function wire(form, input) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      event.preventDefault();
      if (input.offsetParent) {
        input.focus();
        input.select();
      } else {
        location.assign(form.action);
      }
    }
  });

  const { default: Combobox } = await import(new URL("../../vendor/combobox/index.js", import.meta.url).href);
  const list = document.createElement("div");
  list.id = "hasil-cari";
  list.className = "hits";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "");
  list.hidden = true;
  form.append(list);
  const combobox = new Combobox(input, list, { tabInsertsSuggestions: false });

  /** @type {AbortController | undefined} */
  let running;
  let pause = 0;

  function close() {
    window.clearTimeout(pause);
    running?.abort();
    list.removeAttribute("aria-busy");
    if (!list.hidden) {
      list.hidden = true;
      combobox.stop();
    }
  }

  async function ask() {
    const asked = (running = new AbortController());
    const address = new URL(form.action);
    address.searchParams.set("q", input.value);
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
      if (!answer.ok) {
        return close();
      }
      // Made by our own template on our own node, escaped there.
      list.innerHTML = await answer.text();
    } catch {
      // Whoever typed on waits for the answer to the newer words.
      return asked.signal.aborted ? undefined : close();
    }
    list.removeAttribute("aria-busy");
    if (list.querySelector("[role=option]") && document.activeElement === input) {
      list.hidden = false;
      combobox.start();
    } else {
      close();
    }
  }

  input.addEventListener("input", () => {
    window.clearTimeout(pause);
    running?.abort();
    if (input.value.trim().length < 2) {
      return close();
    }
    // What stands in the list is about other words until the answer is here.
    list.setAttribute("aria-busy", "true");
    pause = window.setTimeout(ask, 160);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
    }
  });
  // A click on what was found takes the focus first; who is back in the box by then goes on.
  input.addEventListener("blur", () => window.setTimeout(() => document.activeElement === input || close(), 150));
  list.addEventListener("combobox-commit", (event) => {
    if (event.target instanceof HTMLAnchorElement) {
      location.assign(event.target.href);
    }
  });
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
