// @ts-check
// Says when the device has no network, before somebody presses a button in vain.

const bar = document.getElementById("luring");

function tell() {
  if (bar) {
    bar.hidden = navigator.onLine;
  }
}

window.addEventListener("online", tell);
window.addEventListener("offline", tell);
tell();
