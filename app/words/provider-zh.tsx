"use client";

// Chinese where the device has none: only the parts of it that a page shows are loaded.
import "@fontsource-variable/noto-sans-sc/wght.css";
import type { ReactNode } from "react";
import { IntlProvider } from "use-intl";
import { onMissing } from "./missing.ts";
import { zh } from "./zh/index.ts";

const messages = zh;

export default function ZhWords({ children }: { children: ReactNode }) {
  return (
    <IntlProvider locale="zh" timeZone="UTC" messages={messages} onError={onMissing}>
      {children}
    </IntlProvider>
  );
}
