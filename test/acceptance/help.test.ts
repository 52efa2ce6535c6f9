import { beforeAll, describe, expect, test } from 'vitest'
import { type Ended, runCommands } from '../cli/in-one-process.ts'
import { SLOW } from './run-tidemark.ts'

/** Every command, and what its help has to name. */
const commands: Readonly<Record<string, readonly string[]>> = {
  start: ['--days', '--port', '--once'],
  collect: ['--from', '--to', '--days', '--source'],
  compute: ['--from', '--to'],
  serve: ['--port'],
  sources: [],
  metrics: [],
  snapshot: ['DATE', 'YYYY-MM-DD'],
  cohorts: ['--period', '--from', '--to'],
  anomalies: ['--date'],
  'annotate add': ['TITLE', '--from', '--to', '--channel', '--tag', '--text', '--url'],
  'annotate list': ['--from', '--to', '--tag'],
  'annotate delete': ['ID'],
  'annotate effect': ['ID', '--metric'],
  status: [],
  'keys create': ['--name', '--scopes', '--days'],
  'keys list': [],
  'keys rotate': ['ID', '--hours'],
  'keys revoke': ['ID'],
  accept: ['SOURCE', 'STREAM', 'DAY', 'all'],
  remap: ['--source'],
  rebuild: [],
}

describe('help', () => {
  const lines = Object.keys(commands).map((command) => [...command.split(' '), '--help'])
  let ended: Ended[] = []
  beforeAll(async () => {
    ended = await runCommands([...lines, ['--help'], ['keys', '--help'], ['annotate', '--help']], {})
  }, SLOW)

  test.each(Object.entries(commands))(
    'of %s says what it does, how it is called and what it takes',
    (command, names) => {
      const { code, stdout, stderr } = ended[Object.keys(commands).indexOf(command)]!
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toMatch(/^[A-Z].* \(tidemark [a-z ]+\)\n/)
      expect(stdout).toContain(`USAGE tidemark ${command}`)
      for (const name of [...names, '--json']) expect(stdout).toContain(name)
      expect(stdout).not.toMatch(/\u001b/)
    },
  )

  test('of the program lists every command, and how to call one from the checkout', () => {
    const [all, ...groups] = ended.slice(-3) as [Ended, Ended, Ended]
    for (const command of Object.keys(commands)) {
      const [word, second] = command.split(' ') as [string, string?]
      expect(all.stdout).toMatch(new RegExp(`^ +${word} +[A-Z]`, 'm'))
      const group = groups.find(({ stdout }) => stdout.includes(`(tidemark ${word})`))
      if (second) expect(group?.stdout).toMatch(new RegExp(`^ +${second} +[A-Z]`, 'm'))
    }
    expect(all.stdout).toContain('npm run -s tidemark -- <command>')
  })
})
