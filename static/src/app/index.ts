// Every page: htmx with our manners, menus, dialogs, forms that act once, keys.

import htmx from "htmx.org";
import { startTabs } from "../lib/tabs";
import { loadTexts } from "../lib/texts";
import { startControls } from "./controls";
import { startDialogs } from "./dialogs";
import { startFiles } from "./files";
import { startForms } from "./forms";
import { startKeys } from "./keys";
import { startLiveChecks } from "./live";
import { startMenus } from "./menus";
import { startParts } from "./parts";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

// Other islands use this one instance instead of carrying their own.
window.htmx = htmx;

startMenus();
startDialogs();
startForms();
startTabs();
startControls();
startParts();
startLiveChecks();
startKeys();
void loadTexts().then(startFiles);
