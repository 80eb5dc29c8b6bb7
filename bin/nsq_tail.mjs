#!/usr/bin/env node
// `nsq_tail` as NSQ's users call it.
import { runWeir } from "./launch.mjs";

await runWeir(["nsq_tail", ...process.argv.slice(2)]);
