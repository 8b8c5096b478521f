// Loads a TypeScript module for a test: bundled in memory, so that tests need no built files.

import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const SRC = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "src");

export async function load(module) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(SRC, `${module}.ts`)], bundle: true, write: false, format: "esm", target: "node20",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
