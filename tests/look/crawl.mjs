// Looks at every page of a node in both languages, as people would meet it: what is asked is in README.md.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { browser } from "./chromium.mjs";
import * as checks from "./checks.mjs";
import { wrongWord } from "./words.mjs";

const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** Bounds: pages in all, pages of one path that differ only in what stands after the question mark, bytes. */
const MOST_PAGES = 600, MOST_QUERIES = 4, PAGE_BYTES = 50_000, STYLE_BYTES = 20_000;
const LANGUAGES = ["fr", "en"];

let faults = new Map();
/** A fault is told once with the first page that has it, and counted. */
function fault(page, sentence) {
  const known = faults.get(sentence) ?? { page, times: 0 };
  known.times += 1;
  faults.set(sentence, known);
}

class Crawl {
  constructor(base) {
    this.base = base;
    this.waiting = [];
    this.known = new Set();
    this.queries = new Map();
    this.left = 0;
    this.plain = new Set();
    this.anchors = [];
    this.ids = new Map();
  }

  /** Takes an address that a page names; each once, whatever its language. */
  add(href, from) {
    const url = new URL(href, this.base);
    if (url.origin !== this.base) return;
    const anchor = decodeURIComponent(url.hash.slice(1));
    url.hash = "";
    const switches = url.searchParams.has("lang");
    url.searchParams.delete("lang");
    const path = url.pathname + url.search;
    if (anchor) this.anchors.push({ path, anchor, from });
    if (switches || this.known.has(path)) return;
    this.known.add(path);
    const asked = url.search ? (this.queries.get(url.pathname) ?? 0) : 0;
    if (asked >= MOST_QUERIES || this.known.size > MOST_PAGES) return void (this.left += 1);
    if (url.search) this.queries.set(url.pathname, asked + 1);
    if (/\.(md|json|atom|ics|csv|xml|txt|png|jpg|svg|pdf)$/.test(url.pathname) || url.pathname.startsWith("/media/")) {
      this.plain.add(path);
    } else {
      this.waiting.push(path);
    }
  }
}

async function firstSight(crawl, tab, lang, path) {
  const name = `${path} (${lang})`;
  await tab.size(1280);
  await tab.scheme("light");
  const requests = await tab.open(crawl.base + path);
  const [document] = requests;
  if (document.status !== 200 || document.media !== "text/html") {
    if (document.media === "text/html") fault(name, `${path} answers ${document.status}`);
    return undefined;
  }
  const foreign = requests.filter(({ url }) => !url.startsWith(`${crawl.base}/`) && !url.startsWith("data:"));
  for (const { url } of foreign) fault(name, `a request to somebody else: ${url}`);
  const scripts = requests.filter(({ kind }) => kind === "Script");
  for (const { url } of scripts) fault(name, `a request for a script: ${url}`);
  const weight = requests.filter(({ kind }) => kind !== "Image").reduce((sum, { bytes }) => sum + bytes, 0);
  if (weight > PAGE_BYTES) fault(name, `${path} weighs ${weight} bytes`);
  for (const { kind, url, status } of requests) {
    if (status >= 400) fault(name, `${kind} ${url} answers ${status}`);
  }
  const seen = await tab.ask(checks.inspect);
  if (seen.lang !== lang) fault(name, `the page says its language is ${seen.lang}`);
  for (const one of seen.faults) fault(name, one);
  for (const { lang: own, text } of seen.texts) {
    const why = own.startsWith(lang) ? wrongWord(lang, text) : undefined;
    if (why) fault(name, `“${text.trim()}” on a page in ${lang}: ${why}`);
  }
  crawl.ids.set(path, new Set([...(crawl.ids.get(path) ?? []), ...seen.ids]));
  for (const link of seen.links) crawl.add(link, path);
  return weight;
}

async function axeLooks(tab, name) {
  await tab.ask(AXE);
  for (const one of await tab.ask(checks.axe, { runOnly: WCAG })) fault(name, `axe, light: ${one}`);
  await tab.scheme("dark");
  const colours = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };
  for (const one of await tab.ask(checks.axe, colours)) fault(name, `axe, dark: ${one}`);
  await tab.scheme("light");
}

async function sizes(tab, name) {
  await tab.size(320);
  const narrow = await tab.ask(checks.wide);
  if (narrow) fault(name, `at 320 px: ${narrow}`);
  const targets = { runOnly: { type: "rule", values: ["target-size"] } };
  for (const one of await tab.ask(checks.axe, targets)) fault(name, `axe, 320 px: ${one}`);
  await tab.size(640, 450, 2);
  const zoomed = await tab.ask(checks.wide);
  if (zoomed) fault(name, `at 200 %: ${zoomed}`);
  await tab.size(1280);
  await tab.ask("document.documentElement.style.fontSize = '200%'");
  const large = await tab.ask(checks.wide);
  if (large) fault(name, `with letters of twice the size: ${large}`);
  await tab.ask("document.documentElement.style.fontSize = ''");
}

async function keyboard(tab, name) {
  // An address that leads to a place on a page begins there; the page itself is looked at under its own.
  if (await tab.ask("location.hash")) return 0;
  const count = await tab.ask(checks.beginKeyboard);
  for (let n = 0; n < count; n += 1) await tab.press("Tab", 9);
  for (const one of await tab.ask(checks.endKeyboard)) fault(name, one);
  return count;
}

async function worker(crawl, chromium, done) {
  const tabs = {};
  for (const lang of LANGUAGES) tabs[lang] = await chromium.tab(lang);
  for (;;) {
    const path = crawl.waiting.shift();
    if (path === undefined) {
      if (done.busy === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    done.busy += 1;
    for (const lang of LANGUAGES) {
      const name = `${path} (${lang})`;
      const weight = await firstSight(crawl, tabs[lang], lang, path);
      if (weight === undefined) continue;
      done.pages += 1;
      done.heaviest = weight > done.heaviest.weight ? { weight, name } : done.heaviest;
      await axeLooks(tabs[lang], name);
      await sizes(tabs[lang], name);
      done.places += await keyboard(tabs[lang], name);
    }
    done.busy -= 1;
  }
}

/** What is no page answers; every anchor that a link names is there; the style sheet is small; an unknown address has a page. */
async function beside(crawl, done) {
  for (const path of crawl.plain) {
    const { status } = await fetch(crawl.base + path);
    if (status !== 200) fault(path, `${path} answers ${status}`);
  }
  for (const { path, anchor, from } of crawl.anchors) {
    const ids = crawl.ids.get(path);
    if (ids && !ids.has(anchor)) fault(from, `a link leads to #${anchor}, which is not on ${path}`);
  }
  const home = await (await fetch(`${crawl.base}/`)).text();
  const style = await (await fetch(crawl.base + home.match(/href="(\/assets\/style-[^"]+)"/)[1])).arrayBuffer();
  done.style = style.byteLength;
  if (style.byteLength > STYLE_BYTES) fault("/", `the style sheet has ${style.byteLength} bytes`);
}

/** Every page that can be reached from the home page, and `more`: `{ faults, done, crawl }`. */
export async function look(base, more = []) {
  faults = new Map();
  const done = { pages: 0, places: 0, busy: 0, style: 0, heaviest: { weight: 0, name: "" } };
  const crawl = new Crawl(base);
  const chromium = await browser();
  try {
    for (const path of ["/", ...more]) crawl.add(path, "/");
    const workers = Array.from({ length: Math.min(2, availableParallelism()) }, () => worker(crawl, chromium, done));
    await Promise.all(workers);
    await beside(crawl, done);
  } finally {
    await chromium.stop();
  }
  return { faults, done, crawl };
}
