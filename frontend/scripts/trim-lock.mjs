// Makes package-lock.json the same file wherever it is written. npm copies every package's funding page into it, and
// leaves out binaries for other platforms that the registry in use does not carry; then `npm ci` refuses the file.
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    lock.packages[`node_modules/${name}`] ??= foreignBinary(name, version, entry);
  }
}
const [root, ...rest] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
const text = `${JSON.stringify(lock, null, 2)}\n`;
if (/"resolved"|https?:/.test(text)) throw new Error("package-lock.json names an address");
writeFileSync("package-lock.json", text);

/** An entry without a hash, for a platform that the package's name says. */
function foreignBinary(name, version, parent) {
  const os = name.match(/-(android|darwin|freebsd|linux|openharmony|win32)\b/)?.[1];
  const cpu = name.match(/-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|wasm32|x64)\b/)?.[1];
  if (!/^\d/.test(version) || (!os && !cpu)) return undefined;
  const libc = name.match(/-(musl|gnu)\b/)?.[1];
  return {
    version,
    ...(cpu && { cpu: [cpu] }),
    ...(parent.dev && { dev: true }),
    ...(libc && { libc: [libc === "gnu" ? "glibc" : libc] }),
    optional: true,
    ...(os && { os: [os] }),
  };
}
