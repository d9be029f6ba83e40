// Shows the looking a page with every fault and a page with none: each check must find the one and pass the other.
import { createServer } from "node:http";
import { look } from "./crawl.mjs";

const page = (lang, title, body, head = "") =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
  <title>${title}</title><meta name="description" content="${title}"><link rel="stylesheet" href="/assets/style-1.css">${head}</head>
  <body><main><h1>${title}</h1>${body}</main></body></html>`;
const BAD = {
  style: `a { outline: none } .wide { width: 700px } .pale { color: #bbb; background: #fff } .dark { color: #fff }
    @media (prefers-color-scheme: dark) { .dark { color: #333; background: #222 } }`,
  body: `<p class="pale">pâle</p><h2></h2><p class="wide">large</p><a href="/">Home page of nothing</a>
    <p>Any of the seven qualities</p><p>Publications by kind</p><p>open</p><p>publication-method</p>
    <a href="#nowhere">Nulle part</a><a href="/missing">Perdue</a><img src="http://localhost:9/other.png" alt="autre">
    <a href="#main" tabindex="2">Avant</a><p class="dark">sombre</p><script>1</script>`,
  weight: `<p>${Array.from({ length: 20_000 }, (_, n) => (n * 7919 * n).toString(36)).join(" ")}</p>`,
};
const FOUND = [
  /^axe, light: color-contrast/, /^axe, dark: color-contrast/, /^nothing in h2/, /^at 320 px: /, /^at 200 %: /,
  /^no visible focus on /, /^Tab came to /, /“open” on a page in fr: a message of the other language/,
  /“publication-method” on a page in fr: the key/, /^a link leads to #nowhere/, /^\/missing answers 404/,
  /^a request to somebody else: http:\/\/localhost:9/, /^a script/, /^\/ weighs \d+ bytes/, /^the style sheet has/,
  /^the page says its language is fr/,
];

async function told(answer) {
  const server = createServer((request, response) => {
    const [status, kind, text] = answer(request);
    response.writeHead(status, { "Content-Type": kind }).end(text);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { faults } = await look(`http://127.0.0.1:${server.address().port}`);
    return [...faults.keys()];
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const bad = await told(({ url }) => {
  if (url.startsWith("/assets/")) return [200, "text/css", BAD.style + " ".repeat(20_000)];
  if (url !== "/") return [404, "text/html", page("fr", "Rien", "<p>Rien</p>")];
  return [200, "text/html", page("fr", "Fautes", BAD.body + BAD.weight)];
});
const good = await told(({ url, headers }) => {
  if (url.startsWith("/assets/")) return [200, "text/css", "a { display: inline-block; padding: 1rem } :focus-visible { outline: 3px solid }"];
  if (url !== "/") return [404, "text/plain", ""];
  const lang = headers["accept-language"].slice(0, 2);
  return [200, "text/html", page(lang, lang === "fr" ? "Bien" : "Well", `<p><a href="/">${lang === "fr" ? "Une page" : "A page"}</a></p>`)];
});
let failed = 0;
for (const pattern of FOUND.filter((pattern) => !bad.some((one) => pattern.test(one)))) {
  failed += 1;
  console.log(`not found on the bad page: ${pattern}`);
}
for (const one of good) {
  failed += 1;
  console.log(`found on the good page: ${one}`);
}
if (failed) console.log(bad.map((one) => `  the bad page had: ${one}`).join("\n"));
console.log(`selfcheck: ${FOUND.length + 1 - Math.min(failed, FOUND.length + 1)} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
