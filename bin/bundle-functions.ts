import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { buildDashboard } from '../cli/build-dashboard.ts'
import { type Config, configData } from '../functions/kit/config.ts'
import { invalid } from '../functions/kit/errors.ts'
import { expectedBy } from './expected-by.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Where `npm run package` puts what is native to Lambda's processor. */
export const PACKAGED = join(ROOT, '.package')

export const functionNames = ['ingest', 'compute', 'api', 'watch', 'setup'] as const

export type FunctionName = (typeof functionNames)[number]

export interface Bundled {
  /** A folder for each function, with all that it needs. */
  readonly folders: Readonly<Record<FunctionName, string>>
  /** What went into it. */
  readonly metafiles: Readonly<Record<FunctionName, Metafile>>
}

export interface BundleOptions {
  readonly config: Config
  /** Path of the file that it came from. */
  readonly configPath: string
  readonly stage: string
  /** Where the folders are made anew. */
  readonly out: string
  /** Folder with `node_modules` for Lambda's processor. @default - `.package` */
  readonly packaged?: string
}

/**
 * Makes what Lambda runs. Only ingest gets the config, and with it the vendors' code; the others get what they need of it
 * as data.
 * @throws `invalid` if `npm run package` was not run
 */
export async function bundleFunctions(options: BundleOptions): Promise<Bundled> {
  const { config, stage, out, packaged = PACKAGED } = options
  checkPackaged(packaged)
  rmSync(out, { recursive: true, force: true })
  const folders = {} as Record<FunctionName, string>
  const metafiles = {} as Record<FunctionName, Metafile>
  const bundling = functionNames.map(async (name) => {
    folders[name] = join(out, name)
    mkdirSync(folders[name], { recursive: true })
    metafiles[name] = await bundleFunction(name, folders[name], options.configPath)
  })
  await Promise.all(bundling)
  const data = JSON.stringify(configData(config))
  for (const name of ['compute', 'api'] as const) writeFileSync(join(folders[name], 'config.json'), data)
  const watched = { stage, timezone: config.timezone, expectedBy: expectedBy(config) }
  for (const name of ['watch', 'setup'] as const) {
    writeFileSync(join(folders[name], 'config.json'), JSON.stringify(watched))
  }
  const page = join(folders.api, 'dashboard')
  mkdirSync(page, { recursive: true })
  for (const [file, body] of Object.entries(await buildDashboard())) writeFileSync(join(page, file), body)
  cpSync(join(packaged, 'node_modules'), join(folders.compute, 'node_modules'), { recursive: true })
  return { folders, metafiles }
}

const UNTOLD_ERRORS =
  /^n0_registry\.registerError\((?!ConditionalCheck|InternalServer|NoSuch|NotFound|Parameter|ProvisionedThroughput|RequestLimit|Throttling|TransactionCanceled).*\);$/gm

const NEVER_CALLED =
  /\/(gcp-metadata|json-bigint|object-inspect)\/.*index\.js$|\/google-auth-library\/build\/src\/auth\/(aws|base|certificate|compute|default|downscoped|executable|external|file|gdch|identitypool|impersonated|passthrough|pluggable|sts|url)[^/]*\.js$/

const JSON_PROTOCOLS = `
  export { AwsJson1_0Protocol } from './node_modules/@aws-sdk/core/dist-es/submodules/protocols/json/AwsJson1_0Protocol.js'
  export { AwsJson1_1Protocol } from './node_modules/@aws-sdk/core/dist-es/submodules/protocols/json/AwsJson1_1Protocol.js'
  export * from '@smithy/core/protocols'`

