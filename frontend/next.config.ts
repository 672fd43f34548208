import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  // The lock file and the traced output are this folder's own, whatever stands above it.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // Posters are plain <img>: the image optimiser and its native library would be dead weight in the image.
  images: { unoptimized: true },
  outputFileTracingExcludes: { "*": ["node_modules/sharp/**", "node_modules/@img/**"] },
  poweredByHeader: false,
  reactStrictMode: true,
  experimental: { cpus: 2 },
};

export default config;
