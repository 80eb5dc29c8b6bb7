declare global {
  namespace NodeJS {
    interface ProcessEnv {
      NEXT_PUBLIC_WEIR_BASE_PATH?: string;
    }
  }
}

/**
 * Where everything stands (`--base-path`), without a slash at its end: empty for the root. Known when the pages
 * are built, which put it in here.
 */
export const base: string = process.env.NEXT_PUBLIC_WEIR_BASE_PATH ?? "";
