import { expect, test } from "./test.ts";

test("[UC2] a person answers by key, what is requeued comes again, and leaving asks and gives back", async ({
  page,
  system,
}) => {
  await fetch(`${system.http}/topic/create?topic=desk`, { method: "POST" });
  await fetch(`${system.http}/channel/create?topic=desk&channel=agents`, { method: "POST" });
  for (const body of ['{"ticket": 1}', '{"ticket": 2}']) await system.publish("desk", body);
  await page.goto("/consume?topic=desk&channel=agents");
  await expect(page.getByText("You are a real consumer")).toBeVisible();
  const rows = page.getByTestId("held").getByRole("listitem");
  const happened = page.getByTestId("happened");

  await page.getByRole("button", { name: "Consume", exact: true }).click();
  await expect(rows).toHaveCount(2);
  await expect(page.getByTestId("body")).toContainText("ticket");
  await page.keyboard.press("f");
  await expect(rows).toHaveCount(1);
  await expect(happened).toContainText("finished");
  await page.keyboard.press("q");
  await expect(happened).toContainText("requeued");
  await expect(rows).toContainText("attempt 2");

  const dialog = page.getByRole("alertdialog");
  await page.getByRole("link", { name: "Tail" }).click();
  await expect(dialog).toContainText("Give back 1 message?");
  await dialog.getByRole("button", { name: "Stay" }).click();
  await expect(rows).toHaveCount(1);
  await page.getByRole("link", { name: "Tail" }).click();
  await dialog.getByRole("button", { name: "Give back and leave" }).click();
  await expect(page).toHaveURL(/\/tail$/);
  await expect
    .poll(async () => {
      const answer = await fetch(`${system.http}/stats?format=json&topic=desk`);
      const { topics } = (await answer.json()) as {
        topics: { channels: { depth: number; in_flight_count: number }[] }[];
      };
      const { depth, in_flight_count: inFlight } = topics[0]!.channels[0]!;
      return { depth, inFlight };
    })
    .toEqual({ depth: 1, inFlight: 0 });
});
