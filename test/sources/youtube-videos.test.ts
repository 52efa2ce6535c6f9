import { afterEach, describe, expect, test } from 'vitest'
import { addDays, day } from '../../functions/kit/day.ts'
import type { SandboxRequest } from '../../sandbox/messages.ts'
import type { YoutubeSandbox, YoutubeVideo } from '../../sandbox/youtube.ts'
import { deploy } from '../compute/deployment.ts'
import { columnsOf } from './read-stream.ts'
import { type Options, READY, read, source, start, stop } from './youtube-channel.ts'

afterEach(stop)

const BOTH: Partial<Options> = { videos: true, comments: false }
const OWN = '2026-11-14T01:00:00.000Z'

/** Published on 13 November in California. */
const own: YoutubeVideo = {
  id: '-vid_1',
  published: OWN,
  days: {
    '2026-11-14': { views: 100, likes: 5 },
    '2026-11-16': { views: 50, likes: 2, shares: 3, comments: 1 },
    '2026-11-17': { views: 10, likes: -4 },
  },
}
const quiet: YoutubeVideo = { id: 'vid_2', published: '2026-11-16T20:00:00Z', days: { '2026-11-17': { views: 1 } } }
const old: YoutubeVideo = { id: 'vid_3', published: '2026-10-01T12:00:00Z', days: { '2026-11-17': { views: 9 } } }
const hidden: YoutubeVideo = { id: 'vid_4', days: { '2026-11-17': { views: 9 } } }
const videos = [hidden, quiet, own, old]

const asked = (sandbox: YoutubeSandbox, path: string) => sandbox.requests.filter((one) => one.path === path)
const filterOf = ({ query }: SandboxRequest) => query.get('filters')?.slice('video=='.length).split(',')

describe('videos', () => {
  test('of the last 30 days have their counters up to each day that is ready, also for the past', async () => {
    const sandbox = await start({ videos })
    const { rows, through } = await read(sandbox, 'videos', { from: '2026-11-14', to: '2026-11-19' }, BOTH)
    const post = { id: own.id, channel: 'social', published: OWN }
    expect(columnsOf(rows, 'posts')).toEqual(
      expect.arrayContaining([
        { ...post, at: '2026-11-14', impressions: 100, likes: 5, shares: 0, comments: 0 },
        { ...post, at: '2026-11-15', impressions: 100, likes: 5, shares: 0, comments: 0 },
        { ...post, at: '2026-11-16', impressions: 150, likes: 7, shares: 3, comments: 1 },
        { ...post, at: READY, impressions: 160, likes: 3, shares: 3, comments: 1 },
        expect.objectContaining({ id: quiet.id, at: READY, impressions: 1 }),
      ]),
    )
    expect(rows).toHaveLength(5)
    expect(through).toBe(READY)
  })

  test('are named in one documented report for each day, 200 at the most', async () => {
    const many = Array.from({ length: 201 }, (_, n) => ({
      ...{ id: `v${String(n).padStart(10, '0')}`, published: '2026-11-10T12:00:00Z' },
      days: { '2026-11-11': { views: 1 } },
    }))
    const sandbox = await start({ videos: many })
    const { rows, pages } = await read(sandbox, 'videos', {}, BOTH)
    expect(rows).toHaveLength(2 * 201)
    const reports = asked(sandbox, '/v2/reports')
    expect(pages).toHaveLength(reports.length)
    expect(reports.slice(1).map((one) => filterOf(one)!.length)).toEqual([200, 1, 200, 1])
    expect(Object.fromEntries(reports[1]!.query)).toMatchObject({
      ...{ dimensions: 'video', sort: '-views', maxResults: '200', metrics: 'views,likes,shares,comments' },
      ...{ startDate: '2005-02-01', endDate: '2026-11-16' },
    })
    expect(asked(sandbox, '/youtube/v3/playlistItems')).toHaveLength(5)
  })

  test('go on after any page in another process', async () => {
    const sandbox = await start({ videos })
    const whole = await read(sandbox, 'videos', { from: '2026-11-14' }, BOTH)
    for (const pages of [1, 2, 4]) {
      const begun = await read(sandbox, 'videos', { from: '2026-11-14', pages }, BOTH)
      const rest = await read(sandbox, 'videos', { from: '2026-11-14', resume: begun.resume }, BOTH)
      expect([...begun.rows, ...rest.rows]).toEqual(whole.rows)
    }
  })

  test('are listed until a page holds none that is young enough', async () => {
    const videos = Array.from({ length: 9 }, (_, n) => ({
      ...{ id: `v${n}`, published: `${addDays(day('2026-11-10'), -8 * n)}T12:00:00Z` },
      days: { '2026-11-10': { views: 1 } },
    }))
    const sandbox = await start({ videos: [hidden, ...videos], page: 1 })
    const { rows } = await read(sandbox, 'videos', { from: READY }, BOTH)
    expect(rows.map(({ columns }) => columns.id)).toEqual(['v0', 'v1', 'v2'])
    // The private one, those three, and the first that is too old.
    expect(asked(sandbox, '/youtube/v3/playlistItems')).toHaveLength(5)
  })

  test('that there are none of are no failure, and neither are days that are not ready', async () => {
    expect((await read(await start(), 'videos', {}, BOTH)).rows).toEqual([])
    const sandbox = await start({ videos })
    const none = await read(sandbox, 'videos', { from: '2026-11-18', to: '2026-11-19' }, BOTH)
    expect([none.rows, none.pages.length, none.resume]).toEqual([[], 1, null])
    expect(none.through! < '2026-11-18').toBe(true)
  })

  test('with a counter below zero keep the others, and say so', async () => {
    const sandbox = await start({ videos: [{ ...own, days: { '2026-11-16': { likes: -1, views: 3 } } }] })
    const { rows, notes } = await read(sandbox, 'videos', { from: READY }, BOTH)
    expect(columnsOf(rows, 'posts')).toMatchObject([{ impressions: 3 }])
    expect(rows[0]!.columns).not.toHaveProperty('likes')
    expect(notes.map(({ message }) => message)).toEqual(['likes of a video below zero: left out'])
  })
})

