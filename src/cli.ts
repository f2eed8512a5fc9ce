#!/usr/bin/env node
import { runCommand } from "./commands.ts";

const code = await runCommand(process.argv.slice(2), process.env, console);
// A service that goes on after its command was taken sets its own when it ends.
if (code !== 0) process.exitCode = code;
