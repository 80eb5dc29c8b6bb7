#!/usr/bin/env node
// `to_nsq` as NSQ's users call it.
import { runWeir } from "./launch.mjs";

await runWeir(["to_nsq", ...process.argv.slice(2)]);
