#!/usr/bin/env node
// `nsqd` as NSQ's own programs and scripts call it.
import { runWeir } from "./launch.mjs";

await runWeir(["nsqd", ...process.argv.slice(2)]);
