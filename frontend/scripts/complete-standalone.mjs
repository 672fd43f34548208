// `output: "standalone"` leaves the browser's files out; the server finds them beside itself.
import { cpSync } from "node:fs";

cpSync(".next/static", ".next/standalone/.next/static", { recursive: true });
