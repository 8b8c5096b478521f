// Builds dist/: one bundle per island, one style sheet, the icon sprite, texts per language, licences, manifest.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { ICONS } from "./icons.mjs";
import { readPo } from "./po.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const DIST = path.join(HERE, "dist");
const LOCALES = path.join(HERE, "..", "app", "locale");
const ISLANDS = ["app", "inbox", "charts", "studio", "scorecard", "table", "form", "sorting"];
const LANGUAGES = { zh_Hans_CN: "zh-CN", en: "en" };

/** Gives a file its content-hashed name, so that a browser may keep it for ever. */
function hashed(name, content) {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const dot = name.lastIndexOf(".");
  return `${name.slice(0, dot)}.${digest}${name.slice(dot)}`;
}

async function bundles() {
  const result = await esbuild.build({
    absWorkingDir: HERE,
    entryPoints: Object.fromEntries([
      ...ISLANDS.map((name) => [name, `src/${name}/index.ts`]),
      ["app.style", "src/style/app.css"],
    ]),
    outdir: "dist",
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: "esm",
    target: ["es2022", "chrome109", "firefox115", "safari16.4"],
    legalComments: "none",
    logLevel: "warning",
  });
  const files = result.outputFiles.map((file) => [
    path.basename(file.path).replace("app.style.css", "app.css"),
    Buffer.from(file.contents),
  ]);
  return { files, inputs: Object.keys(result.metafile.inputs) };
}

/** One <symbol> per icon; the drawing takes the colour of the text around it. */
async function sprite() {
  const symbols = await Promise.all(
    Object.entries(ICONS).map(async ([name, source]) => {
      const file = path.join(HERE, "node_modules/@tabler/icons/icons/outline", `${source}.svg`);
      const svg = await readFile(file, "utf8");
      const body = svg
        .replace(/^[\s\S]*?<svg[^>]*>/, "")
        .replace(/<\/svg>\s*$/, "")
        .replace(/<path stroke="none"[^>]*\/>/g, "")
        .replace(/\s+/g, " ")
        .trim();
      return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

/** The mark in the browser's tab, coloured from the tokens so that no colour is written twice. */
async function favicon() {
  const [svg, tokens] = await Promise.all([
    readFile(path.join(HERE, "src/favicon.svg"), "utf8"),
    readFile(path.join(HERE, "src/style/tokens.css"), "utf8"),
  ]);
  return svg.replace(/var\((--[a-z-]+)\)/g, (_, name) => {
    const value = new RegExp(`${name}:\\s*([^;]+);`).exec(tokens)?.[1];
    if (!value) throw new Error(`favicon.svg: no token ${name}`);
    return value;
  });
}

/** Texts of the browser per language: the "js." keys of every catalogue; the languages must agree on the keys. */
async function texts() {
  const found = await Promise.all(
    Object.entries(LANGUAGES).map(async ([folder, language]) => {
      const names = (await readdir(path.join(LOCALES, folder))).filter((name) => name.endsWith(".po")).sort();
      const chosen = {};
      for (const name of names) {
        const file = path.join(LOCALES, folder, name);
        for (const [id, text] of readPo(await readFile(file, "utf8"), file)) {
          if (id.startsWith("js.")) chosen[id] = text;
        }
      }
      return [language, chosen];
    }),
  );
  const all = new Set(found.flatMap(([, chosen]) => Object.keys(chosen)));
  for (const [language, chosen] of found) {
    const missing = [...all].filter((key) => !chosen[key]);
    if (missing.length) throw new Error(`texts in ${language} missing: ${missing.join(", ")}`);
  }
  return found.map(([language, chosen]) => {
    const sorted = Object.fromEntries(Object.entries(chosen).sort(([a], [b]) => (a < b ? -1 : 1)));
    return [`texts.${language}.json`, JSON.stringify(sorted)];
  });
}

/** What the bundles carry of others, with each licence in full. */
async function licences(inputs) {
  const names = new Set(["@tabler/icons"]);
  for (const input of inputs) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) names.add(match[1]);
  }
  const parts = await Promise.all(
    [...names].sort().map(async (name) => {
      const folder = path.join(HERE, "node_modules", name);
      const about = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
      const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file ? await readFile(path.join(folder, file), "utf8") : "";
      return `${about.name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
    }),
  );
  return parts.join(`\n${"-".repeat(80)}\n\n`);
}

async function main() {
  const [{ files, inputs }, icons, mark, languages] = await Promise.all([bundles(), sprite(), favicon(), texts()]);
  const all = [...files, ["icons.svg", icons], ["favicon.svg", mark], ...languages, ["licences.txt", await licences(inputs)]];
  await mkdir(DIST, { recursive: true });
  const manifest = {};
  for (const [name, content] of all.sort(([a], [b]) => (a < b ? -1 : 1))) {
    manifest[name] = hashed(name, content);
    await writeFile(path.join(DIST, manifest[name]), content);
  }
  // The manifest changes in one step, and only then do old files go: a running server never names a missing file.
  const next = path.join(DIST, "manifest.json.next");
  await writeFile(next, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(next, path.join(DIST, "manifest.json"));
  const keep = new Set([...Object.values(manifest), "manifest.json"]);
  await Promise.all((await readdir(DIST)).filter((n) => !keep.has(n)).map((n) => rm(path.join(DIST, n), { recursive: true })));
}

await main();
