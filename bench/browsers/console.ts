/** A console as a process of its own, without a database: says over IPC where it is and who may mint tokens. */
import { TestConsole } from "../../server/console/testing/test-console.ts";
import { eventually } from "../../server/testing/eventually.ts";

const [nodeHttp, nodeTcpPort] = process.argv.slice(2);
const console_ = await (await TestConsole.start([nodeHttp!])).signIn();
const [watched] = console_.server.collector.nodes;
await eventually(() => {
  if (watched?.state.node?.tcpPort !== Number(nodeTcpPort)) throw new Error("the node is not heard of");
});
process.send!({ url: console_.url, cookie: console_.cookie });
process.on("disconnect", () => process.exit(0));
