"use strict";
// A box that shows what is typed as a password, and words on how strong a new one is by its length. The server decides, and
// without this file the pages are complete.
document.addEventListener("DOMContentLoaded", () => {
  const [SHORTEST, GOOD, STRONG, LONGEST, FEW] = [12, 16, 20, 128, 6];

  const made = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  const words = (signs) => {
    if (!signs.length) return "";
    if (signs.length < SHORTEST) return `Too short: it needs ${SHORTEST} letters or signs, or more.`;
    if (signs.length > LONGEST) return `Too long: it can have up to ${LONGEST} letters or signs.`;
    if (new Set(signs).size < FEW) return "Weak: it is the same few letters or signs again and again.";
    if (signs.length < GOOD) return "Fair: it is long enough. Longer is stronger.";
    return signs.length < STRONG ? "Good." : "Strong.";
  };

  const measure = (box) => {
    const meter = made("meter", { min: 0, max: STRONG, low: SHORTEST, high: GOOD, optimum: STRONG, value: 0 });
    meter.setAttribute("aria-hidden", "true");
    const text = made("span", {});
    text.setAttribute("role", "status");
    box.closest(".form-row").append(made("p", { className: "strength" }, meter, " ", text));
    box.addEventListener("input", () => {
      const signs = [...box.value];
      const said = words(signs);
      meter.value = said.startsWith("Weak") || said.startsWith("Too long") ? FEW : Math.min(signs.length, STRONG);
      if (text.textContent !== said) text.textContent = said;
    });
  };

  const offer = (form) => {
    const boxes = [...form.querySelectorAll("input[type=password]")];
    const tick = made("input", { type: "checkbox" });
    const show = (shown) => boxes.forEach((box) => { box.type = shown ? "text" : "password"; });
    tick.addEventListener("change", () => show(tick.checked));
    // Hidden again before it is sent, so that no browser keeps it among what was typed.
    form.addEventListener("submit", () => { tick.checked = false; show(false); });
    const label = made("label", {}, tick, boxes.length > 1 ? " Show the passwords" : " Show the password");
    boxes.at(-1).closest(".form-row").after(made("div", { className: "form-row show-password" }, label));
    const fresh = boxes.find((box) => box.autocomplete === "new-password");
    if (fresh) measure(fresh);
  };

  [...document.forms].filter((form) => form.querySelector(".form-row input[type=password]")).forEach(offer);
});
