// Two small helps that nothing depends on: a proof of work while very much arrives, and a button that copies the receipt.
"use strict";

const BATCH = 256;

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

/** Works while the person types; a form that is sent earlier waits for it. */
function prove(form) {
  const answer = form.elements.namedItem("proof");
  const told = form.querySelector(".work");
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
    told.textContent = "Very many messages arrive right now. Your browser works for a few seconds, then your message is sent.";
    await begin();
    form.requestSubmit(button);
  });
}

function offerCopy(place, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "second";
  button.textContent = "Copy the six words";
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(words.textContent.trim());
    told.textContent = " Copied.";
  });
  place.append(button, told);
}

const form = document.querySelector("form[data-challenge]");
if (form && globalThis.crypto?.subtle) prove(form);
const words = document.getElementById("words");
const place = document.querySelector(".copy");
if (words && place && navigator.clipboard) offerCopy(place, words);
