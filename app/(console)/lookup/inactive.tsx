"use client";

import { useCallback, useEffect, useState } from "react";
import { apiPaths, type InactiveTopics } from "../../../server/console/contract/index.ts";
import { ActionButton } from "../../actions/action-button.tsx";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Shape } from "../../components/status.tsx";
import { get, type Posted } from "../../live/post.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { useFailureWords } from "../../words/use-failure.ts";

/** A page of them: whoever has more looks for what they want with the browser. */
const shownMax = 500;

/** Asked for when the page is opened and after every act: lookups are not followed topic by topic. */
export function Inactive({ q }: { q: string }) {
  const t = useWords("lookup");
  const f = useFormat();
  const say = useFailureWords();
  const [answer, setAnswer] = useState<Posted<InactiveTopics> | null>(null);
  const ask = useCallback(() => void get<InactiveTopics>(apiPaths.inactive).then(setAnswer), []);
  useEffect(ask, [ask]);
  if (answer === null) return <Skeleton className="h-9" />;
  const failures = answer.ok ? answer.value.failures : [say(answer.failure)];
  const all = answer.ok ? answer.value.topics : [];
  const topics = all.filter(
    ({ topic, channels }) => topic.includes(q) || channels.some((channel) => channel.includes(q)),
  );
  return (
    <>
      {failures.length > 0 && (
        <p role="status" className="mb-3 flex items-center gap-1.5">
          <Shape tone="warn" />
          <span className="min-w-0 wrap-anywhere">{failures.join("; ")}</span>
          <Button size="small" onClick={ask}>
            {t("ask-again")}
          </Button>
        </p>
      )}
      {topics.length === 0 && failures.length === 0 && (
        <p className="text-muted">
          {all.length === 0 ? t("inactive-none") : t("none-match", { count: all.length })}
        </p>
      )}
      {topics.length > 0 && (
        <Card>
          <ul aria-label={t("inactive")}>
            {topics.slice(0, shownMax).map(({ topic, channels }) => (
              <li key={topic} className="border-line px-4 py-1.5 not-last:border-b">
                <Known
                  name={topic}
                  action={<ActionButton target={{ action: "delete-topic", topic }} onDone={ask} />}
                />
                {channels.length > 0 && (
                  <ul aria-label={t("channels-of", { topic })} className="ml-4 border-line border-l pl-4">
                    {channels.map((channel) => (
                      <li key={channel}>
                        <Known
                          name={channel}
                          action={
                            <ActionButton
                              target={{ action: "delete-channel", topic, channel }}
                              onDone={ask}
                            />
                          }
                        />
                      </li>
                    ))}
                  </ul>
                )}
              </li>
            ))}
          </ul>
        </Card>
      )}
      {topics.length > shownMax && (
        <p className="mt-2 text-12 text-muted">
          {t("first", { shown: f.count(shownMax), total: f.count(topics.length) })}
        </p>
      )}
    </>
  );
}

function Known({ name, action }: { name: string; action: React.ReactNode }) {
  return (
    <span className="flex min-h-9 items-center gap-2">
      <span className="min-w-0 flex-1 truncate font-mono" title={name}>
        {name}
      </span>
      {action}
    </span>
  );
}
