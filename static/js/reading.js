// Helps for pages in three depths that nothing depends on: the place where a reader stopped, listening, printing.
"use strict";

const article = document.querySelector("article");
const extras = document.querySelector(".extras");

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.lang = "en";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

function state() {
  const made = document.createElement("span");
  made.setAttribute("role", "status");
  made.lang = "en";
  return made;
}

/* The place: kept in this browser alone, of few pages and for a month, and gone with one press. */
const KEY = "places";
const MOST = 20;
const LONGEST = 30 * 24 * 3600 * 1000;

function places() {
  try {
    const kept = Object.entries(JSON.parse(localStorage.getItem(KEY)) || {});
    return kept.filter(([, place]) => Date.now() - place[1] < LONGEST);
  } catch {
    return [];
  }
}

/** Without a mark the page's place is forgotten. A browser that keeps nothing is no fault. */
function keep(path, mark) {
  const others = places().filter(([kept]) => kept !== path);
  const all = mark ? [[path, [mark, Date.now()]], ...others] : others;
  try {
    if (all.length) localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(all.slice(0, MOST))));
    else localStorage.removeItem(KEY);
  } catch { /* full or forbidden */ }
}

/** The last heading or layer that has reached the upper third of the window; null at the beginning. */
function reached() {
  const seen = [...article.querySelectorAll("h2[id], h3[id], section[id]")].filter((one) => {
    return one.getClientRects().length && one.getBoundingClientRect().top < innerHeight / 3;
  });
  const last = seen.at(-1);
  return last && scrollY > 0 && !last.closest("#glance") ? last : null;
}

function follow() {
  const mark = reached();
  const hash = mark ? `#${mark.id}` : "";
  if (hash === location.hash) return;
  history.replaceState(history.state, "", location.pathname + location.search + hash);
  keep(location.pathname, mark && mark.id);
}

function nameOf(mark) {
  const name = mark.matches("h2, h3") ? mark.textContent : mark.getAttribute("aria-label");
  return (name || mark.querySelector("h2, h3")?.textContent || "").trim();
}

/** A link to the kept place, and a button that forgets it. */
function offer() {
  const [, [id] = []] = places().find(([path]) => path === location.pathname) || [];
  const mark = id && !location.hash && document.getElementById(id);
  if (!mark || !article.contains(mark)) return;
  const link = document.createElement("a");
  link.href = `#${id}`;
  link.textContent = `Go on where you stopped: ${nameOf(mark)}`;
  const told = state();
  const forget = button("Forget all my places", () => {
    try { localStorage.removeItem(KEY); } catch { /* nothing was kept */ }
    link.remove();
    forget.remove();
    told.textContent = "Forgotten.";
  });
  const place = document.createElement("div");
  place.className = "extras place";
  place.append(link, forget, told);
  extras.after(place);
}

/** Browsers that do not open a folded part for a link into it get help. */
function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const folded = target && target.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  target.scrollIntoView();
}

/* Listening: the browser's own voice, only when asked for; one that sends the text nowhere, where there is one. */
function sentences(root) {
  const whole = root.cloneNode(true);
  for (const one of whole.querySelectorAll(".layer, .quiet")) one.remove();
  const leaves = [...whole.querySelectorAll("p, dt, dd, h2, h3, li")].filter((one) => !one.querySelector("p, li"));
  return leaves.flatMap((one) => {
    const text = one.textContent.trim().replace(/\s+/g, " ");
    return text ? (/[.?!]$/.test(text) ? text : `${text}.`).match(/\S.*?[.?!](?=\s|$)/g) || [] : [];
  });
}

function listen(layers) {
  const voice = speechSynthesis;
  const told = state();
  let run = 0;
  const buttons = layers.map(([name, root]) => button(`Listen to ${name}`, () => begin(name, root)));
  const pause = button("Pause", () => {
    const paused = pause.textContent === "Pause";
    if (paused) voice.pause(); else voice.resume();
    pause.textContent = paused ? "Go on" : "Pause";
    told.textContent = paused ? "Paused." : "Reading aloud.";
  });
  const stop = button("Stop", () => end("Stopped."));
  const show = (reading) => {
    for (const one of buttons) one.hidden = reading;
    pause.hidden = stop.hidden = !reading;
    pause.textContent = "Pause";
  };
  const end = (words) => {
    run += 1;
    voice.cancel();
    const held = [pause, stop].includes(document.activeElement);
    show(false);
    if (held) buttons[0].focus();
    told.textContent = words;
  };
  const begin = (name, root) => {
    const mine = (run += 1);
    voice.cancel();
    const queue = sentences(root).map((sentence) => new SpeechSynthesisUtterance(sentence));
    const english = voice.getVoices().filter((one) => one.lang.startsWith("en"));
    const own = english.find((one) => one.localService);
    for (const one of queue) {
      one.lang = "en";
      if (own) one.voice = own;
      one.onerror = () => { if (mine === run) end("Your browser could not read this aloud."); };
    }
    queue.at(-1).onend = () => { if (mine === run) end(`The end of ${name}.`); };
    show(true);
    stop.focus();
    told.textContent = "Reading aloud.";
    queue.forEach((one) => voice.speak(one));
  };
  show(false);
  extras.append(...buttons, pause, stop, told);
  addEventListener("pagehide", () => voice.cancel());
}

if (article && extras) {
  const glance = document.getElementById("glance");
  const short = document.getElementById("short");
  if (article.matches(".one-page")) {
    extras.append(button("Print this page", () => print()));
  } else {
    unfold();
    addEventListener("hashchange", unfold);
    offer();
    let waiting = 0;
    addEventListener("scroll", () => {
      clearTimeout(waiting);
      waiting = setTimeout(follow, 300);
    }, { passive: true });
    if (glance && short && "speechSynthesis" in window) listen([["the glance", glance], ["the short version", short]]);
  }
}
