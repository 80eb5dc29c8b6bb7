import type uPlot from "uplot";
import type { HistoryMark } from "../../../server/console/contract/index.ts";

/** Each kind in its colour and with its own dash: none by colour alone. */
export const markLooks = {
  action: { token: "accent", dash: [] },
  adoption: { token: "crit", dash: [6, 3] },
  restart: { token: "warn", dash: [2, 2] },
  consumers: { token: "info", dash: [1, 3] },
  alert: { token: "crit", dash: [] },
} as const satisfies Record<HistoryMark["kind"], { token: string; dash: readonly number[] }>;

/** A line from top to bottom for each, with a flag at the top. */
export function drawMarks(plot: uPlot, marks: readonly HistoryMark[], token: (name: string) => string): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = ratio;
  for (const mark of marks) {
    const x = plot.valToPos(mark.atMs / 1_000, "x", true);
    if (x < left || x > left + width) continue;
    const { token: name, dash } = markLooks[mark.kind];
    ctx.strokeStyle = token(name);
    ctx.fillStyle = token(name);
    ctx.setLineDash(dash.map((part) => part * ratio));
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - 3 * ratio, top);
    ctx.lineTo(x + 3 * ratio, top);
    ctx.lineTo(x, top + 5 * ratio);
    ctx.fill();
  }
  ctx.restore();
}
