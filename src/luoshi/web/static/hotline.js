"use strict";
// The hotline desk's keys and its look beside the call. Comfort only: each page works without this file, as plain forms.
{
  const shut = (part) => part.closest("[hidden]") || (part.tagName !== "SUMMARY" && part.closest("details:not([open])"));
  const typing = (part) => part.matches("input:not([type=radio]), textarea, select");
  // Where words are asked for, what is typed next are words: the cursor stands in them, and no other key does anything.
  const write = (box) => {
    box.open = true;
    const field = box.querySelector("textarea");
    field.focus();
    field.select();
  };
  // A key presses the last open part that names it.
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.altKey || event.metaKey || event.isComposing) return;
    const asking = document.querySelector("details[data-write][open]");
    if (asking && event.key === "Escape") {
      asking.open = false;
      asking.querySelector("summary").focus();
      return;
    }
    if (event.key.length === 1 && typing(event.target)) return;
    const key = (event.ctrlKey ? "Ctrl+" : "") + (event.key.length === 1 ? event.key.toUpperCase() : event.key);
    const named = (one) => one.dataset.key === key && !shut(one) && (!asking || asking.contains(one));
    const part = [...document.querySelectorAll("[data-key]")].filter(named).pop();
    if (!part) return;
    event.preventDefault();
    if (asking && part.tagName === "SUMMARY") return write(asking);
    part.click();
    if (part.tagName === "SUMMARY" && part.parentElement.open && !part.parentElement.matches("[data-write]")) part.focus();
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("details[data-write]:not([open]) > summary")?.parentElement;
    if (!box) return;
    event.preventDefault();
    write(box);
  });

  const form = document.querySelector("form[data-look]"), beside = document.getElementById("beside");
  if (form && beside) {
    const said = document.getElementById("look-said");
    let waiting = 0, asked = null;
    const look = async () => {
      clearTimeout(waiting);
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(form.dataset.look, { method: "POST", body: new FormData(form), signal: asked.signal });
        if (!answer.ok || answer.redirected) return;
        beside.innerHTML = await answer.text();
        said.textContent = beside.firstElementChild?.dataset.said ?? "";
      } catch { /* a newer look is under way, or the line is down: the button still works */ }
    };
    const take = (button) => {
      form.elements[button.dataset.take].value = button.dataset.value;
      form.elements[button.dataset.take].focus();
      look();
    };
    form.addEventListener("input", (event) => {
      const pick = event.target.dataset.pick, typed = event.target.value;
      const button = pick && /^[1-9]$/.test(typed) && beside.querySelectorAll(`[data-take=${pick}]`)[typed - 1];
      if (button) return take(button);
      clearTimeout(waiting);
      waiting = setTimeout(look, 350);
    });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button || button.form !== form) return;
      if (button.dataset.take) { event.preventDefault(); take(button); }
      if (button.value === "look") { event.preventDefault(); look(); }
    });
  }
}
