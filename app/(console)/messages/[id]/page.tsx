import { messageIdPattern } from "../../../../server/console/contract/index.ts";
import { Empty } from "../../../components/empty.tsx";
import { FailedPage } from "../../../components/failed-page.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { nameOf } from "../../../paths.ts";
import { readTrace } from "../../../read/api.ts";
import { readLocale, words } from "../../../words/server.ts";
import { Message } from "./message.tsx";

export default async function MessagePage({ params }: { params: Promise<{ id: string }> }) {
  const id = nameOf((await params).id).toLowerCase();
  if (!messageIdPattern.test(id)) {
    const t = words(await readLocale(), "messages");
    return (
      <>
        <PageHead title={t("title")} />
        <Empty title={t("not-an-id")}>{t("find.wrong")}</Empty>
      </>
    );
  }
  const trace = await readTrace(id);
  return trace.ok ? <Message key={id} rendered={trace.value} /> : <FailedPage failure={trace.failure} />;
}
