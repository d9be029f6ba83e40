// node screens.mjs PROGRAM FOLDER [NAME]: a picture of every kind of page of the sample programme, in both languages, at 1280 and
// 360 px, light and dark, and as it prints. A palette of colours keeps them small. NAME takes only the pages whose name has it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { browser, demo } from "./chromium.mjs";
import { narrowed } from "./png.mjs";

/** The kinds of page, each by an address or by a link on another page: where to look, and what the link holds. */
const PAGES = [
  ["home", "/"],
  ["directory", "/coalitions"],
  ["coalition", "/coalitions/donnees_env"],
  ["assembly", "/coalitions/reset"],
  ["booklet", "/coalitions/donnees_env/booklet"],
  ["register", "/coalitions/reset/decisions"],
  ["interest", "/interest"],
  ["publications", "/publications"],
  ["proposal", "/publications?kind=proposal", ".item.proposal h3 a"],
  ["consultation", "/publications?kind=consultation", ".item.consultation h3 a"],
  ["minutes", "/publications?kind=minutes", ".item.minutes h3 a"],
  ["roadmap", "/coalitions/ia_publique?kind=roadmap", ".item.roadmap h3 a"],
  ["decision", "/publications?kind=decision", ".item.decision h3 a"],
  ["meeting", "/publications?kind=meeting", ".item.meeting h3 a"],
  ["revisions", "/publications?kind=decision", ".item.decision h3 a", "/revisions"],
  ["organisation", "/coalitions/reset", "#members ~ ul a"],
  ["accessibility", "/accessibility"],
  ["missing", "/nothing-here"],
  ["styleguide", "/styleguide"],
];
const SIZES = [1280, 360];
/** A sheet at 96 dots an inch, without the margins. */
const A4 = 672;
/** Longer pages are cut: what is further down looks as what is above. */
const HIGHEST = 2000;

const [program, folder, only] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node screens.mjs PROGRAM FOLDER [NAME]");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

async function address(tab, base, [, path, link, more]) {
  if (!link) return base + path;
  await tab.open(base + path);
  const found = await tab.ask((link) => document.querySelector(link)?.href ?? null, link);
  return found && found + (more ?? "");
}

/** Takes the page as it stands, and says that it did. */
async function shot(tab, name, width, scheme, media) {
  await tab.scheme(scheme, media);
  await tab.size(width);
  const height = Math.min(HIGHEST, await tab.ask("document.documentElement.scrollHeight"));
  const clip = { x: 0, y: 0, width, height, scale: 1 };
  const { data } = await tab.send("Page.captureScreenshot", { format: "png", clip, captureBeyondViewport: true });
  writeFileSync(join(folder, `${name}.png`), narrowed(Buffer.from(data, "base64")));
  taken += 1;
}

const node = await demo(program);
const chromium = await browser();
let taken = 0;
let failed = 0;
try {
  for (const lang of ["fr", "en"]) {
    const tab = await chromium.tab(lang);
    for (const page of PAGES.filter(([name]) => !only || name.includes(only))) {
      const url = await address(tab, node.url, page);
      if (!url) {
        failed += 1;
        console.log(`${page[0]} (${lang}): there is no such link on ${page[1]}`);
        continue;
      }
      await tab.open(url);
      for (const width of SIZES) {
        await shot(tab, `${page[0]}-${lang}-${width}`, width, "light");
        await shot(tab, `${page[0]}-${lang}-${width}-dark`, width, "dark");
      }
      await shot(tab, `${page[0]}-${lang}-print`, A4, "light", "print");
    }
  }
} finally {
  await chromium.stop();
  await node.stop();
}
console.log(`${taken} pictures in ${folder}`);
process.exit(failed ? 1 : 0);
