import { Consumer } from "./consumer.ts";
import { expect, figure, test } from "./test.ts";

// It begins with an empty one.
test.use({ systemFor: "story" });

test("[W13] the first message appears without a reload, is consumed, and its life is found", async ({
  page,
  system,
}) => {
  await page.goto("/");
  const command = page.getByTestId("new-system").locator("code");
  await expect(command).toHaveText(`curl -d 'hello' '${system.http}/pub?topic=test'`);
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));

  await system.publish("test", "hello");
  const row = page.getByRole("row", { name: /^test / });
  await expect(row).toBeVisible();
  await expect(figure(page, "Waiting")).toHaveText("1");

  await row.getByRole("link", { name: "test" }).click();
  await expect(page.getByText("No channels yet")).toBeVisible();
  await page.getByRole("link", { name: "Tail" }).last().click();
  await expect(page.getByTestId("tail-waiting")).toContainText("Listening to test");
  await system.publish("test", "<b>second</b>");
  const tail = page.getByTestId("tail-rows");
  await expect(tail).toContainText("<b>second</b>");
  const id = (await tail.getByRole("link").first().textContent())!;

  using consumer = new Consumer(system.tcp, "test", "reader");
  const first = await consumer.next();
  first.finish();
  const second = await consumer.next();
  expect(second.id).toBe(id);
  expect(second.body.toString()).toBe("<b>second</b>");
  await page.goto("/topics/test/channels/reader");
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  await expect(figure(page, "In flight")).toHaveText("1");
  await expect(page.getByRole("table", { name: "Clients" }).getByRole("row")).toHaveCount(2);
  second.finish();
  await expect(figure(page, "In flight")).toHaveText("0");
  await expect(figure(page, "Waiting")).toHaveText("0");
  await expect(page.getByText("2 in all").first()).toBeVisible();

  await page.getByRole("link", { name: "Trace" }).click();
  await page.getByLabel("Message id").fill(id);
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByTestId("lanes")).toContainText("Finished after");
  await expect(page.getByTestId("lanes")).toContainText("reader");
  expect(await page.evaluate(() => "notReloaded" in window), "nothing was reloaded").toBe(true);
});

test("[W13] what is published from the page says its outcome, and leads to its life", async ({
  page,
  system,
}) => {
  using consumer = new Consumer(system.tcp, "from.page", "reader");
  await page.goto("/publish?topic=from.page");
  await page.getByRole("textbox", { name: "Body" }).fill('{"a": 1}');

  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByTestId("outcomes")).toContainText("OK8 B to from.page, accepted by");
  (await consumer.next()).finish();
  await page.getByRole("button", { name: "Send & watch" }).click();
  const watched = await consumer.next();
  watched.finish();

  await expect(page).toHaveURL(new RegExp(`/messages/${watched.id}$`));
  await expect(page.getByTestId("lanes")).toContainText("Finished after");
});

test("[W13] the first paint has the numbers in it", async ({ page, system }) => {
  await system.publish("painted#ephemeral", "one");

  await page.goto("/");
  await expect(page.getByRole("row", { name: /^painted#ephemeral/ })).toBeVisible();
  const html = await (await page.request.get("/topics/painted%23ephemeral")).text();

  expect(html).toContain("painted#ephemeral");
  expect(html).toMatch(/1 in all/);
});

test("[W4] rows stay where they are under the pointer, and move when they are let", async ({
  page,
  system,
}) => {
  for (const body of ["1", "2", "3"]) await system.publish("first.frozen", body);
  await system.publish("then.frozen", "1");
  await page.goto("/topics?q=frozen");
  const table = page.getByRole("table", { name: "Topics" });
  const names = table.getByRole("link");
  await expect(names).toHaveText(["first.frozen", "then.frozen"]);

  await names.last().hover();
  for (let more = 0; more < 5; more++) await system.publish("then.frozen", "x");
  await expect(table.getByRole("row", { name: /then\.frozen 6 / })).toBeVisible();
  const resort = page.getByTestId("re-sort");
  await expect(resort).toHaveText("Re-sort (2 changed)");
  // Longer than rows may stand still by themselves.
  await expect(table.getByRole("row", { name: /then\.frozen .* [6-9] s/ })).toBeVisible();
  await expect(names).toHaveText(["first.frozen", "then.frozen"]);
  const box = (await resort.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 20 });
  await resort.click();

  await expect(names).toHaveText(["then.frozen", "first.frozen"]);
  await expect(resort).toBeHidden();
});

test("[W14] a page that is held stands still, and says what waits", async ({ page, system }) => {
  await system.publish("held", "one");
  await page.goto("/topics/held");
  await expect(figure(page, "Waiting")).toHaveText("1");

  await page.keyboard.press("Shift+Space");
  const pill = page.getByTestId("live-pill");
  await expect(pill).toHaveAttribute("data-state", "paused");
  await system.publish("held", "two");
  await expect(pill).toContainText("waiting");
  await expect(pill).toContainText("Paused 3 s");
  await expect(figure(page, "Waiting")).toHaveText("1");
  await pill.click();

  await expect(pill).toHaveAttribute("data-state", "live");
  await expect(figure(page, "Waiting")).toHaveText("2");
});
