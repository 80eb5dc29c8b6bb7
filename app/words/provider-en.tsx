"use client";

import type { ReactNode } from "react";
import { IntlProvider } from "use-intl";
import { en } from "./en/index.ts";
import { onMissing } from "./missing.ts";

const messages = en;

export default function EnWords({ children }: { children: ReactNode }) {
  return (
    <IntlProvider locale="en" timeZone="UTC" messages={messages} onError={onMissing}>
      {children}
    </IntlProvider>
  );
}
