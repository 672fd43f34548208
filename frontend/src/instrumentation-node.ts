/** A setting that cannot work ends the server here, in one line, rather than on the first visit. */
import { readEnv } from "@/lib/env";

try {
  readEnv();
} catch (error) {
  console.error(`marquee frontend: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
