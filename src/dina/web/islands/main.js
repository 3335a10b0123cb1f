import htmx from "htmx.org";
import "./picker.js";
import "./shell.js";
import "./list.js";
import "./keys.js";
import "./fields.js";
import "./form.js";
import "./unanswered.js";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
document.getElementById("problems")?.focus();
