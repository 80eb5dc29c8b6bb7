"use client";

import type { ReactNode } from "react";
import { IntlProvider } from "use-intl";
import { en } from "./en/index.ts";
import { onMissing } from "./missing.ts";
import { pseudoOf } from "./pseudo.ts";

const messages = pseudoOf(en);

export default function XaWords({ children }: { children: ReactNode }) {
  return (
    <IntlProvider locale="xa" timeZone="UTC" messages={messages} onError={onMissing}>
      {children}
    </IntlProvider>
  );
}
