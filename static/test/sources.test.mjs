// The laws of this workspace, read from its own sources.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ICONS } from "../icons.mjs";
import { readPo } from "../po.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.join(HERE, "..", "..");

async function files(folder, ending) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(entries.filter((entry) => entry.isFile() && entry.name.endsWith(ending)).map(async (entry) => {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    return [path.relative(ROOT, file), await readFile(file, "utf8")];
  }));
}

const sheets = await files(path.join(HERE, "..", "src", "style"), ".css");
const scripts = [...(await files(path.join(HERE, "..", "src"), ".ts")), ...(await files(path.join(HERE, "..", "src"), ".tsx"))];
const templates = await files(path.join(ROOT, "app", "templates"), ".html");
const catalogues = await Promise.all(["zh_Hans_CN", "en"].map(async (language) => {
  const all = new Map();
  for (const [name, source] of await files(path.join(ROOT, "app", "locale", language), ".po")) {
    for (const [id, text] of readPo(source, name)) all.set(id, text);
  }
  return [language, all];
}));

test("colours are written in tokens.css alone", () => {
  for (const [name, source] of [...sheets, ...scripts]) {
    if (name.endsWith("tokens.css")) continue;
    const found = source.replace(/\/\*[\s\S]*?\*\//g, "").match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(/gi);
    assert.equal(found, null, `${name}: ${found}`);
  }
});

test("scripts hold no Chinese and markup no style or handler attribute", () => {
  for (const [name, source] of scripts) {
    const code = source.replace(/\/\/.*$/gm, "");
    assert.equal(/\p{Script=Han}/u.test(code), false, name);
  }
  for (const [name, source] of templates) {
    const markup = source.replace(/\{#[\s\S]*?#\}/g, "");
    assert.equal(/\sstyle=|\son[a-z]+=|hx-on|hx-vals=.js:|javascript:/i.test(markup), false, name);
  }
});

test("texts a script asks for are in both catalogues, and no text is left over", () => {
  const used = new Set();
  const open = [];
  for (const [, source] of scripts) {
    for (const [, key] of source.matchAll(/"(js\.[\w.]+)"/g)) used.add(key);
    for (const [, lead] of source.matchAll(/`(js\.[\w.]+\.)\$\{/g)) open.push(lead);
  }
  for (const [language, all] of catalogues) {
    for (const key of used) assert.ok(all.get(key), `${language}: ${key}`);
    for (const key of all.keys()) {
      if (key.startsWith("js.")) assert.ok(used.has(key) || open.some((lead) => key.startsWith(lead)), `${language}: ${key} is not used`);
    }
  }
});

test("both languages fill the same places", () => {
  const [[, zh], [, en]] = catalogues;
  const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort().join();
  for (const [key, text] of zh) {
    if (key.startsWith("ui.") || key.startsWith("js.")) assert.equal(places(en.get(key) ?? ""), places(text), key);
  }
});

test("icons that templates name are in the sprite", () => {
  for (const [name, source] of templates) {
    for (const [, called, given] of source.matchAll(/icon\('([\w-]+)'|icon='([\w-]+)'/g)) {
      const icon = called ?? given;
      assert.ok(ICONS[icon], `${name}: ${icon}`);
    }
  }
});

test("a catalogue is read with its continuations, escapes and fuzzy marks", () => {
  const read = readPo('msgid ""\nmsgstr "head"\n\nmsgid "a"\nmsgstr ""\n"x\\n"\n"\\"y\\""\n\n#, fuzzy\nmsgid "b"\nmsgstr "z"\n\n#~ msgid "c"\n#~ msgstr "d"\n', "t");
  assert.deepEqual([...read], [["a", 'x\n"y"']]);
  assert.throws(() => readPo("msgid a", "t"), /t:1/);
});
