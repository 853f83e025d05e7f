// Unpack the wheel named in the argument into Pyodide's file system and run check.py there, twice: once to dump, and in
// another interpreter to load.  Nothing is fetched: the package from npm holds the interpreter.
import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const wheel = new Uint8Array(readFileSync(process.argv[2]));
const program = readFileSync("check.py", "utf8");

async function run(payload) {
  const pyodide = await loadPyodide();
  pyodide.unpackArchive(wheel, "zip", { extractDir: "/wheel" });
  pyodide.globals.set("payload", payload);
  return pyodide.runPython(program);
}

console.log(await run(await run("")));
