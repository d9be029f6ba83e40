// A Chromium without a window, driven over its DevTools protocol; and a node with the sample programme.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const QUIET = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
];

/** The first line of a stream that `pattern` matches, within a minute. */
function said(child, stream, pattern, what) {
  return new Promise((resolve, reject) => {
    let text = "";
    const late = setTimeout(() => reject(new Error(`${what} did not start:\n${text}`)), 60_000);
    const end = (act) => (value) => (clearTimeout(late), act(value));
    stream.setEncoding("utf8").on("data", (part) => {
      text += part;
      const found = text.match(pattern);
      if (found) end(resolve)(found[1]);
    });
    child.on("error", end(reject));
    child.on("exit", (code) => end(reject)(new Error(`${what} ended with ${code}:\n${text}`)));
  });
}

/** `demo` of this program on a port that is free; `{ url, stop }`. */
export async function demo(program) {
  const child = spawn(program, ["demo", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.resume();
  const url = await said(child, child.stderr, /programme is at (http:\/\/\S+) until/, program);
  return { url, stop: () => ended(child, "SIGTERM") };
}

function ended(child, signal) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
    child.on("exit", () => (clearTimeout(late), resolve()));
    child.kill(signal);
  });
}

/** A browser: `tab(lang)` opens a page that asks for this language and keeps no cookie of another. */
export async function browser() {
  const profile = mkdtempSync(join(tmpdir(), "reset-look-"));
  let child, address;
  for (const name of NAMES) {
    try {
      child = spawn(name, [...QUIET, `--user-data-dir=${profile}`, "--remote-debugging-port=0", "about:blank"], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      address = await said(child, child.stderr, /DevTools listening on (ws:\S+)/, name);
      break;
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }
  if (!address) throw new Error(`none of ${NAMES.join(", ")} is installed`);
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
  const calls = new Map();
  const listeners = new Map();
  let last = 0;
  socket.on("message", (data) => {
    const { id, sessionId, method, params, result, error } = JSON.parse(data);
    if (id) {
      const call = calls.get(id);
      calls.delete(id);
      error ? call.reject(new Error(`${call.method}: ${error.message}`)) : call.resolve(result);
    } else {
      for (const listener of listeners.get(sessionId) ?? []) listener(method, params);
    }
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      calls.set(++last, { method, resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params, sessionId }));
    });
  const tab = async (lang) => {
    const { browserContextId } = await send("Target.createBrowserContext");
    const { targetId } = await send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
    listeners.set(sessionId, new Set());
    const page = new Page((method, params) => send(method, params, sessionId), listeners.get(sessionId));
    await page.prepare(lang);
    return page;
  };
  const stop = async () => {
    const closed = new Promise((resolve) => child.on("exit", resolve));
    await send("Browser.close");
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 5_000))]);
    socket.terminate();
    await ended(child, "SIGTERM");
    // What it started may write for a moment longer.
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  return { tab, stop };
}

class Page {
  constructor(send, listeners) {
    this.send = send;
    this.listeners = listeners;
    this.requests = new Map();
    listeners.add((method, params) => this.#heard(method, params));
  }

  async prepare(lang) {
    for (const domain of ["Page", "Network", "Runtime"]) await this.send(`${domain}.enable`);
    await this.send("Network.setCacheDisabled", { cacheDisabled: true });
    await this.send("Network.setExtraHTTPHeaders", { headers: { "Accept-Language": lang } });
    await this.send("Emulation.setFocusEmulationEnabled", { enabled: true });
  }

  #heard(method, params) {
    if (method === "Network.requestWillBeSent") {
      this.requests.set(params.requestId, { url: params.request.url, kind: params.type, bytes: 0 });
    } else if (method === "Network.responseReceived") {
      Object.assign(this.requests.get(params.requestId) ?? {}, {
        status: params.response.status, media: params.response.mimeType, headers: params.response.headers,
      });
    } else if (method === "Network.loadingFinished") {
      Object.assign(this.requests.get(params.requestId) ?? {}, { bytes: params.encodedDataLength });
    }
  }

  /** Opens an address and waits until everything of it has come; what was asked for, in order. */
  async open(url) {
    this.requests.clear();
    const loaded = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${url} did not load within 30 s`)), 30_000);
      const hear = (method) => {
        if (method !== "Page.loadEventFired") return;
        clearTimeout(late);
        this.listeners.delete(hear);
        resolve();
      };
      this.listeners.add(hear);
    });
    await this.send("Page.navigate", { url });
    await loaded;
    return [...this.requests.values()];
  }

  /** What a function says in the page; its arguments travel as JSON. */
  async ask(work, ...values) {
    const expression = typeof work === "string" ? work : `(${work})(...${JSON.stringify(values)})`;
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  size(width, height = 900, scale = 1) {
    return this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile: false });
  }

  scheme(value, media = "screen") {
    return this.send("Emulation.setEmulatedMedia", { media, features: [{ name: "prefers-color-scheme", value }] });
  }

  async press(key, code) {
    for (const type of ["keyDown", "keyUp"]) {
      await this.send("Input.dispatchKeyEvent", { type, key, code: key, windowsVirtualKeyCode: code });
    }
  }
}
