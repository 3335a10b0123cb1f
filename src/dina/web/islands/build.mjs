// Bundles the pages' script and stylesheet; every file of alone/ becomes a file of its own, for the pages that need it.
import { readdirSync } from "node:fs";
import { build } from "esbuild";

const shared = { bundle: true, minify: true, target: "es2022", logLevel: "warning", loader: { ".woff2": "file" } };
const alone = readdirSync("islands/alone").filter((name) => name.endsWith(".js"));
await build({ ...shared, entryPoints: { dina: "islands/main.js" }, format: "iife", outdir: "static" });
await build({ ...shared, entryPoints: { dina: "styles/main.css" }, outdir: "static", assetNames: "fonts/[name]" });
if (alone.length)
  await build({
    ...shared,
    entryPoints: alone.map((name) => `islands/alone/${name}`),
    format: "esm",
    outdir: "static/islands",
    loader: { ".json": "file", ".wasm": "file", ".png": "dataurl" },
    publicPath: "/static/islands",
    assetNames: "[name]-[hash]",
  });
