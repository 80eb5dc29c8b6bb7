import type { NextConfig } from "next";

/**
 * Pages only. This process holds no secret and decides nothing: it reads the console's `/api` with the
 * visitor's own cookie, and the console's server stands in front of it and sets every security header.
 */
/** As `--base-path` has it: pages are built for the path that they will stand under. */
const basePath = process.env["WEIR_BASE_PATH"] ?? "";

const config: NextConfig = {
  basePath,
  env: { NEXT_PUBLIC_WEIR_BASE_PATH: basePath },
  // `tsc` checks the whole repository in one go; a second, partial check here would only cost time.
  // The renderer rewrites the file named here to its liking, so it has one of its own.
  typescript: { ignoreBuildErrors: true, tsconfigPath: "app/tsconfig.json" },
  images: { unoptimized: true },
  poweredByHeader: false,
  // The console's server compresses nothing either: this is a loopback hop.
  compress: false,
  reactStrictMode: true,
  devIndicators: false,
};

export default config;
