import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'

/** Path of a Chromium; the tests of the page skip without one. `.ci/run` installs Debian's. */
export const executable = process.env.TIDEMARK_CHROMIUM

/** Where screenshots are put for whoever wants to look. */
const SCREENSHOTS = fileURLToPath(new URL('../../../test-output/dashboard/', import.meta.url))

export interface Look {
  /** @default en-GB */
  readonly locale?: string
  /** @default 1280 */
  readonly width?: number
  /** @default light */
  readonly colorScheme?: 'light' | 'dark'
}

/** A tab, and what went wrong in it. */
export interface Tab {
  readonly page: Page
  /** Addresses of every request. */
  readonly requested: readonly string[]
  /** Opens a fragment, by the link that holds the key the first time. */
  open(hash: string): Promise<void>
  /** Writes a picture of the whole page to the ignored folder. */
  picture(name: string): Promise<void>
  close(): Promise<void>
}

let browser: Promise<Browser> | undefined

/** The one browser of a file of tests; only where there is one is the library worth its loading. */
function launch(): Promise<Browser> {
  browser ??= import('playwright-core').then(({ chromium }) =>
    chromium.launch({ executablePath: executable!, args: ['--no-sandbox'] }),
  )
  return browser
}

export async function quit(): Promise<void> {
  await (await browser)?.close()
  browser = undefined
}

/**
 * Opens a tab on a server. `close` fails on anything in the console, on an error of the page, and on a request to another
 * origin; refusals that a test provokes are named in `refusals`.
 */
export async function openTab(
  url: string,
  key: string | null,
  look: Look = {},
  refusals: readonly number[] = [],
): Promise<Tab> {
  const { locale = 'en-GB', width = 1280, colorScheme = 'light' } = look
  const context = await (await launch()).newContext({ locale, colorScheme, viewport: { width, height: 900 } })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const troubles: string[] = []
  const requested: string[] = []
  page.on('console', (message) => {
    const provoked = refusals.some((status) => message.text().includes(`status of ${status}`))
    if (!provoked) troubles.push(`console: ${message.type()} ${message.text()}`)
  })
  page.on('pageerror', (error) => troubles.push(`error: ${error.stack}`))
  page.on('request', (request) => requested.push(request.url()))
  let signedIn = false
  return {
    page,
    requested,
    async open(hash) {
      if (key !== null && !signedIn) {
        await page.goto(`${url}/#key=${key}`)
        await page.locator('main#content h1').waitFor()
      }
      signedIn = true
      if (hash !== '#/' || key === null) await page.goto(`${url}/${hash}`)
    },
    async picture(name) {
      await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true })
    },
    async close() {
      await context.close()
      expect(troubles).toEqual([])
      expect(requested.filter((one) => !one.startsWith(`${url}/`) && !/^(data|blob):/.test(one))).toEqual([])
      if (key !== null) expect(requested.filter((one) => one.includes(key))).toEqual([])
    },
  }
}
