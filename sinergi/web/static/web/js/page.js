// @ts-check
// What every page does once it is there. Each import has one job and does nothing on pages without its parts.

import "./menus.js";
import "./forms.js";
import "./options.js";
import "./theme.js";
import "./offline.js";
import { startSearch } from "./search.js";

startSearch();

// Tabs are a maintained custom element; pages without tabs do not fetch it.
if (document.querySelector("tab-container")) {
  import(new URL("../../vendor/tabs/bundle.js", import.meta.url).href);
}
