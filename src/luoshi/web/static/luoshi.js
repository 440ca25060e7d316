"use strict";
// Comforts only: every page works without this file.
document.addEventListener("submit", (event) => {
  // A second press while the first is under way does nothing.
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  // Where the answer is a file the page stays, and the form may be sent again.
  if (event.target.method === "post" && !event.target.hasAttribute("data-download")) event.target.dataset.sent = "1";
});
// Coming back by the back button, the form may be sent again.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
  const all = event.target.closest("[data-all]");
  if (all) all.closest("table").querySelectorAll("tbody input[type=checkbox]").forEach((box) => { box.checked = all.checked; });
});
document.querySelectorAll("[data-js]").forEach((part) => { part.hidden = false; });
document.querySelector(".errs")?.focus();
