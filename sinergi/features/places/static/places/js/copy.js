// @ts-check
/** Buttons that copy the text of another element. Hidden where the browser cannot copy. */

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copy]"))) {
  const source = document.getElementById(button.dataset.copy ?? "");
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent ?? "");
    const said = document.getElementById("tersalin");
    if (!said) return;
    said.classList.remove("out-of-sight");
    said.textContent = `${said.dataset.word}: ${source.textContent}`;
  });
}
