import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Look, openTab, quit } from './chromium.ts'
import { expectAccessible } from './expect-accessible.ts'
import { type Served, serveFiveYears } from './serve-five-years.ts'

/** Making five years of a company takes half a minute, and more where the machine is busy. */
const SLOW = 600_000

let served: Served

const tab = (look: Look = {}) => openTab(served.url, served.key(), look)

describe.skipIf(!executable)('five years of a company, in Chromium', () => {
  beforeAll(async () => {
    served = await serveFiveYears()
  }, SLOW)
  afterAll(async () => {
    await quit()
    await served?.close()
  })

  test('every headline number has a value, its line, and a comparison in its own unit', async () => {
    const { page, open, close, picture, requested } = await tab()
    await open('#/')
    await page.locator('.tile .value').nth(7).waitFor()
    expect(await page.locator('.tile.waiting, .tile.untold').count()).toBe(0)
    const changes = await page
      .locator('.tile')
      .evaluateAll((tiles) =>
        Object.fromEntries(
          tiles.map((tile) => [(tile as HTMLElement).dataset.metric, tile.querySelector('.change')?.textContent]),
        ),
      )
    expect(changes.revenue).toMatch(/^[+−][\d.]+% (better|worse) 19 Nov against 12 Nov$/)
    expect(changes.first_response_time).toMatch(/^[+−±][\d.]+%/)
    expect(changes.customer_interaction_rate).toMatch(/^[+−][\d.]+ points .*16 Nov against 9 Nov$/)
    expect(changes.engagement_score).toMatch(/^[+−][\d.]+ points/)
    expect(changes.csat).toMatch(/too few cases/)
    // One question for each number, and a handful for the rest.
    expect(requested.filter((one) => one.includes('/v1/')).length).toBeLessThanOrEqual(13)
    await expectAccessible(page)
    await picture('today')
    await close()
  })

  test('a target is told in its own window only, with whether it is reached', async () => {
    const { page, open, close } = await tab()
    await open('#/?window=1d')
    const tile = page.locator('[data-metric=customer_interaction_rate]')
    await tile.locator('.target').waitFor()
    expect(await tile.locator('.target').textContent()).toBe('target 60%: not reached')
    await page.getByText('28 days', { exact: true }).first().click()
    await page.waitForURL('**/#/?window=28d')
    await tile.locator('.target').waitFor({ state: 'detached' })
    await tile.locator('.value').waitFor()
    expect(await tile.locator('.target').count()).toBe(0)
    await close()
  })

  test('the proof of a number is one click away: formula, parts, sources, state, revisions', async () => {
    const { page, open, close, picture } = await tab()
    await open('#/?window=7d')
    await page.locator('[data-metric=customer_interaction_rate] .open').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('heading', { name: 'Revisions of that day' }).waitFor()
    const text = await dialog.innerText()
    expect(text).toMatch(/[\d,]+ ÷ [\d,]+ × 100 = [\d.]+%/)
    expect(text).toMatch(/provisional: can still change, final from/)
    for (const source of ['crm', 'app', 'shop', 'survey', 'desk']) expect(text).toContain(source)
    await expectAccessible(page)
    await picture('today-proof')
    await close()
  })

  const everyPage = [
    '#/',
    '#/metric/customer_interaction_rate',
    '#/metric/revenue',
    '#/score',
    '#/cohorts',
    '#/sources',
  ]

  test.each(everyPage)('%s: no serious finding of axe, in the light and in the dark', async (hash) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, open, close, picture } = await tab({ colorScheme })
      await open(hash)
      await page.locator('main h1').waitFor()
      await page.waitForLoadState('networkidle')
      await expectAccessible(page)
      await picture(`${hash.slice(2).replaceAll('/', '-') || 'today'}-${colorScheme}`)
      await close()
    }
  })

  test.each(everyPage)('%s fits a narrow screen, also from right to left', async (hash) => {
    for (const locale of ['en-GB', 'fa']) {
      const { page, open, close, picture } = await tab({ width: 360, locale })
      await open(hash)
      await page.locator('main h1').waitFor()
      await page.waitForLoadState('networkidle')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
      await picture(`narrow-${hash.slice(2).replaceAll('/', '-') || 'today'}-${locale}`)
      await close()
    }
  })

  test.each(everyPage)('%s prints without its controls, on light ground', async (hash) => {
    const { page, open, close, picture } = await tab({ colorScheme: 'dark' })
    await open(hash)
    await page.locator('main h1').waitFor()
    await page.waitForLoadState('networkidle')
    await page.emulateMedia({ media: 'print', colorScheme: null })
    for (const hidden of await page.locator('nav, button.primary, .controls, .choice, select').all()) {
      expect(await hidden.isVisible(), await hidden.innerHTML()).toBe(false)
    }
    expect(await page.locator('main h1').isVisible()).toBe(true)
    const color = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    expect(color).toBe('rgb(255, 255, 255)')
    await picture(`print-${hash.slice(2).replaceAll('/', '-') || 'today'}`)
    await close()
  })

  test('works by keyboard alone: past the frame, to a tile, its proof and back', async () => {
    const { page, open, close } = await tab()
    await open('#/')
    await page.locator('.tile .value').nth(7).waitFor()
    const focused = () => page.evaluate('document.activeElement.textContent') as Promise<string>
    await page.locator('body').press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    for (let i = 0; i < 12 && !(await focused()).startsWith('Customer Interaction Rate'); i++) {
      await page.keyboard.press('Tab')
    }
    expect(await focused()).toContain('Customer Interaction Rate')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await focused()).toContain('Customer Interaction Rate')
    await close()
  })

  describe('the page of a metric', () => {
    const RATE = '#/metric/customer_interaction_rate?window=7d'

    test('tells a comparison of a rate in points and of money in percent, of final days only', async () => {
      const { page, open, close } = await tab()
      await open(`${RATE}&range=30d`)
      await page.getByLabel('Compare with').selectOption('previous_period')
      await page
        .getByText(/[+−][\d.]+ points/)
        .nth(1)
        .waitFor()
      await open('#/metric/revenue?window=1d&range=30d&compare=previous_year')
      await page.getByRole('heading', { name: 'Revenue', level: 1 }).waitFor()
      await page
        .getByText(/[+−][\d.]+%/)
        .nth(1)
        .waitFor()
      await close()
    })

    test('explains a change by parts that add up to it, and the waterfall says the same as the API', async () => {
      const { page, open, close, picture } = await tab()
      await open(`${RATE}&on=2026-11-16&against=previous_period&split=channel`)
      const table = page.getByRole('table', { name: /^Customer Interaction Rate: / })
      await table.waitFor()
      const address = `${served.url}/v1/metrics/customer_interaction_rate/explain?date=2026-11-16&against=previous_period&window=7d&by=channel`
      const answer = await fetch(address, { headers: { Authorization: `Bearer ${served.key()}` } })
      const { parts, change } = (await answer.json()) as { parts: { contribution: number }[]; change: number }
      const sum = parts.reduce((all, { contribution }) => all + contribution, 0)
      expect(Math.abs(sum - change)).toBeLessThan(1e-9)
      const written = (value: number) =>
        `${value < 0 ? '−' : '+'}${Math.abs(value).toLocaleString('en-GB', { maximumFractionDigits: 2 })} points`
      const cells = await table.getByRole('cell').allTextContents()
      const shown = parts.filter(({ contribution }) => Math.abs(contribution) > 1e-9)
      expect(shown.length).toBeGreaterThan(2)
      for (const { contribution } of shown) expect(cells.map((cell) => cell.trim())).toContain(written(contribution))
      expect(await page.locator('main').textContent()).toContain(written(change))
      await picture('explain')
      await close()
    })

    test('zooms and moves over five years without asking again, by mouse and by keyboard', async () => {
      const { page, open, close, requested, picture } = await tab()
      await open(`${RATE}&range=all`)
      const chart = page.getByRole('img', { name: /^Customer Interaction Rate, 7 days, / })
      await chart.waitFor()
      expect(await chart.getAttribute('aria-label')).toMatch(/20 Nov 2021 to .*19 Nov 2026/)
      await page.waitForLoadState('networkidle')
      const asked = requested.length
      const out = page.getByRole('button', { name: 'Show all' })
      expect(await out.isDisabled()).toBe(true)
      const box = (await page.locator('.u-over').first().boundingBox())!
      await page.mouse.move(box.x + box.width * 0.3, box.y + 60)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * 0.5, box.y + 80, { steps: 8 })
      await page.mouse.up()
      expect(await out.isDisabled()).toBe(false)
      await picture('zoomed')
      await out.click()
      expect(await out.isDisabled()).toBe(true)
      await page.getByRole('button', { name: 'Zoom in' }).press('Enter')
      expect(await out.isDisabled()).toBe(false)
      expect(requested.length).toBe(asked)
      await close()
    })

    test('shows the same as a table, and hands it over as CSV', async () => {
      const { page, open, close } = await tab()
      await open(`${RATE}&range=30d`)
      await page.getByText('Table', { exact: true }).click()
      const rows = page.getByRole('region', { name: 'Customer Interaction Rate' }).getByRole('row')
      await rows.nth(30).waitFor()
      expect(await rows.count()).toBe(31)
      expect(await rows.nth(1).textContent()).toMatch(/19 Nov 2026.*67\.1591%.*provisional/)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download CSV' }).click(),
      ])
      const text = await readFile((await download.path())!, 'utf8')
      expect(download.suggestedFilename()).toMatch(/customer_interaction_rate.*\.csv$/)
      expect(text.split('\r\n')[0]).toContain('finality')
      expect(text.trim().split('\r\n')).toHaveLength(31)
      await close()
    })

    test('stands in its address: the link shows somebody else the same, and holds no key', async () => {
      const { page, open, close } = await tab()
      await open(RATE)
      await page.getByText('1 year', { exact: true }).click()
      await page.getByText('Week', { exact: true }).first().click()
      await page.getByLabel('Compare with').selectOption('previous_year')
      const { hash } = new URL(page.url())
      expect(page.url()).not.toContain('tm_')
      const other = await tab()
      await other.open(hash)
      await other.page.getByLabel('Compare with').waitFor()
      expect(await other.page.getByLabel('Compare with').inputValue()).toBe('previous_year')
      expect(await other.page.getByRole('radio', { name: 'Week' }).isChecked()).toBe(true)
      expect(await other.page.getByRole('radio', { name: '1 year' }).isChecked()).toBe(true)
      await other.close()
      await close()
    })

    test('shows a campaign on the axis, what it did, and takes a note once', async () => {
      const { page, open, close, picture } = await tab()
      await open(`${RATE}&range=90d`)
      await page.getByRole('button', { name: /^Weekly quiz/ }).waitFor()
      await page.getByRole('button', { name: 'Before and after' }).click()
      await page.getByRole('row', { name: /^during/i }).waitFor()
      await picture('campaign')
      await page.getByText('Note what happened', { exact: true }).click()
      await page.locator('form').getByRole('textbox').first().fill('Price change')
      await page.locator('form').getByRole('button').first().click()
      await page.getByRole('heading', { name: 'Price change' }).waitFor()
      const mine = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Price change' }) })
      expect(await mine.count()).toBe(1)
      await mine.getByRole('button', { name: 'Delete' }).click()
      await mine.getByRole('button', { name: 'Delete for good' }).click()
      await mine.waitFor({ state: 'detached' })
      await close()
    })
  })

  test('the score of other weights is computed in the page', async () => {
    const { page, open, close, picture, requested } = await tab()
    await open('#/score')
    const weight = page.getByRole('spinbutton', { name: 'Weight of Net Promoter Score, 28 days' })
    await weight.waitFor()
    const rows = page.getByRole('region', { name: 'What it is made of' }).getByRole('row')
    const numbersOf = async (i: number) =>
      (await rows.nth(i).getByRole('cell').allTextContents()).map((cell) => Number.parseFloat(cell))
    const [points, nps, reply] = [await numbersOf(1), await numbersOf(2), await numbersOf(3)]
    const asked = requested.length
    await weight.fill('0')
    // Cells: value, floor to target, stands at, weight, …
    const expected = (4 * points[2]! + 1 * reply[2]!) / 5
    const shown = page.getByRole('definition').nth(1)
    await page.getByText('Back to the weights in use').waitFor()
    expect(Math.abs(Number.parseFloat((await shown.textContent())!) - expected)).toBeLessThan(0.1)
    expect(nps[3]).toBe(2)
    expect(requested.length).toBe(asked)
    await picture('what-if')
    await close()
  })

  test('the retention triangle has a cell for each age that has ended, as the API says', async () => {
    const { page, open, close, picture } = await tab()
    await open('#/cohorts?period=month')
    const table = page.getByRole('table').first()
    await table.waitFor()
    const answer = await fetch(`${served.url}/v1/cohorts?period=month`, {
      headers: { Authorization: `Bearer ${served.key()}` },
    })
    const { rate, size } = (await answer.json()) as { rate: (number | null)[][]; size: number[] }
    const rows = table.getByRole('row')
    const text = await rows.filter({ hasText: '2025' }).first().textContent()
    expect(text).toContain(String(size[0]))
    for (const one of rate[0]!) expect(text).toContain(`${Math.round(one!)}%`)
    await picture('cohorts')
    await close()
  })

  test('a source tells what rests on it', async () => {
    const { page, open, close, picture } = await tab()
    await open('#/sources')
    await page.getByRole('heading', { name: /^desk/ }).click()
    await page.getByRole('link', { name: 'Net Promoter Score' }).last().waitFor()
    await expectAccessible(page)
    await picture('source')
    await close()
  })
})
