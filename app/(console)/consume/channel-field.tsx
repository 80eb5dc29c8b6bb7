"use client";

import { apiPathOfWindow, isName, rooms } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Field } from "../../components/field.tsx";
import { NameInput, offeredNamesMax } from "../../messages/name-input.tsx";
import { useWords } from "../../words/index.ts";

/** A channel's name: one that the topic has, or a new one. */
export function ChannelField({
  topic,
  value,
  own,
  onChange,
  disabled,
}: {
  topic: string;
  value: string;
  own: string;
  onChange: (channel: string) => void;
  disabled: boolean;
}) {
  const t = useWords("consume");
  const offers = isName(topic) ? apiPathOfWindow(rooms.channels(topic), { limit: offeredNamesMax }) : null;
  const isGood = value === "" || isName(value);
  return (
    <Field
      label={t("channel")}
      className="w-72 max-sm:w-full"
      hint={value === own ? t("channel-own") : t("channel-shared")}
      error={isGood ? undefined : t("channel-wrong")}
    >
      {(ids) => (
        <>
          {/* Another topic's names are none of this one's. */}
          <NameInput
            key={topic}
            {...ids}
            name="channel"
            offers={offers}
            disabled={disabled}
            value={value}
            onChange={onChange}
          />
          {value !== own && !disabled && (
            <Button size="small" kind="quiet" className="mt-1" onClick={() => onChange(own)}>
              {t("use-own", { channel: own })}
            </Button>
          )}
        </>
      )}
    </Field>
  );
}
