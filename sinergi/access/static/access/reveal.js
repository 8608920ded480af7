// @ts-check
// Shows a password while it is typed: a small keyboard makes mistakes that dots would hide.

for (const button of document.querySelectorAll("button[data-reveal]")) {
  const input = document.getElementById(button.getAttribute("data-reveal") ?? "");
  if (!(button instanceof HTMLButtonElement) || !(input instanceof HTMLInputElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    input.focus();
  });
  // A browser must never store the shown text as an ordinary form value.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
}