describe('what was done', () => {
  test('is said by the channel alone: its numbers are then interactions', async () => {
    const sandbox = await start({ videos })
    const { rows } = await read(sandbox, 'channel', {}, BOTH)
    const did = { at: '2026-11-16', channel: 'social', actor: 'customer' }
    expect(rows.filter(({ columns }) => columns.at === '2026-11-16').map(({ columns }) => columns)).toEqual([
      { ...did, kind: 'like', count: 30 },
      { ...did, kind: 'share', count: 5 },
      { ...did, kind: 'comment', count: 4 },
      { at: '2026-11-16', channel: 'social', kind: 'follow', count: 7, initiator: 'customer' },
    ])
    const emits = (more: Partial<Options>) =>
      Object.values(source(sandbox, more).streams)
        .flatMap((stream) => stream.emits ?? [])
        .sort()
    const derived = ['social.comment', 'social.like', 'social.share']
    expect(emits(BOTH)).toEqual(derived)
    expect(emits({ videos: true, comments: true })).toEqual(derived)
    expect(emits({ comments: false })).toEqual([])
  })

  test('counts once, with and without the videos, which give the engagement rates', async () => {
    const of = async (more: Partial<Options>) => {
      const sandbox = await start({ videos, since: day('2026-11-10'), now: () => new Date('2026-11-20T20:00:00Z') })
      const vendors = [{ source: source(sandbox, { comments: false, ...more }) }]
      await using deployed = await deploy({ vendors, timezone: 'America/Los_Angeles' }, '2026-11-20T20:00:00Z')
      const { consent } = sandbox.tokens
      for (const [name, value] of Object.entries(consent)) await deployed.store.secrets.put('youtube', name, value)
      await deployed.collect({ from: '2026-11-12', to: READY })
      await deployed.compute({ from: '2026-11-16', to: READY })
      const { metrics } = await deployed.snapshot(READY)
      return { done: metrics.social_interactions!.windows, rate: metrics.engagement_rate_by_impressions!.windows['7d'] }
    }
    const [alone, both] = [await of({}), await of({ videos: true })]
    expect(both.done['7d']).toMatchObject({ value: 40 })
    expect(both.done['7d']!.value).toBe(alone.done['7d']!.value)
    expect(both.done['7d']!.by).toEqual(alone.done['7d']!.by)
    expect(alone.rate!.value).toBeNull()
    expect(both.rate).toMatchObject({ numerator: 7, denominator: 161 })
  })
})
