#!/usr/bin/env node
// `nsq_stat` as NSQ's users call it.
import { runWeir } from "./launch.mjs";

await runWeir(["nsq_stat", ...process.argv.slice(2)]);
