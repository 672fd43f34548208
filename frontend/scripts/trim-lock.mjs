// npm copies every package's funding page into the lock; ours keeps versions and hashes, and no addresses.
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
const text = `${JSON.stringify(lock, null, 2)}\n`;
if (/"resolved"|https?:/.test(text)) throw new Error("package-lock.json names an address");
writeFileSync("package-lock.json", text);
