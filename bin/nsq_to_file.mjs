#!/usr/bin/env node
// `nsq_to_file` as NSQ's users call it.
import { runWeir } from "./launch.mjs";

await runWeir(["nsq_to_file", ...process.argv.slice(2)]);
