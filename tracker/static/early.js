"use strict";
// Runs before the page is drawn, so that what needs a script is never seen without it.
document.documentElement.classList.add("js");
