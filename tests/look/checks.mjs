// What is asked of a page, by functions that run in it. They must name nothing from outside themselves.

/** Faults of structure, every text with its language, every link. */
export function inspect() {
  const shown = (node) => {
    const element = node.nodeType === 1 ? node : node.parentElement;
    return element.checkVisibility();
  };
  const where = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const name = element.getAttribute("class") ? `.${element.getAttribute("class").trim().split(/\s+/).join(".")}` : "";
    return `${element.localName}${id}${name}`;
  };
  const language = (element) => element.closest("[lang]")?.lang ?? "";
  const faults = [];
  if (document.scripts.length) faults.push("a script");
  const named = "h1,h2,h3,h4,h5,h6,a,button,label,legend,summary,caption,dt,dd,li,p,th,option,title,figcaption";
  for (const element of document.querySelectorAll(named)) {
    const text = element.textContent.trim() || element.getAttribute("aria-label");
    const drawn = element.querySelector("img[alt]:not([alt='']), svg[role='img'], input, textarea, select, progress");
    if (!text && !drawn) faults.push(`nothing in ${where(element)}`);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const { name } of element.attributes) if (name.startsWith("on")) faults.push(`${name} on ${where(element)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids.filter((id, n) => ids.indexOf(id) !== n)) faults.push(`the id ${id} twice`);
  for (const name of ["description", "viewport"]) {
    if (!document.querySelector(`meta[name=${name}]`)?.content.trim()) faults.push(`no meta ${name}`);
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push(`${document.querySelectorAll("h1").length} h1`);
  const texts = [{ lang: document.documentElement.lang, text: document.title }];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.data.trim() && shown(node)) texts.push({ lang: language(node.parentElement), text: node.data });
  }
  for (const name of ["title", "alt", "aria-label", "placeholder", "value", "data-label"]) {
    for (const element of document.querySelectorAll(`[${name}]:not(progress):not(input):not(option), input[placeholder]`)) {
      const text = element.getAttribute(name);
      if (text && (name !== "value" || element.localName === "button")) {
        if (name !== "value") texts.push({ lang: language(element), text });
      }
    }
  }
  const links = [...document.querySelectorAll("a[href], link[rel=alternate][href]")].map((link) => link.href);
  return { lang: document.documentElement.lang, faults, texts, links, ids };
}

/** How far the page is wider than its window, and what sticks out. */
export function wide() {
  const room = document.documentElement.clientWidth;
  const over = document.documentElement.scrollWidth - room;
  if (over <= 0) return undefined;
  const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > room + 1);
  const names = out.slice(-3).map((one) => `${one.localName}.${one.getAttribute("class") ?? ""}`);
  return `${over} px wider than ${room} px: ${names.join(", ")}`;
}

/** Begins to write down where the focus goes; says how many places there are. */
export function beginKeyboard() {
  const reach = "a[href], button:not(:disabled), input:not([type=hidden]):not(:disabled), select, textarea, summary, [tabindex='0']";
  const groups = new Set();
  window.places = [...document.querySelectorAll(reach)].filter((one) => {
    if (one.tabIndex < 0 || !one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.type !== "radio") return true;
    return !groups.has(one.name) && groups.add(one.name);
  });
  window.visits = [];
  document.activeElement?.blur();
  window.getSelection().removeAllRanges();
  document.addEventListener("focusin", ({ target }) => {
    const style = getComputedStyle(target);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const box = target.getBoundingClientRect();
    const seen = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth && box.width > 0;
    window.visits.push({ target, ring, seen });
  });
  return window.places.length;
}

/** Where the focus did not go, or not in order, or unseen. */
export function endKeyboard() {
  const told = (one) => `${one.localName} “${(one.textContent || one.name || "").trim().slice(0, 40)}”`;
  const faults = [];
  const same = (place, visit) =>
    place === visit || (place?.type === "radio" && visit?.type === "radio" && place.name === visit.name);
  const lost = window.places.findIndex((place, n) => !same(place, window.visits[n]?.target));
  const came = window.visits[lost];
  if (lost >= 0 && came) faults.push(`Tab came to ${told(came.target)} instead of ${told(window.places[lost])}`);
  else if (lost >= 0) faults.push(`Tab does not reach ${told(window.places[lost])}`);
  const bare = window.visits.find(({ ring }) => !ring);
  if (bare) faults.push(`no visible focus on ${told(bare.target)}`);
  const away = window.visits.find(({ seen }) => !seen);
  if (away) faults.push(`out of sight with the focus: ${told(away.target)}`);
  return faults;
}

/** What axe-core finds, one sentence each. */
export async function axe(options) {
  const { violations } = await window.axe.run(document, options);
  return violations.map(({ id, help, nodes }) => {
    const first = nodes[0];
    const why = [...first.any, ...first.all, ...first.none].map((check) => check.message)[0] ?? "";
    return `${id}: ${help} (${nodes.length}×, ${first.target.join(" ")}: ${why})`;
  });
}
