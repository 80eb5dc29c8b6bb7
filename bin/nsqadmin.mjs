#!/usr/bin/env node
// `nsqadmin` as NSQ's operators and scripts call it.
import { runWeir } from "./launch.mjs";

await runWeir(["nsqadmin", ...process.argv.slice(2)]);
