"use strict";
// Sorts the handler's cases by distance, in the phone alone: the location is sent nowhere. The page works without it.
{
  const said = document.querySelector("[data-near]"), press = document.querySelector("[data-near-press]");
  const places = [...document.querySelectorAll("[data-at]")];
  const metres = (a, b) => {
    const rad = Math.PI / 180, lat = Math.sin(((b[0] - a[0]) * rad) / 2), lon = Math.sin(((b[1] - a[1]) * rad) / 2);
    const part = lat * lat + Math.cos(a[0] * rad) * Math.cos(b[0] * rad) * lon * lon;
    return 2 * 6371008.8 * Math.asin(Math.sqrt(part));
  };
  const sort = (found) => {
    const here = [found.coords.latitude, found.coords.longitude], body = places[0].closest("tbody"), far = new Map();
    for (const one of places) {
      const away = metres(here, one.dataset.at.split(",").map(Number));
      one.textContent = away < 1000 ? `${Math.round(away / 10) * 10} m` : `${(away / 1000).toFixed(1)} km`;
      far.set(one.closest("tr"), away);
    }
    const way = (row) => (far.has(row) ? far.get(row) : Infinity);
    body.append(...[...body.rows].sort((a, b) => way(a) - way(b)));
    said.textContent = said.dataset.sorted;
  };
  const refused = (fault) => { said.textContent = fault.code === 1 ? said.dataset.refused : said.dataset.failed; };
  const ask = () => navigator.geolocation.getCurrentPosition(sort, refused, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  if (said && places.length) {
    if (!isSecureContext || !navigator.geolocation) said.textContent = said.dataset.insecure;
    else {
      press.hidden = false;
      press.addEventListener("click", ask);
      navigator.permissions?.query({ name: "geolocation" }).then((may) => { if (may.state === "granted") ask(); });
    }
  }
}
