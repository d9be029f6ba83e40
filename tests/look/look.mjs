// node look.mjs PROGRAM: looks at every page of the sample programme of this reset-node; exit 1 where one has a fault.
import { demo } from "./chromium.mjs";
import { look } from "./crawl.mjs";

const FEWEST_PAGES = 100;
const [program] = process.argv.slice(2);
if (!program) {
  console.error("usage: node look.mjs PROGRAM");
  process.exit(2);
}
const began = Date.now();
const node = await demo(program);
try {
  const { faults, done, crawl } = await look(node.url, ["/styleguide"]);
  for (const [sentence, { page, times }] of faults) console.log(`${page}: ${sentence}${times > 1 ? ` [${times} times]` : ""}`);
  console.log(
    `${done.pages} pages, ${done.places} places of the keyboard, ${crawl.plain.size} other forms; ${crawl.left} addresses that ` +
      `only ask a list differently were left; the heaviest page has ${done.heaviest.weight} bytes (${done.heaviest.name}), ` +
      `the style sheet ${done.style}; ${Math.round((Date.now() - began) / 1000)} s`,
  );
  if (done.pages < FEWEST_PAGES) console.log(`only ${done.pages} pages were found: fewer than ${FEWEST_PAGES}`);
  console.log(`look: ${done.pages} passed, ${faults.size} failed`);
  process.exitCode = faults.size === 0 && done.pages >= FEWEST_PAGES ? 0 : 1;
} finally {
  await node.stop();
}
