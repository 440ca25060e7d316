"use strict";
// Checks a receipt (c2sp.org/tlog-proof@v1) with WebCrypto alone: once the page is there, nothing is asked of the server.
{
  const box = document.querySelector("[data-proof]"), said = box.querySelector("[data-said]");
  const stop = (what) => { throw new Error(what); };
  const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
  const sha = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
  const utf8 = (text) => new TextEncoder().encode(text);
  const words = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const url64 = (bytes) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
  const bytes = (text) => {
    const found = /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Uint8Array.from(atob(text), (one) => one.charCodeAt(0)) : stop("base64");
    return base64(found) === text ? found : stop("base64");
  };
  const digest = (text) => { const found = bytes(text); return found.length === 32 ? found : stop("hash"); };

  // the file: entry, place, path, and the signed checkpoint
  const parse = (file) => {
    const cut = file.indexOf("\n\n"), lines = file.slice(0, cut).split("\n"), signed = file.slice(cut + 2), end = signed.lastIndexOf("\n\n");
    if (cut < 0 || end < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1" || !signed.endsWith("\n")) stop("form");
    const payload = lines[0]?.startsWith("extra ") ? bytes(lines.shift().slice(6)) : stop("no entry");
    const index = BigInt(/^index (0|[1-9]\d{0,18})$/.exec(lines.shift())?.[1] ?? stop("index"));
    const note = signed.slice(0, end + 1), [origin, size, root] = note.split("\n");
    if (!origin || !/^(0|[1-9]\d{0,18})$/.test(size)) stop("checkpoint");
    const marks = signed.slice(end + 2, -1).split("\n").map((line) => /^— (\S+) (\S+)$/.exec(line) ?? stop("signature"));
    return {
      payload, index, path: lines.map(digest), note, origin, size: BigInt(size), root: digest(root),
      marks: marks.map(([, name, data]) => ({ name, data: bytes(data) })),
    };
  };

  // RFC 9162, 2.1.3.2
  const included = async ({ index, size, path, root }, leaf) => {
    if (index >= size) return false;
    let here = index, last = size - 1n, hash = leaf;
    for (const beside of path) {
      if (last === 0n) return false;
      const left = (here & 1n) === 1n || here === last;
      hash = left ? await sha([1], beside, hash) : await sha([1], hash, beside);
      if (left) while (here && !(here & 1n)) { here >>= 1n; last >>= 1n; }
      here >>= 1n; last >>= 1n;
    }
    return last === 0n && same(hash, root);
  };

  // Did a key that the page knows sign the checkpoint? null where this browser cannot tell. A former key stands with the
  // size of the log up to which it may speak: beyond that its word is worth nothing.
  const signed = async ({ note, origin, size, marks }) => {
    let well = false;
    for (const line of box.dataset.keys.split("\n").filter(Boolean)) {
      const [, name, , encoded, until] = /^([^+]+)\+([^+]+)\+(\S+?)(?: until (\d+))?$/.exec(line), key = bytes(encoded);
      if (until && size > BigInt(until)) continue;
      const id = (await sha(utf8(name + "\n"), key)).slice(0, 4);
      for (const mark of marks.filter((one) => one.name === name && same(one.data.slice(0, 4), id))) {
        let known;
        try { known = await crypto.subtle.importKey("raw", key.slice(1), "Ed25519", false, ["verify"]); } catch { return null; }
        if (!(await crypto.subtle.verify("Ed25519", known, mark.data.slice(4), utf8(note)))) return false;
        well ||= name === origin;
      }
    }
    return well;
  };

  // what is shown
  // a step: solid where it is proved, hollow where that is not known, red with a cross where it does not hold
  const show = (step, well, name = "", values = {}) => {
    box.querySelector(`[data-step=${step}]`).setAttribute("class", well === null ? "plan" : well ? "fact" : "over");
    box.querySelector(`[data-of=${step}]`).textContent = (well === false ? "✗ " : "") + fill(name, values);
  };
  const fill = (name, values) => (box.dataset[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  const say = (name, values = {}) => { said.textContent = fill(name, values); said.dataset.is = name; };
  const when = (text) => new Date(text).toLocaleString(document.documentElement.lang, { timeZone: box.dataset.zone, dateStyle: "medium", timeStyle: "short" });
  const clear = () => { ["entry", "tree", "sign", "words"].forEach((step) => show(step, null)); told.hidden = true; };

  // what the entry says, in words where the page has them
  const told = box.querySelector("[data-told]"), list = told.querySelector("dl");
  const known = new Map(box.dataset.words.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  const meaning = (line, name, value) => {
    if (typeof value === "boolean") return known.get(value ? "yes" : "no");
    if (/^\d{4}-\d\d-\d\dT\d\d:/.test(value)) return when(value);
    return known.get(`${line}.${name}.${value}`) ?? known.get(`${name}.${value}`) ?? (typeof value === "object" ? JSON.stringify(value) : String(value));
  };
  const row = (name, text) => {
    for (const [tag, said] of [["dt", known.get(`label.${name}`) ?? name], ["dd", text]]) {
      list.append(Object.assign(document.createElement(tag), { textContent: said }));
    }
  };
  const tell = (entry) => {
    const fields = { verb: entry.verb, occurred_at: entry.occurred_at, recorded_at: entry.recorded_at, ...entry.open, sim: entry.sim };
    list.replaceChildren();
    for (const [name, value] of Object.entries(fields)) if (value !== null && value !== undefined && value !== "") row(name, meaning(entry.line, name, value));
    row("hashed", String(Object.keys(entry.restricted ?? {}).length + (entry.private ? 1 : 0)));
    told.hidden = false;
  };

  let held = null; // the entry that this page is about: its place and its leaf
  let last = null; // the payload of the receipt checked last

  // the leaf that stands today at the place of a receipt of this very log; null where that cannot be asked
  const present = async (found) => {
    if (!box.dataset.from) return null;
    try {
      const answer = await fetch(`${box.dataset.from}?index=${found.index}`);
      const theirs = answer.ok ? parse(await answer.text()) : null;
      return theirs?.origin === found.origin ? url64(await sha([0], theirs.payload)) : null;
    } catch { return null; }
  };

  // `slip`: the server was asked for the very entry that a slip of paper names
  const check = async (file, slip = false) => {
    clear();
    last = null;
    let found, entry;
    try { found = parse(file); entry = JSON.parse(words(found.payload)); } catch { show("entry", false); return say("malformed"); }
    const leaf = await sha([0], found.payload), ours = held === null || url64(leaf) === held.leaf;
    const now = held === null ? await present(found) : null;
    // one place, two records: no honest log has that
    const two = (!ours && (slip || String(found.index) === held.index)) || (now !== null && now !== url64(leaf));
    const tree = await included(found, leaf), sign = await signed(found);
    const values = { n: String(found.index), size: String(found.size), log: found.origin, at: when(entry.recorded_at), steps: String(found.path.length) };
    const holds = tree && sign !== false; // an entry that leads to no signed root is no record of anything
    show("entry", ours ? holds || null : false, "entry", values);
    show("tree", tree && !two ? holds || null : false, "tree", values);
    show("sign", sign, "sign", values);
    last = entry;
    if (holds) tell(entry);
    say(!tree || sign === false ? "bad" : two ? "rewritten" : !ours ? "other" : sign === null ? "unsigned" : "good", values);
  };

  // the second file: the holder's own words and the random bytes that they were committed with
  const checkWords = async (file) => {
    const own = JSON.parse(file);
    if (last === null) return said.dataset.is === "malformed" || say("alone");
    const well = last !== null && own.event === last.id && url64(await sha(bytes(own.salt), utf8(own.body))) === last.private;
    show("words", well, well ? "same" : "different");
    if (!well) return say("different");
    for (const [name, value] of Object.entries(JSON.parse(own.body))) row(name, meaning("", name, value));
  };

  const chosen = async (files) => {
    const texts = await Promise.all([...files].map(async (file) => words(new Uint8Array(await file.arrayBuffer()))));
    const receipts = texts.filter((text) => !text.startsWith("{"));
    if (receipts.length) await check(receipts.at(-1));
    for (const own of texts.filter((text) => text.startsWith("{"))) await checkWords(own);
  };

  // a slip of paper: place and leaf stand behind the # of the address, which is sent nowhere
  const slip = async () => {
    const hash = location.hash.slice(1), [, said, index, leaf, mark] = /^((\d{1,18})\.([\w-]{43}))(?:\.([\w-]{4}))?$/.exec(hash) ?? [];
    if (!hash || document.getElementById(hash)) return;
    clear();
    held = null;
    // slips from before there was a mark have none
    if (!index || (mark && mark !== url64(await sha(utf8(said))).slice(0, 4))) { show("entry", false); return say("torn"); }
    held = { index, leaf };
    let answer, text;
    try { answer = await fetch(`${box.dataset.from}?index=${index}`); text = await answer.text(); } catch { return say("offline"); }
    if (answer.status === 404) { show("tree", false); return say("gone", { n: index }); }
    if (!answer.ok) return say("busy", { status: answer.status });
    await check(text, true);
  };

  const start = async () => {
    if (!crypto.subtle) return say("insecure");
    const given = box.querySelector("[data-text]");
    const refused = () => { show("entry", false); say("malformed"); };
    box.querySelector("input[type=file]").addEventListener("change", (event) => chosen(event.target.files).catch(refused));
    if (!given) {
      addEventListener("hashchange", () => slip().catch(refused));
      box.querySelector("[data-slip]")?.addEventListener("submit", (event) => {
        event.preventDefault();
        const typed = event.target.querySelector("input").value.replace(/\s/g, "");
        if (typed && typed === location.hash.slice(1)) slip().catch(refused);
        else location.hash = typed;
      });
      return slip();
    }
    await check(given.value);
    if (last) { const { index, payload } = parse(given.value); held = { index: String(index), leaf: url64(await sha([0], payload)) }; }
  };
  start().catch(() => say("malformed"));
}
