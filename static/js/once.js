"use strict";
// The same button pressed twice sends a form once. Another button of the form is another wish: it always goes through, and
// the browser drops what it was waiting for. Without this file the server answers a second one: it was done already.
{
  const sent = new WeakMap(); // by form: the button that sent it last, and when by a clock that nobody sets
  let shown = 0; // a form that Back shows again was never sent
  addEventListener("submit", (event) => {
    const { target: form, submitter: button, timeStamp: at } = event;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    const last = sent.get(form);
    if (last && last.button === button && last.at >= shown && at - last.at < 2000) event.preventDefault();
    else sent.set(form, { button, at });
  });
  addEventListener("pageshow", (event) => { shown = event.timeStamp; });
}
