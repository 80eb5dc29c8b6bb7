#!/usr/bin/env node
// `nsqlookupd` as NSQ's own programs and scripts call it.
import { runWeir } from "./launch.mjs";

await runWeir(["nsqlookupd", ...process.argv.slice(2)]);
