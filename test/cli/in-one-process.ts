import { execFile } from 'node:child_process'

/**
 * Runs code in a process of its own, where Node imports and not Vitest, and returns what it returns. Starting a process
 * is what takes long, so one should do as much as it can.
 *
 * @param code the body of an async function; `import(…)` is as in any module
 */
export function inOneProcess<T>(code: string, env: Readonly<Record<string, string>> = {}): Promise<T> {
  const script = `const answer = await (async () => { ${code} })(); process.stdout.write(JSON.stringify(answer))`
  return new Promise((resolve, reject) => {
    const args = [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      '--input-type=module',
      '-e',
      script,
    ]
    const options = { env: { PATH: process.env.PATH, ...env }, maxBuffer: 64 * 1024 * 1024 }
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`))
      else resolve(JSON.parse(stdout) as T)
    })
  })
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs command lines one after the other; `$1.id` stands for the field `id` of the first one's JSON. */
export function runCommands(
  lines: readonly (readonly string[])[],
  env: Readonly<Record<string, string>>,
): Promise<Ended[]> {
  const main = new URL('../../cli/main.ts', import.meta.url).href
  return inOneProcess(
    `const { main } = await import(${JSON.stringify(main)})
    const ended = []
    for (const line of ${JSON.stringify(lines)}) {
      const said = { stdout: '', stderr: '' }
      const into = (name) => ({ write: (text) => { said[name] += text } })
      const words = line.map((word) => word.replace(/^\\$(\\d+)\\.(\\w+)$/, (_, n, field) => JSON.parse(ended[n - 1].stdout)[field]))
      ended.push({ code: await main(words, { stdout: into('stdout'), stderr: into('stderr') }), ...said })
    }
    return ended`,
    env,
  )
}
