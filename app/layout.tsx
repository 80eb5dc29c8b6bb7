import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import "./globals.css";
import { languageNameFaces } from "../server/console/contract/chinese-face.ts";
import { localeTags } from "../server/console/contract/locale.ts";
import { base } from "./base.ts";
import { preferencesCookie, readPreferences } from "./preferences/preferences.ts";
import { PreferencesProvider } from "./preferences/provider.tsx";
import { WordsProvider } from "./words/provider.tsx";
import { readLocale } from "./words/server.ts";

export const metadata: Metadata = {
  description: "What moves through Weir, live.",
  robots: { index: false },
};

export const viewport: Viewport = { width: "device-width", initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [nonce, locale, preferences] = await Promise.all([
    headers().then((head) => nonceOf(head.get("content-security-policy"))),
    readLocale(),
    cookies().then((jar) => readPreferences(jar.get(preferencesCookie)?.value)),
  ]);
  const faces = languageNameFaces(locale, base);
  return (
    <html
      lang={localeTags[locale]}
      data-rail={preferences.rail}
      data-density={preferences.density}
      suppressHydrationWarning
    >
      <body>
        {faces !== null && <style>{faces}</style>}
        <ThemeProvider attribute="data-theme" disableTransitionOnChange {...(nonce ? { nonce } : {})}>
          <WordsProvider locale={locale}>
            <PreferencesProvider initial={preferences}>
              <NuqsAdapter>{children}</NuqsAdapter>
            </PreferencesProvider>
          </WordsProvider>
        </ThemeProvider>
      </body>
    </html>
  );
}

/** The console's server writes the policy, with a nonce of this request, and hands it on to the renderer. */
function nonceOf(policy: string | null): string | undefined {
  return policy?.match(/'nonce-([^']+)'/)?.[1];
}
