// What is typed into a field with `data-find` is asked for as one types; the answer, a piece of a page, goes below it.
for (const field of document.querySelectorAll("[data-find]")) {
  const below = document.getElementById(field.dataset.below);
  let asked = new AbortController(), wait = 0;
  const ask = async () => {
    asked.abort();
    asked = new AbortController();
    const text = field.value.trim();
    if (!text) { below.replaceChildren(); return; }
    try {
      const answer = await fetch(`${field.dataset.find}?q=${encodeURIComponent(text)}`, { signal: asked.signal });
      if (answer.ok) below.innerHTML = await answer.text();
    } catch (fault) {
      if (fault.name !== "AbortError") below.replaceChildren();
    }
  };
  field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(ask, 150); });
}
