"use strict";
// Shows the badge anew when a field of a draft changes. The server says everything; without this file the button
// "Check the coding" does the same.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("study_form");
  const button = document.querySelector("#proof button[name=_check]");
  if (!form || !button) return;
  let waiting = 0;
  let asking = null;

  const put = (text) => {
    const part = new DOMParser().parseFromString(text, "text/html");
    for (const id of ["proof-badge", "proof-rest"]) {
      const [now, next] = [document.getElementById(id), part.getElementById(id)];
      if (now && next && now.innerHTML !== next.innerHTML) now.replaceChildren(...next.childNodes);
    }
  };

  const ask = async () => {
    if (asking) asking.abort();
    asking = new AbortController();
    const body = new FormData(form);
    body.set("_check", "1");
    try {
      const answer = await fetch(location.href, {
        method: "POST", body, headers: { "X-Atlas-Part": "proof" }, redirect: "error", signal: asking.signal,
      });
      if (answer.ok) put(await answer.text());
    } catch {
      // Nobody answered, or the sign-in ended: the badge stays as it was, and the button says more.
    }
  };

  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 300);
  });
});
