// Small helps that nothing depends on: Back shows the form as it was, a proof of work while very much arrives, and a
// button that copies the receipt. What is going on is said beside the button that was pressed.
"use strict";

const BATCH = 256;
const CALM = 400; // milliseconds until a word is said: most answers are quicker, and words that flash disturb
const LATE = 30000; // milliseconds after which nobody waits any more

/** The first number for which SHA-256 over "challenge:number" begins with so many zero bits. */
async function solve(challenge, bits) {
  const text = new TextEncoder();
  for (let start = 0; ; start += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, place) => start + place);
    const hashes = await Promise.all(
      numbers.map((number) => crypto.subtle.digest("SHA-256", text.encode(`${challenge}:${number}`))),
    );
    const found = hashes.findIndex((hash) => new DataView(hash).getUint32(0) >>> (32 - bits) === 0);
    if (found >= 0) return String(numbers[found]);
  }
}

let told = null; // where the words about the last press stand

/** Says it beside this button, or takes the last words away. The button keeps the focus. */
function say(button, words) {
  if (told) told.textContent = "";
  told = button && (button.closest(".preview, fieldset, details") ?? button.form).querySelector(":scope > .work");
  if (told) told.textContent = words;
}

/** Works while the person types; a form that is sent earlier waits for it. */
function prove(form) {
  const answer = form.elements.namedItem("proof");
  let work = null;
  const begin = () => {
    work ??= solve(form.dataset.challenge, Number(form.dataset.bits)).then((number) => { answer.value = number; });
    return work;
  };
  form.addEventListener("input", begin, { once: true });
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (answer.value || (button && button.value !== "send")) return;
    event.preventDefault();
    stop();
    say(button, "Very many messages arrive right now. Your browser works for a few seconds, then your message is sent.");
    await begin();
    form.requestSubmit(button);
  });
}

/* Back: no browser may keep a private page, so it would show an empty form there. Therefore each step but sending is asked
   for from within the page, and the form as it was waits in the page's memory. Nothing of it is stored anywhere. */
const steps = new Map(); // by place in the history: what was shown there, its title, and where the focus was
let asking = null; // for which button a step is asked for, and how to give it up
let unsent = false;

const here = () => history.state?.step ?? 0;

function show(step) {
  const main = document.querySelector("main");
  if (step.main !== main) main.replaceWith(step.main);
  document.title = step.title;
  (step.focus ?? step.main.querySelector("[autofocus]") ?? step.main).focus();
}

/** Gives up what is asked for: the person wants something else now. */
function stop() {
  asking?.given.abort();
  asking = null;
  say(null);
}

/** The page of this step. Throws where no answer comes, or one that does not hold the form with its text. */
async function answerTo(form, button, signal) {
  const sent = new URLSearchParams(new FormData(form));
  sent.append(button.name, button.value);
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: sent, signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("main");
  if (answer.redirected || !main?.querySelector("form.contribution")) throw new Error("no form came");
  return { main, title: page.title };
}

async function take(form, button) {
  stop();
  const mine = asking = { button, given: new AbortController() };
  const waits = [
    setTimeout(() => say(button, form.dataset.asked), CALM),
    setTimeout(() => mine.given.abort(), LATE),
  ];
  const next = await answerTo(form, button, mine.given.signal).catch(() => null);
  waits.forEach(clearTimeout);
  if (asking !== mine) return;
  stop();
  if (next) goOn(next, button);
  else {
    form.dataset.failed = "";
    say(button, form.dataset.unanswered);
  }
}

function goOn(next, button) {
  steps.set(here(), { main: document.querySelector("main"), title: document.title, focus: button });
  history.pushState({ step: here() + 1 }, "");
  steps.set(here(), next);
  show(next);
  begin();
}

function keepForBack() {
  addEventListener("popstate", () => {
    stop();
    const step = steps.get(here());
    if (step) show(step);
  });
  document.addEventListener("input", (event) => { unsent ||= Boolean(event.target.closest("form.contribution")); });
  document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (event.defaultPrevented || !form.matches("form.contribution")) return;
    if (!button || button.value === "send") {
      stop();
      unsent = false;
    } else if ("failed" in form.dataset) {
      // The browser asks itself, in a new tab: whatever it gets there, the text stays here.
      stop();
      delete form.dataset.failed;
      button.formTarget = "_blank";
    } else {
      event.preventDefault();
      if (asking?.button !== button) take(form, button);
    }
  });
  addEventListener("beforeunload", (event) => { if (unsent) event.preventDefault(); });
}

function offerCopy(place, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "second";
  button.textContent = "Copy the six words";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(words.textContent.trim());
    said.textContent = " Copied.";
  });
  place.append(button, said);
}

function begin() {
  const form = document.querySelector("form[data-challenge]");
  if (form && globalThis.crypto?.subtle) prove(form);
}

begin();
if (document.querySelector("form.contribution")) keepForBack();
const words = document.getElementById("words");
const place = document.querySelector(".copy");
if (words && place && navigator.clipboard) offerCopy(place, words);
