// The wall screen looks again every half minute; only where something changed does the answer have a body.
"use strict";
const EVERY = 30000;
let tag = "";

async function look() {
  try {
    const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.status === 200) {
      const first = tag === "";
      tag = answer.headers.get("ETag") || "";
      if (!first) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        document.body.replaceWith(page.body);
      }
    }
  } catch {
    // the next look may reach the server again
  }
  setTimeout(look, EVERY);
}

look();
