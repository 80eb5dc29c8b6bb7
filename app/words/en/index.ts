import about from "./about.json";
import actions from "./actions.json";
import alerts from "./alerts.json";
import appearance from "./appearance.json";
import audit from "./audit.json";
import auth from "./auth.json";
import bottleneck from "./bottleneck.json";
import channel from "./channel.json";
import charts from "./charts.json";
import cluster from "./cluster.json";
import components from "./components.json";
import consume from "./consume.json";
import design from "./design.json";
import failures from "./failures.json";
import formats from "./formats.json";
import jobs from "./jobs.json";
import lookup from "./lookup.json";
import messages from "./messages.json";
import node from "./node.json";
import nodes from "./nodes.json";
import overview from "./overview.json";
import problems from "./problems.json";
import publish from "./publish.json";
import retention from "./retention.json";
import sessions from "./sessions.json";
import settings from "./settings.json";
import shell from "./shell.json";
import states from "./states.json";
import tables from "./tables.json";
import tail from "./tail.json";
import tokens from "./tokens.json";
import topic from "./topic.json";
import topics from "./topics.json";
import users from "./users.json";

/** Every area of words, in English: what the others are measured by. */
export const en = {
  about,
  actions,
  alerts,
  appearance,
  audit,
  auth,
  bottleneck,
  channel,
  charts,
  cluster,
  components,
  consume,
  design,
  failures,
  formats,
  jobs,
  lookup,
  messages,
  node,
  nodes,
  overview,
  problems,
  publish,
  retention,
  sessions,
  settings,
  shell,
  states,
  tables,
  tail,
  tokens,
  topic,
  topics,
  users,
};
