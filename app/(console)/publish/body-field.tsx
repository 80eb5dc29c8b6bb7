"use client";

import { Button } from "../../components/button.tsx";
import { Field, Textarea } from "../../components/field.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { type Encoding, formatted, type Measured } from "./body.ts";

/** What is published, and how many bytes of how many it is. */
export function BodyField({
  body,
  encoding,
  size,
  bytesMax,
  onChange,
}: {
  body: string;
  encoding: Encoding;
  size: Measured;
  bytesMax: number;
  onChange: (body: string) => void;
}) {
  const t = useWords("publish");
  const f = useFormat();
  const wrong = "wrong" in size ? t(`wrong.${size.wrong}`, { most: f.bytes(bytesMax) }) : undefined;
  return (
    <div className="md:col-span-2">
      <Field
        label={t("body")}
        hint={
          "bytes" in size
            ? encoding === "lines"
              ? t("size-lines", { count: size.messages, bytes: f.bytes(size.bytes) })
              : t("size", { bytes: f.bytes(size.bytes), most: f.bytes(bytesMax) })
            : wrong
        }
        error={body === "" ? undefined : wrong}
      >
        {(ids) => (
          <Textarea
            {...ids}
            name="body"
            rows={8}
            value={body}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      {encoding === "json" && "bytes" in size && (
        <Button size="small" onClick={() => onChange(formatted(body))}>
          {t("format")}
        </Button>
      )}
    </div>
  );
}
