#!/usr/bin/env node
// Starts Weir with a Node that can run it. Plain JavaScript, so that an old Node can read it.
import { runWeir } from "./launch.mjs";

await runWeir(process.argv.slice(2));
