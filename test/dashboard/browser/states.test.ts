import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { buildDashboard } from '../../../cli/build-dashboard.ts'
import { serveApp } from '../../../cli/serve-app.ts'
import { dashboardOf } from '../../../functions/api/dashboard.ts'
import { listKeys, revokeKey } from '../../../functions/api/keys.ts'
import { deploy, fill, NEWEST, NOON } from '../../api/deployment.ts'
import { executable, type Look, openTab, quit } from './chromium.ts'
import { expectAccessible } from './expect-accessible.ts'

afterAll(quit)

/** A small deployment with gaps, open days and a source that is missing, served to a tab. */
async function serve({ empty = false, look = {} as Look, refusals = [] as number[] } = {}) {
  const deployment = await deploy({ dashboard: dashboardOf(await buildDashboard()) })
  if (!empty) await fill(deployment)
  const server = await serveApp(deployment.api, { port: 0 })
  onTestFinished(() => server.close())
  const key = await deployment.key(['metrics:read', 'ops:read', 'annotations:write'])
  return {
    deployment,
    url: server.url,
    key,
    tab: (given: string | null = key) => openTab(server.url, given, look, refusals),
  }
}

describe.skipIf(!executable)('the page in Chromium', () => {
  test('signs in with a key that is typed, keeps it in the tab, and signs out', async () => {
    const { key, url, tab } = await serve()
    const { page, open, close, requested, picture } = await tab(null)
    await open('')
    await page.getByRole('heading', { name: 'Sign in with a key' }).waitFor()
    await expectAccessible(page)
    await picture('sign-in')
    expect(requested.filter((one) => one.includes('/v1/'))).toEqual([])
    await page.getByLabel('Key').fill(key)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    expect(page.url()).not.toContain(key)
    await page.reload()
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('Signed out.').waitFor()
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })')).not.toContain(key)
    expect(await page.content()).not.toContain(key)
    expect(requested.every((one) => one.startsWith(url) && !one.includes(key))).toBe(true)
    await close()
  })

  test('takes the key out of the link at once', async () => {
    const { key, tab } = await serve()
    const { page, open, close } = await tab()
    await open('#/')
    expect(page.url()).not.toContain(key)
    await page.goBack().catch(() => null)
    expect(page.url()).not.toContain(key)
    await close()
  })

  test.each(['revoked', 'expired'])('asks again when the key has been %s, and says why', async (how) => {
    const { deployment, url } = await serve()
    const until = how === 'expired' ? new Date(Date.parse(NOON) + 30_000) : undefined
    const key = await deployment.key(['metrics:read', 'ops:read'], until)
    const { page, open, close, picture } = await openTab(url, key, {}, [401])
    await open('#/')
    if (how === 'revoked') for (const { id } of await listKeys(deployment.table)) await revokeKey(deployment.table, id)
    deployment.tick(60_000)
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByRole('alert').getByText('This key is not accepted').waitFor()
    expect(await page.locator('.tile').count()).toBe(0)
    expect(await page.content()).not.toContain('190%')
    await expectAccessible(page)
    await picture(`${how}-key`)
    await close()
  })

  test('says what an empty store needs', async () => {
    const { tab } = await serve({ empty: true })
    const { page, open, close, picture } = await tab()
    await open('#/')
    await page.getByText('No snapshot has been computed yet.').waitFor()
    await page.getByText('npm start').waitFor()
    await expectAccessible(page)
    await picture('empty')
    for (const hash of ['#/metric/revenue', '#/score', '#/cohorts', '#/sources']) {
      await open(hash)
      await page.locator('main h1').waitFor()
      await expectAccessible(page)
    }
    await close()
  })

  test('draws what is provisional as provisional, and compares final days only', async () => {
    const { tab } = await serve()
    const { page, open, close, picture } = await tab()
    await open('#/?window=1d')
    const tile = page.locator('[data-metric=customer_interaction_rate]')
    await tile.locator('.value').waitFor()
    // The fixture: value = day of the month × 10; the last three days are open, the newest rests on half of its data.
    expect(await tile.locator('.value').textContent()).toBe('190%')
    expect(await tile.locator('.mark').allTextContents()).toEqual(['provisional', '50% of data'])
    expect(await tile.locator('circle.provisional').count()).toBe(3)
    expect(await tile.locator('path.provisional').count()).toBe(1)
    // 16 November is the newest final day: 160 against 90 a week earlier, in points since it is a rate.
    expect(await tile.locator('.change').textContent()).toBe('+70 points better 16 Nov against 9 Nov')
    await picture('provisional')
    await close()
  })

  test('names the source that is missing, in the proof of the number', async () => {
    const { tab } = await serve()
    const { page, open, close, picture } = await tab()
    await open('#/?window=1d')
    await page.locator('.sources-line.unwell').waitFor()
    expect(await page.locator('.sources-line').textContent()).toMatch(/shop .*mail /)
    await page.locator('[data-metric=customer_interaction_rate] .open').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1,000 ÷ 200 × 100 = 500%').waitFor()
    await dialog.getByText('source late; numbers that rest on it may rise').waitFor()
    await dialog.getByText('final from').waitFor()
    await dialog.getByRole('heading', { name: 'Revisions of that day' }).waitFor()
    await expectAccessible(page)
    await picture('proof')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Customer Interaction Rate')
    await close()
  })

  test('says in plain words that a name is not known', async () => {
    const { tab } = await serve({ refusals: [404] })
    const { page, open, close } = await tab()
    await open('#/metric/nothing_of_ours')
    await page.getByText('There is nothing of that name.').first().waitFor()
    await close()
  })

  test('says in plain words that the server is gone', async () => {
    const { tab } = await serve({ refusals: [0] })
    const { page, open, picture } = await tab()
    await open('#/')
    await page.route('**/v1/**', (route) => route.abort())
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByRole('alert').getByText('The server cannot be reached.').first().waitFor()
    await expectAccessible(page)
    await picture('unreachable')
  })

  test.each(['en-GB', 'it', 'vi', 'fa'])('reads and writes as in %s', async (locale) => {
    const { tab } = await serve({ look: { locale } })
    const { page, open, close, picture } = await tab()
    await open('#/?window=1d')
    await page.locator('[data-metric=customer_interaction_rate] .value').waitFor()
    const html = page.locator('html')
    expect(await html.getAttribute('lang')).toBe(locale.slice(0, 2))
    expect(await html.getAttribute('dir')).toBe(locale === 'fa' ? 'rtl' : 'ltr')
    const percent = (190 / 100).toLocaleString(locale, { style: 'percent' })
    expect(await page.locator('[data-metric=customer_interaction_rate] .value').textContent()).toBe(percent)
    const day = new Date(`${NEWEST}T00:00:00Z`)
    const year = day.toLocaleDateString(locale, { year: 'numeric', timeZone: 'UTC' }).replace(/[^\d۰-۹]/g, '')
    expect(await page.locator('header.top').textContent()).toContain(year)
    await expectAccessible(page)
    await picture(`language-${locale}`)
    await close()
  })

  test('is a Persian page from right to left: the logo leads, the value stands at the right of its tile', async () => {
    const { tab } = await serve({ look: { locale: 'fa' } })
    const { page, open, close } = await tab()
    await open('#/?window=1d')
    const logo = await page.locator('.logo').boundingBox()
    expect(logo!.x).toBeGreaterThan(640)
    const [tile, value] = [
      await page.locator('[data-metric=customer_interaction_rate]').boundingBox(),
      await page.locator('[data-metric=customer_interaction_rate] .value').boundingBox(),
    ]
    expect(value!.x + value!.width / 2).toBeGreaterThan(tile!.x + tile!.width / 2)
    await close()
  })

  test('lets the reader choose another language than the browser asks for', async () => {
    const { tab } = await serve()
    const { page, open, close } = await tab()
    await open('#/')
    await page.getByLabel('Language').selectOption('it')
    await page.locator('html[lang=it]').waitFor()
    await page.reload()
    await page.locator('html[lang=it] main h1').waitFor()
    await close()
  })
})
