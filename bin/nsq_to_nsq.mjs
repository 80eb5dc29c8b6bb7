#!/usr/bin/env node
// `nsq_to_nsq` as NSQ's users call it.
import { runWeir } from "./launch.mjs";

await runWeir(["nsq_to_nsq", ...process.argv.slice(2)]);
