#!/usr/bin/env node
// `nsq_to_http` as NSQ's users call it.
import { runWeir } from "./launch.mjs";

await runWeir(["nsq_to_http", ...process.argv.slice(2)]);