/** Bundles one function; `configPath` matters to ingest only. Returns what went into it. */
export async function bundleFunction(name: FunctionName, outdir: string, configPath: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: { handler: join(ROOT, 'functions', name, 'handler.ts') },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What is imported when it is needed (a vendor's SDK, say) stays a file of its own.
    splitting: true,
    format: 'esm',
    platform: 'node',
    // ES modules where a package has both: what of the SDK is not called falls away.
    mainFields: ['module', 'main'],
    target: 'node24',
    minify: true,
    // Compute's digest of the settings has names of functions in it.
    keepNames: name === 'compute',
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
    absWorkingDir: ROOT,
    external: ['@duckdb/node-api'],
    // Packages that are no ES modules call it for Node's own.
    banner: { js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);" },
    plugins: [
      {
        name: 'tidemark',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\/tidemark\.config\.ts$/ }, () => ({ path: configPath }))
          // zod's messages in fifty languages, 260 KiB, of which one is used.
          onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
            contents: "export { default as en } from './en.js'",
          }))
          // It makes every schema of zod's a method richer, which nothing calls, and so keeps all of zod.
          onLoad({ filter: /\/@hono\/zod-openapi\/dist\/index\.mjs$/ }, async ({ path }) => ({
            contents: (await readFile(path, 'utf8')).replace(/^extendZodWithOpenApi\(z\);$/m, ''),
            resolveDir: dirname(path),
          }))
          // DynamoDB speaks JSON; by the index of all protocols, S3's XML would be loaded with it.
          onResolve({ filter: /^@aws-sdk\/core\/protocols$/ }, ({ importer }) =>
            /\/(client-dynamodb|client-ssm|dynamodb-codec)\//.test(importer)
              ? { path: 'json-protocols', namespace: 'tidemark' }
              : undefined,
          )
          onLoad({ filter: /^json-protocols$/, namespace: 'tidemark' }, () => ({
            contents: JSON_PROTOCOLS,
            resolveDir: ROOT,
          }))
          // Classes for every error of every operation: of what is not told apart here, its name will do.
          onLoad({ filter: /\/client-(dynamodb|s3|ssm)\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => ({
            contents: (await readFile(path, 'utf8')).replace(UNTOLD_ERRORS, ''),
            resolveDir: dirname(path),
          }))
          // Packages read their own version there, and nothing else.
          onLoad({ filter: /\/node_modules\/.*\/package\.json$/ }, async ({ path }) => {
            const { name, version } = JSON.parse(await readFile(path, 'utf8')) as { name: string; version: string }
            return { contents: JSON.stringify({ name, version }), loader: 'json' }
          })
          // Google's library is given its requests by us, and its accounts by a key file or a refresh token: it never fetches,
          // never runs at Google's, and never takes the identity of another cloud. `qs` inspects for one message only.
          onLoad({ filter: /\/node-fetch\/src\/index\.js$/ }, () => ({ contents: 'export default globalThis.fetch' }))
          onLoad({ filter: NEVER_CALLED }, () => ({ contents: 'module.exports = {}' }))
          // For files in forms, browsers, and a Node without streams of the web: nothing of it ever runs here.
          onLoad({ filter: /\/mime-db\/db\.json$/ }, () => ({ contents: '{}', loader: 'json' }))
          onLoad({ filter: /\/(bowser\/|web-streams-polyfill\/).*\.m?js$/ }, () => ({ contents: 'export {}' }))
          // Lambda hands credentials over in the environment: no profile, sign-on or instance is ever asked for them.
          onLoad({ filter: /\/credential-provider-node\/.*\/index\.(c?js|mjs)$/ }, () => ({
            contents:
              "import { fromEnv } from '@aws-sdk/credential-provider-env'; export const defaultProvider = fromEnv",
            resolveDir: ROOT,
          }))
        },
      },
    ],
  })
  return metafile
}

/** The file without which the compute function does not start. */
export const BINDING = 'node_modules/@duckdb/node-bindings-linux-arm64/duckdb.node'

function checkPackaged(packaged: string): void {
  if (existsSync(join(packaged, BINDING))) return
  throw invalid(`DuckDB for Lambda's processor is not in ${packaged}; fetch it: npm run package`)
}
