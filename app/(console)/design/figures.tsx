"use client";

import { Section } from "../../components/card.tsx";
import { Chart, type Scene } from "../../components/chart/chart.tsx";
import { charts } from "../../components/chart/lines.ts";
import { Metric, Metrics } from "../../components/metric.tsx";
import { StateBadges } from "../../components/state-badges.tsx";
import { Badge, Shape, Status, type Tone } from "../../components/status.tsx";
import { useWords } from "../../words/index.ts";
import { sampleSeries, samplesFromMs, samplesToMs } from "./samples.ts";
import { Row, Specimen } from "./specimen.tsx";

const tones = ["ok", "warn", "crit", "info", "paused", "unknown"] as const satisfies readonly Tone[];
const charted = [charts.flow, charts.stock, charts.oldest];

export function Figures() {
  const t = useWords("design");
  const scene: Scene = {
    series: sampleSeries,
    bounds: { fromMs: samplesFromMs, toMs: samplesToMs },
    when: t("when"),
    during: t("during"),
    marks: [],
    onSpan: () => {},
  };
  return (
    <Section title={t("figures")}>
      <div className="space-y-4">
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
          <Specimen name="status">
            <div className="space-y-3">
              <Row>
                {tones.map((tone) => (
                  <Status key={tone} tone={tone}>
                    {t(`tone.${tone}`)}
                  </Status>
                ))}
              </Row>
              <Row>
                {tones.map((tone) => (
                  <Badge key={tone} tone={tone}>
                    {t(`tone.${tone}`)}
                  </Badge>
                ))}
              </Row>
              <Row>
                {tones.map((tone) => (
                  <Shape key={tone} tone={tone} />
                ))}
              </Row>
            </div>
          </Specimen>
          <Specimen name="state-badges">
            <div className="space-y-3">
              <Row>
                <StateBadges what="topic" paused ephemeral durable="all" />
              </Row>
              <Row>
                <StateBadges what="channel" paused={false} ephemeral durable="some" />
              </Row>
            </div>
          </Specimen>
        </div>
        <Specimen name="metric">
          <div className="space-y-3">
            <Metrics label={t("figures")}>
              <Metric label={t("known")} value={18_204} note={t("exactNote")} />
              <Metric label={t("large")} value={45_600_000} />
              <Metric label={t("unknown")} value={null} note={t("unknownNote")} />
              <Metric label={t("partial")} value={12_304} partial note={t("partialNote")} />
              <Metric label={t("rate")} value={8_204.4} as="rate" unit="/s" />
              <Metric label={t("age")} value={7_500_000} as="age" tone="warn" />
              <Metric label={t("span")} value={3.2} as="span" />
              <Metric label={t("share")} value={0.873} as="percent" tone="crit" />
            </Metrics>
            <Metrics label={t("stale")} stale>
              {[18_204, 17_003, 1_144, 57, 12, 9, 3, 0].map((value) => (
                <Metric key={value} label={t("stale")} value={value} note={t("staleNote")} />
              ))}
            </Metrics>
          </div>
        </Specimen>
        <Specimen name="chart">
          <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
            {charted.map((kind) => (
              <Chart key={kind.id} kind={kind} scene={scene} />
            ))}
          </div>
        </Specimen>
      </div>
    </Section>
  );
}
