"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { base } from "../../base.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { useKey } from "../../shell/keys.ts";
import { allPlaces } from "../../shell/places.ts";
import { useWords } from "../../words/index.ts";

/** While something is held: leaving by a link, by keys or with the browser asks first. */
export function Leaving({ count }: { count: number }) {
  const [to, setTo] = useState<string | null>(null);
  const router = useRouter();

  useEffect(() => {
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link =
        event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
      const isPlain =
        event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
      if (link === null || !isPlain || link.target === "_blank" || link.hasAttribute("download")) return;
      const url = new URL(link.href);
      if (url.origin !== location.origin || url.pathname === location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setTo(url.pathname.slice(base.length) + url.search);
    };
    window.addEventListener("beforeunload", onUnload);
    document.addEventListener("click", onClick, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", onUnload);
      document.removeEventListener("click", onClick, { capture: true });
    };
  }, []);

  return (
    <>
      {allPlaces.map(({ id, letter, href }) =>
        letter === undefined ? null : <LeavingKey key={id} letter={letter} leave={() => setTo(href)} />,
      )}
      <LeaveDialog
        open={to !== null}
        count={count}
        stay={() => setTo(null)}
        leave={() => {
          if (to !== null) router.push(to);
        }}
      />
    </>
  );
}

function LeavingKey({ letter, leave }: { letter: string; leave: () => void }) {
  useKey(`g ${letter}`, leave);
  return null;
}

export function LeaveDialog({
  open,
  count,
  stay,
  leave,
}: {
  open: boolean;
  count: number;
  stay: () => void;
  leave: () => void;
}) {
  const t = useWords("consume");
  return (
    <Dialog
      open={open}
      onOpenChange={(isOpen) => {
        if (!isOpen) stay();
      }}
      title={t("leave.title", { count })}
      description={t("leave.note")}
      cancel={t("leave.stay")}
      action={
        <Button kind="primary" onClick={leave}>
          {t("leave.leave")}
        </Button>
      }
    />
  );
}
