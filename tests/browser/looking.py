"""What a page shows, measured in the browser: contrast, targets, movement, shifts, what sticks out."""

from playwright.sync_api import Page

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# WCAG 1.4.12: a reader's own spacing must not hide or clip anything.
SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"

# The content policy refuses an inline style; a constructed sheet is how a reader's extension adds one.
ADOPT = "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }"

# Text below 7:1 against what lies behind it; text that is only there for screen readers is not looked at.
FAINT_TEXT = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + .05) / (low + .05);
  };
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || parent.closest('script, style, noscript, .hidden, .skip, svg')) continue;
    if (!parent.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(parent), seen = ratio(parse(style.color), behind(parent));
    if (seen < 7) found.add(`${seen.toFixed(2)} ${parent.tagName} ${walk.currentNode.data.trim().slice(0, 40)}`);
  }
  for (const one of document.querySelectorAll('input, select, textarea, button')) {
    if (!one.checkVisibility() || one.type === 'hidden') continue;
    const style = getComputedStyle(one), ground = behind(one.parentElement);
    const edge = Math.max(ratio(parse(style.borderTopColor), ground), ratio(parse(style.backgroundColor), ground));
    const own = ['checkbox', 'radio'].includes(one.type);  // drawn by the browser for the scheme
    if (edge < 3 && !own) found.add(`${edge.toFixed(2)} ${one.outerHTML.slice(0, 80)}`);
  }
  return [...found];
}"""

# Main controls are 44 px high, all targets 24 px each way or that far apart; links within a sentence are exempt (WCAG 2.5.8).
SMALL_TARGETS = """() => {
  const shown = one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.skip, .hidden');
  const name = one => one.outerHTML.replace(/\\s+/g, ' ').slice(0, 110);
  const found = [];
  for (const one of document.querySelectorAll(
    'button, select, summary, header a, input:not([type=checkbox], [type=radio], [type=hidden])')) {
    if (shown(one) && one.getBoundingClientRect().height < 43.9) found.push('44: ' + name(one));
  }
  const inSentence = one => {
    const block = one.closest('p, dd, li, td, th, caption, figcaption, dt, blockquote, h1, h2, h3');
    return block && block.textContent.trim() !== one.textContent.trim();
  };
  const boxes = [...document.querySelectorAll('a[href], button, summary, input, select, textarea')].filter(shown)
    .map(one => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width && box.height);
  for (const [one, box] of boxes) {
    const label = one.labels && one.labels[0] ? one.labels[0].getBoundingClientRect() : box;
    const tall = Math.max(box.height, label.height), wide = Math.max(box.width, label.width);
    if ((tall < 24 || wide < 24) && !(one.tagName === 'A' && inSentence(one))) {
      const x = box.x + box.width / 2, y = box.y + box.height / 2;
      const close = boxes.some(([other, its]) => other !== one
        && Math.hypot(its.x + its.width / 2 - x, its.y + its.height / 2 - y) < 24);
      if (close) found.push('24: ' + name(one));
    }
  }
  return found;
}"""

LEAST_SHIFT = 0.01  # of the cumulative layout shift; 0.1 is called good
LOADS = 3

MOVING = """() => [...document.querySelectorAll('*')].filter(one => {
  const style = getComputedStyle(one);
  return style.animationName !== 'none' || style.transitionDuration.split(', ').some(time => parseFloat(time) > 0)
    || style.scrollBehavior === 'smooth' || ['fixed', 'sticky'].includes(style.position);
}).map(one => one.outerHTML.slice(0, 80))"""

SHIFTED = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { sum += entry.value; }))
    .observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
})"""

# Text that a box hides because the reader's spacing made it longer (WCAG 1.4.12). What is there for screen readers alone
# is clipped away and hides its text on purpose; what scrolls within itself hides nothing.
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter(one => {
  const style = getComputedStyle(one);
  if (one.closest('.hidden, .skip, svg') || !one.checkVisibility() || style.clipPath !== 'none') return false;
  const hides = ['hidden', 'clip'].includes(style.overflowX) || ['hidden', 'clip'].includes(style.overflowY);
  return hides && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
}).map(one => one.outerHTML.slice(0, 100))"""

STICKING_OUT = """() => [...document.querySelectorAll('body *')].filter(one => one.checkVisibility()
  && !one.closest('.hidden, .skip') && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 90)).slice(0, 4)"""


def faults_of_looks(page: Page) -> dict[str, object]:
    """What is wrong with the page as it stands, by the rule; only rules that are broken."""
    rules = {"contrast": FAINT_TEXT, "targets": SMALL_TARGETS, "moving": MOVING}
    return {name: found for name, rule in rules.items() if (found := page.evaluate(rule))}


# The answers a first visit needs, the page's own and the icon among them, and their bytes as they come over the wire.
# The sheet of what readers chose does not count: who comes for the first time has chosen nothing.
CARRIED = """() => {
  const answers = ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
    .filter(one => !/look[.][^/]*css$/.test(one.name));
  return [answers.length, answers.reduce((sum, one) => sum + one.transferSize, 0)];
}"""
MOST_ANSWERS, MOST_BYTES = 6, 60 * 1024

LINKS = """html => [...new DOMParser().parseFromString(html, 'text/html').querySelectorAll('a[href]')]
  .map(one => one.getAttribute('href'))"""


def faults_of_weight(page: Page, most: int = MOST_BYTES) -> dict[str, object]:
    """What a first visit carries, where that is more than a tired phone should carry; the page has just been loaded."""
    page.wait_for_load_state("load")
    answers, weight = page.evaluate(CARRIED)
    return {} if answers <= MOST_ANSWERS and weight <= most else {"weight": (answers, weight)}


def links_missing_from(html: str, page: Page) -> set[str]:
    """Addresses that the page links to and its text without scripts does not; a place on the page itself is no other page."""
    shown, plain = (set(page.evaluate(LINKS, text)) for text in (page.content(), html))
    return {link for link in shown - plain if not link.startswith("#")}


def shift_of(page: Page) -> float:
    """How far the page moved while it was loaded (cumulative layout shift). A new window size would count as well.

    On a busy machine a page is drawn before all of it was read, and a line breaks anew: 0.006 was the most seen. So less
    than LEAST_SHIFT is none.
    """
    moved: float = page.evaluate(SHIFTED)
    return moved if moved > LEAST_SHIFT else 0


def faults_of_shift(page: Page) -> dict[str, object]:
    """What the page moves each time it is loaded: what it moves once, the machine did. It may be loaded anew."""
    for load in range(LOADS):
        if load:
            page.reload()
        if not (moved := shift_of(page)):
            return {}
    return {"shift": moved}


def faults_of_width(page: Page) -> dict[str, object]:
    """What does not fit the present window, as it is and with a reader's own spacing."""
    found = {}
    for name in ("as it is", "with spacing"):
        if name == "with spacing":
            page.evaluate(ADOPT, SPACING)
        if page.evaluate(SIDEWAYS):
            found[f"sideways {name}"] = page.evaluate(STICKING_OUT)
    if cut := page.evaluate(CUT_OFF):
        found["cut off"] = cut
    return found


def cookie(**chosen: str) -> dict[str, object]:
    """`storage_state` of a reader who made these choices."""
    value = ".".join(f"{name}-{value}" for name, value in chosen.items())
    parts = {"domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}
    return {"cookies": [{"name": "look", "value": value, **parts}], "origins": []}
