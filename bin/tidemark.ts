#!/usr/bin/env node
import { main } from '../cli/main.ts'
import { handleSignals } from '../cli/on-signal.ts'
import { quietWarnings } from '../cli/quiet-warnings.ts'

quietWarnings()
handleSignals()
process.exitCode = await main(process.argv.slice(2))
