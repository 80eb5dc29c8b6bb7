"use client";

import { Search } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { messageIdPattern } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Field, Input } from "../../components/field.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Shape } from "../../components/status.tsx";
import { traceClosed } from "../../live/limits.ts";
import { useStatus } from "../../live/use-room.ts";
import { paths } from "../../paths.ts";

/** The way to one message's life: by its id. */
export function Find() {
  const router = useRouter();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState(false);
  const id = text.trim().toLowerCase();
  const good = messageIdPattern.test(id);
  const closed = traceClosed(useStatus().data);

  function find(event: FormEvent): void {
    event.preventDefault();
    setAsked(true);
    if (good) router.push(paths.message(id));
  }

  return (
    <>
      <PageHead
        title="Trace"
        note="The life of one message: published, delivered to whom, requeued, timed out, finished."
      />
      {closed !== null && (
        <p data-testid="limits" className="mb-4 flex items-center gap-1.5">
          <Shape tone="unknown" />
          {closed}
        </p>
      )}
      <form onSubmit={find} className="flex items-start gap-2">
        <Field
          label="Message id"
          className="w-full max-w-96"
          hint="16 hexadecimal digits, as a consumer gets it."
          error={asked && !good ? "An id has 16 hexadecimal digits, such as 0000000100000001." : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              name="id"
              className="font-mono"
              disabled={closed !== null}
              maxLength={40}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" kind="primary" className="mt-5.5" disabled={closed !== null}>
          <Search aria-hidden="true" />
          Find
        </Button>
      </form>
      <p className="mt-2 max-w-160 text-muted">
        No id at hand? Each row of a{" "}
        <Link href={paths.tail()} className="text-accent underline">
          live tail
        </Link>{" "}
        leads to its message, and <em className="not-italic">Send & watch</em> on the{" "}
        <Link href={paths.publish()} className="text-accent underline">
          publish page
        </Link>{" "}
        opens the trace of what it sent.
      </p>
    </>
  );
}
