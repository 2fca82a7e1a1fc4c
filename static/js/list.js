// The reader's own list of studies, kept in this browser alone. Nothing depends on it: without it a page explains other ways.
"use strict";
{
  const KEY = "reading-list";
  const MOST = 200;
  const SLUG = /^[a-z0-9]+(-[a-z0-9]+)+$/;
  const AT = /\/evidence\/([a-z0-9-]+)\/$/;
  const FULL = `Your list is full: it holds ${MOST} studies. Remove one first.`;
  const UNKEPT = "Your browser could not keep this. It may be full, or in a private window.";

  /** What is kept: sound slugs, each once. `broken` where something else stood there. */
  const look = () => {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      const slugs = [...new Set(found)].filter((one) => typeof one === "string" && SLUG.test(one)).slice(0, MOST);
      return { slugs, broken: slugs.length < found.length };
    } catch {
      return { slugs: [], broken: true };
    }
  };
  const read = () => look().slugs;

  /** False where the browser refuses. */
  const write = (slugs) => {
    try {
      if (slugs.length) localStorage.setItem(KEY, JSON.stringify(slugs));
      else localStorage.removeItem(KEY);
      return true;
    } catch {
      return false;
    }
  };

  const mayKeep = () => {
    try {
      localStorage.setItem(`${KEY}-test`, "");
      localStorage.removeItem(`${KEY}-test`);
      return true;
    } catch {
      return false;
    }
  };

  const make = (name, words, more = {}) => {
    const made = Object.assign(document.createElement(name), { textContent: words, lang: "en" }, more);
    return made;
  };
  const button = (words, act, name) => {
    const made = make("button", words, { type: "button", onclick: act });
    if (name) made.setAttribute("aria-label", `${words}: ${name}`);
    return made;
  };

  /** What to do when the list changes, here or in another tab. */
  const shows = [];
  const refresh = () => shows.forEach((show) => show());
  addEventListener("storage", (event) => { if (event.key === KEY || event.key === null) refresh(); });
  addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });

  /* Pages with studies: a button that puts one on the list or takes it off. */
  const offer = (slug, title, add, where) => {
    const told = make("span", "");
    told.setAttribute("role", "status");
    const made = button("", () => {
      const slugs = read();
      const on = slugs.includes(slug);
      const full = !on && slugs.length >= MOST;
      const done = !full && write(on ? slugs.filter((one) => one !== slug) : [...slugs, slug]);
      told.textContent = full ? FULL : !done ? UNKEPT : on ? "Removed. " : "Added. ";
      if (done && !on) told.append(make("a", "See your list", { href: where }));
      made.parentElement.classList.add("told");
      refresh();
    });
    shows.push(() => {
      made.textContent = read().includes(slug) ? "On my list: remove" : add;
      if (title) made.setAttribute("aria-label", `${made.textContent}: ${title}`);
    });
    return [made, told];
  };

  const offerOnStudy = (link) => {
    const [, slug] = location.pathname.match(AT) || [];
    if (slug) link.replaceWith(...offer(slug, "", "Add to my reading list", link.href));
  };

  const offerOnCards = (cards) => {
    for (const card of cards) {
      const link = card.querySelector(".card-title a");
      const [, slug] = link.pathname.match(AT) || [];
      const where = link.pathname.replace(AT, "/reading-list/");
      const place = make("p", "", { className: "keep" });
      place.append(...offer(slug, link.textContent, "Add to my list", where));
      if (slug) card.append(place);
    }
  };

  /* The page of the list. */
  const openList = (list) => {
    const told = document.getElementById("list-told");
    const undoing = make("p", "", { className: "act" });
    told.after(undoing);
    let asked = 0;
    const items = () => [...list.querySelectorAll("li[data-slug]")];
    const titleOf = (item) => item.querySelector(".card-title").textContent.trim();
    const say = (words, ...more) => {
      told.textContent = words;
      undoing.replaceChildren(...more);
    };
    const stored = (slugs) => write(slugs) || (say(UNKEPT), false);

    const empty = () => {
      list.replaceChildren();
      const link = make("a", "Find studies", { href: location.pathname.replace(/reading-list\/$/, "evidence/") });
      list.append(make("p", "Your list is empty. Each study has a button “Add to my list”. "));
      list.lastChild.append(link);
    };

    /** Where the atlas cannot be reached the list is at least a list of links. */
    const bare = (slugs) => {
      const lines = slugs.map((slug) => {
        const line = make("li", "");
        const href = location.pathname.replace(/reading-list\/$/, `evidence/${slug}/`);
        line.append(make("a", slug.replaceAll("-", " "), { href }));
        return line;
      });
      const whole = make("ul", "");
      whole.append(...lines);
      list.replaceChildren(whole);
      say("The atlas could not be reached. Your list is still here. Load this page again later.");
    };

    const load = async () => {
      const mine = (asked += 1);
      const { slugs, broken } = look();
      if (broken) {
        write(slugs);
        say("A part of your list could not be read. It was left out.");
      }
      if (!slugs.length) {
        empty();
        return;
      }
      try {
        const body = new URLSearchParams({ studies: slugs.join("\n") });
        const answer = await fetch(location.pathname, { method: "POST", body, cache: "no-store" });
        if (!answer.ok) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (mine !== asked) return;
        list.replaceChildren(...page.getElementById("list").childNodes);
        correct();
        equip();
      } catch {
        if (mine === asked) bare(slugs);
      }
    };

    /** Studies that moved or were merged are kept by their present name from now on. */
    const correct = () => {
      const names = new Map(items().map((item) => [item.dataset.asked, item.dataset.slug]));
      const slugs = read();
      const now = [...new Set(slugs.map((slug) => names.get(slug) || slug))];
      if (now.join() !== slugs.join()) write(now);
    };

    const equip = () => {
      for (const item of items()) {
        const name = titleOf(item);
        const act = make("p", "", { className: "act" });
        act.append(
          button("Move up", () => move(item, -1), name),
          button("Move down", () => move(item, 1), name),
          button("Remove", () => remove(item), name),
        );
        item.append(act);
      }
      const whole = make("p", "", { className: "act" });
      whole.append(button("Print the list", () => print()), button("Delete the whole list", clear));
      list.append(whole);
    };

    const move = (item, step) => {
      const slugs = read();
      const from = slugs.indexOf(item.dataset.slug);
      const to = from + step;
      if (from < 0) return;
      if (to < 0 || to >= slugs.length) {
        say(step < 0 ? "It is the first already." : "It is the last already.");
        return;
      }
      [slugs[from], slugs[to]] = [slugs[to], slugs[from]];
      if (!stored(slugs)) return;
      const held = document.activeElement;
      if (step < 0) item.previousElementSibling.before(item);
      else item.nextElementSibling.after(item);
      held.focus();
      const field = list.querySelector("input[name=studies]");
      if (field) field.value = items().filter((one) => one.querySelector(".card")).map((one) => one.dataset.slug).join("\n");
      say(`Moved to place ${to + 1} of ${slugs.length}.`);
    };

    /** Offers to undo as long as the page is open; nothing of what was taken off is kept. */
    const offerUndo = (words, before) => {
      const back = button("Undo", async () => {
        const now = [...new Set([...before, ...read()])].slice(0, MOST);
        if (!stored(now)) return;
        await load();
        say("Your list is back.");
        list.focus();
      });
      say(`${words} You can undo this until you leave this page.`, back);
      return back;
    };

    const remove = async (item) => {
      const before = read();
      const place = items().indexOf(item);
      const name = titleOf(item);
      if (!stored(before.filter((slug) => slug !== item.dataset.slug))) return;
      await load();
      const back = offerUndo(`Removed: ${name}.`, before);
      (items()[Math.min(place, items().length - 1)] || back).focus();
    };

    const clear = async () => {
      const before = read();
      if (!stored([])) return;
      await load();
      offerUndo("Your list is deleted.", before).focus();
    };

    shows.push(load);
  };

  /** A list that was pasted is shown as it is, and kept only if the reader says so. */
  const offerToKeep = (list) => {
    const told = document.getElementById("list-told");
    const found = [...list.querySelectorAll("li[data-slug]")].filter((item) => item.querySelector(".card"));
    const keep = button("Put these on my reading list", () => {
      const all = [...new Set([...read(), ...found.map((item) => item.dataset.slug)])];
      const done = write(all.slice(0, MOST));
      told.textContent = !done ? UNKEPT : all.length > MOST ? `${FULL} Not all were added.` : "Added. ";
      if (done) told.append(make("a", "See your list", { href: location.pathname }));
    });
    const place = make("p", "", { className: "act" });
    place.append(keep);
    if (found.length) list.prepend(place);
  };

  const list = document.getElementById("list");
  const link = document.querySelector(".extras a.keep");
  if (mayKeep()) {
    if (link) offerOnStudy(link);
    offerOnCards(document.querySelectorAll(".results .card"));
    if (list && "shown" in list.dataset) offerToKeep(list);
    else if (list) openList(list);
    refresh();
  } else if (list && !("shown" in list.dataset)) {
    list.replaceChildren(make("p", "Your browser does not let this site keep anything. So there can be no list here."));
  }
}
