"use client";

import { Select } from "../../../components/field.tsx";
import { RadioCards } from "../../../components/radio-cards.tsx";
import { clock } from "../../../live/format.ts";
import { useAwake } from "../../../live/use-awake.ts";
import { useNow } from "../../../live/use-now.ts";
import { isZoneName, type Zone, type ZoneName } from "../../../live/zone.ts";
import { useWords } from "../../../words/index.ts";

/** Where the device has no zone with a name. */
const standIn: ZoneName = "Europe/London";

/** How times are written: as the device has it, in UTC, or as in a zone of one's choice. */
export function ZoneChoice({ zone, prefer }: { zone: Zone; prefer: (zone: Zone) => void }) {
  const t = useWords("appearance");
  const awake = useAwake();
  const isOther = isZoneName(zone);
  const other = isOther ? zone : awake ? ownZone() : standIn;
  return (
    <div className="space-y-2">
      <RadioCards
        label={t("zone.label")}
        value={isOther ? "other" : zone}
        onChange={(value) => (value === "other" ? prefer(other) : prefer(value))}
        choices={[...(["local", "utc"] as const), "other" as const].map((value) => ({
          value,
          label: t(`zone.${value}`),
          note: <Example zone={value === "other" ? other : value} />,
        }))}
      />
      {isOther && (
        <Select
          aria-label={t("zone.which")}
          className="sm:w-72"
          value={zone}
          onChange={(event) => isZoneName(event.target.value) && prefer(event.target.value)}
        >
          {zonesWith(zone, awake).map((name) => (
            <option key={name} value={name}>
              {name.replaceAll("_", " ")}
            </option>
          ))}
        </Select>
      )}
    </div>
  );
}

/** The server may know others than the browser: until that has taken over, only the one that is chosen. */
function zonesWith(zone: Zone, awake: boolean): readonly string[] {
  const all = awake ? Intl.supportedValuesOf("timeZone").filter(isZoneName) : [];
  return all.some((name) => name === zone) ? all : [zone, ...all];
}

/** The device's, by its name: to begin with. */
function ownZone(): ZoneName {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return isZoneName(own) ? own : standIn;
}

/** The time it is now, as it would be written. */
function Example({ zone }: { zone: Zone }) {
  const nowMs = useNow();
  const awake = useAwake();
  return <span className="font-mono">{clock(nowMs, awake ? zone : "utc")}</span>;
}
