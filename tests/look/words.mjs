// The messages of the node, read from its own files, to find a sentence of one language on a page of the other.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const LOCALES = new URL("../../src/text/locales/", import.meta.url).pathname;
const plain = (text) => text.replace(/\s+/g, " ").trim().toLowerCase();
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Every text that a message can become: those of a choice one by one. Fluent as these files use it, no more. */
function texts(source) {
  const found = [];
  let key = "";
  for (const line of source.split("\n")) {
    const head = line.match(/^([a-z][\w-]*) = ?(.*)$/);
    const branch = line.match(/^\s+\*?\[\w+\] ?(.*)$/);
    const more = line.match(/^\s+(?![}\].*[])(\S.*)$/);
    if (head) {
      key = head[1];
      if (!/->\s*$/.test(head[2]) && head[2]) found.push({ key, text: head[2] });
      else if (!/->\s*$/.test(head[2])) found.push({ key, text: "" });
    } else if (branch) {
      found.push({ key, text: branch[1] });
    } else if (more && found.length && !/->\s*$/.test(line)) {
      found.at(-1).text += ` ${more[1]}`;
    }
  }
  return found.filter(({ text }) => text.trim());
}

function load(lang) {
  const exact = new Set();
  const patterns = [];
  const keys = new Set();
  for (const file of readdirSync(join(LOCALES, lang))) {
    for (const { key, text } of texts(readFileSync(join(LOCALES, lang, file), "utf8"))) {
      keys.add(key);
      const parts = plain(text).split(/\{[^}]*\}/);
      if (parts.length === 1) exact.add(plain(text));
      // A pattern says something only if enough letters of its own stand in it.
      else if (parts.join("").replace(/\P{L}/gu, "").length >= 4) {
        patterns.push(new RegExp(`^${parts.map(escaped).join(".*")}$`, "u"));
      }
    }
  }
  if (exact.size < 100 || patterns.length < 10) throw new Error(`too few messages were read of ${lang}`);
  return { keys, says: (text) => exact.has(text) || patterns.some((pattern) => pattern.test(text)) };
}

const languages = { fr: load("fr"), en: load("en") };

/** Why this text of a page in `lang` is a fault, or nothing. */
export function wrongWord(lang, text) {
  const told = plain(text);
  if (languages[lang].keys.has(told)) return "the key of a message instead of its text";
  if (/^(none|null|undefined|nan|some\(.*\)|\{ ?\$.*)$/.test(told)) return "no word at all";
  const other = lang === "fr" ? "en" : "fr";
  if (languages[other].says(told) && !languages[lang].says(told)) return `a message of the other language (${other})`;
  return undefined;
}
