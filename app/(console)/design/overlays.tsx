"use client";

import { useState } from "react";
import { toast } from "sonner";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/card.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from "../../components/menu.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { useWords } from "../../words/index.ts";
import { Row, Specimen } from "./specimen.tsx";

export function Overlays() {
  const t = useWords("design");
  const [asks, setAsks] = useState(false);
  const [shows, setShows] = useState(false);
  const [chosen, setChosen] = useState<"a" | "b">("a");
  return (
    <Section title={t("overlays")}>
      <Specimen name="dialog, sheet, menu, toast">
        <Row>
          <Button onClick={() => setAsks(true)}>{t("dialog")}</Button>
          <Button onClick={() => setShows(true)}>{t("sheet")}</Button>
          <Menu label={t("menu")} button={<Button>{t("menu")}</Button>}>
            <MenuLabel>{t("choice")}</MenuLabel>
            <MenuChoice
              label={t("choice")}
              value={chosen}
              onChange={setChosen}
              values={[
                { value: "a", words: t("first") },
                { value: "b", words: t("second") },
              ]}
            />
            <MenuLine />
            <MenuItem onSelect={() => toast(t("done"))}>{t("third")}</MenuItem>
          </Menu>
          <Button onClick={() => toast(t("done"), { description: t("hint") })}>{t("toast")}</Button>
        </Row>
      </Specimen>
      <Dialog
        open={asks}
        onOpenChange={setAsks}
        title={t("question")}
        description={t("impact")}
        action={
          <Button kind="danger" onClick={() => setAsks(false)}>
            {t("act", { count: 18_204 })}
          </Button>
        }
      />
      <Sheet
        open={shows}
        onOpenChange={setShows}
        title={t("sheet")}
        description={t("hint")}
        close={t("close")}
      >
        <p className="mt-4">{t("sample")}</p>
      </Sheet>
    </Section>
  );
}
