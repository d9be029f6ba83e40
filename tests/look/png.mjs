// A PNG of Chromium's with a palette of at most 256 colours: a quarter of its bytes, and pages have no more colours than that
// but for the edges of letters.
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return whole;
}

/** Width, height and the bytes of the pixels, without the filters of their lines. */
function pixels(png) {
  const data = [];
  let head;
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const name = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (name === "IHDR") head = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), depth: body[8], kind: body[9] };
    if (name === "IDAT") data.push(body);
    at += length + 12;
  }
  const bytes = { 2: 3, 6: 4 }[head.kind];
  if (head.depth !== 8 || !bytes) throw new Error("a PNG of another kind than Chromium makes");
  const line = head.width * bytes;
  const raw = inflateSync(Buffer.concat(data));
  const out = Buffer.alloc(line * head.height);
  for (let y = 0; y < head.height; y += 1) {
    const filter = raw[y * (line + 1)];
    for (let x = 0; x < line; x += 1) {
      const left = x >= bytes ? out[y * line + x - bytes] : 0;
      const up = y ? out[(y - 1) * line + x] : 0;
      const corner = x >= bytes && y ? out[(y - 1) * line + x - bytes] : 0;
      const guess = left + up - corner;
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      out[y * line + x] = raw[y * (line + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth][filter];
    }
  }
  return { ...head, bytes, out };
}

/** The same picture in the 256 colours that it has most of; any other becomes the nearest of them. */
export function narrowed(png) {
  const { width, height, bytes, out } = pixels(png);
  const counts = new Map();
  const keys = new Uint32Array(width * height);
  for (let n = 0; n < keys.length; n += 1) {
    // The last two bits of a colour are not seen.
    const at = n * bytes;
    keys[n] = ((out[at] & 0xfc) << 16) | ((out[at + 1] & 0xfc) << 8) | (out[at + 2] & 0xfc);
    const known = counts.get(keys[n]);
    if (known) known.times += 1;
    else counts.set(keys[n], { times: 1, exact: [out[at], out[at + 1], out[at + 2]] });
  }
  const palette = [...counts].sort((one, other) => other[1].times - one[1].times).slice(0, 256);
  const colours = palette.map(([, { exact }]) => exact);
  const index = new Map(palette.map(([key], n) => [key, n]));
  const nearest = (key) => {
    const [r, g, b] = [key >> 16, (key >> 8) & 255, key & 255];
    let best = 0;
    let least = Infinity;
    colours.forEach(([cr, cg, cb], n) => {
      const away = (r - cr) ** 2 + (g - cg) ** 2 + (b - cb) ** 2;
      if (away < least) [best, least] = [n, away];
    });
    index.set(key, best);
    return best;
  };
  const lines = Buffer.alloc((width + 1) * height);
  for (let n = 0; n < keys.length; n += 1) {
    lines[n + Math.floor(n / width) + 1] = index.get(keys[n]) ?? nearest(keys[n]);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  head[9] = 3;
  return Buffer.concat([
    SIGNATURE, chunk("IHDR", head), chunk("PLTE", Buffer.from(colours.flat())),
    chunk("IDAT", deflateSync(lines, { level: 9 })), chunk("IEND", Buffer.alloc(0)),
  ]);
}
