import { App } from 'aws-cdk-lib'
import { describe, expect, it } from 'vitest'
import { collectedSources } from '../../bin/collected-sources.ts'
import { expectedBy } from '../../bin/expected-by.ts'
import { interactions } from '../../functions/facts.ts'
import { csv } from '../../functions/sources/csv.ts'
import { TidemarkStack } from '../../lib/tidemark-stack.ts'
import { testConfig } from './synthesised.ts'

const files = (file: string) =>
  csv(
    { file, zone: 'UTC', map: (row) => interactions({ at: row.at!, channel: 'web', kind: 'action' }) },
    { id: 'till' },
  )

/** A stack that is refused before anything is made. */
const stackOf = (sources: number, stage = 'prod') =>
  new TidemarkStack(new App({ autoSynth: false }), 'refused', {
    stage,
    timezone: 'UTC',
    sources: Array.from({ length: sources }, (_, i) => ({
      id: `s${i}`,
      streams: [],
      secrets: [],
      dropBox: false,
      cadence: 'daily',
    })),
    folders: { ingest: '', compute: '', api: '', watch: '', setup: '' },
  })

describe('synthesising refuses', () => {
  it('more sources than the workflow can be granted', () => {
    expect(() => stackOf(81)).toThrow(/81 sources; expected at most 80, because .*split them/)
  })

  it.each(['', 'Prod', 'a-very-long-stage', '1st', 'a/b'])('the stage %j', (stage) => {
    expect(() => stackOf(1, stage)).toThrow(/is no name/)
  })

  it.each(['/data/till.csv', '../till.csv', 'a/../../till.csv'])('the file %s, with the upload command', (file) => {
    expect(() => collectedSources({ sources: [files(file)] }, 'dev')).toThrow(
      `aws s3 cp ${file} s3://<bucket of tidemark-dev>/drop/till/till.csv`,
    )
  })

  it('no file below the config', () => {
    const [source] = collectedSources({ sources: [files('exports/*.csv')] }, 'dev')
    expect(source).toEqual({ id: 'till', streams: ['rows'], secrets: [], dropBox: true, cadence: 'daily' })
  })
})

describe('a config for AWS', () => {
  it.each([
    [{ schedule: 'weekly' as 'daily' }, /aws: schedule is 'weekly'; expected 'daily'/],
    [{ schedule: 'cron(0 6 ? * MON *)' as const }, /no source is collected every day/],
    [{ schedules: { nobody: 'hourly' as const } }, /aws\.schedules names 'nobody'.*hubspot/],
    [{ email: 'nobody' }, /aws: email/],
    [{ e_mail: 'a@example.com' } as object, /'e_mail' is no known field/],
  ])('refuses %j', (aws, says) => {
    expect(() => testConfig({ aws })).toThrow(says)
  })

  it.each([
    [{}, 5 * 60 + 15],
    [{ schedule: 'hourly' as const }, 2 * 60 + 15],
    [{ schedule: 'cron(30 6 * * ? *)' as const }, 7 * 60 + 45],
    [{ schedule: 'cron(0 9 ? * MON *)' as const, schedules: { shop: 'cron(15 7 ? * * *)' as const } }, 8 * 60 + 30],
  ])('%j is expected by minute %d', (aws, minutes) => {
    expect(expectedBy(testConfig({ aws }))).toBe(minutes)
  })

  it('changes no digest that values depend on', async () => {
    const { configData } = await import('../../functions/kit/config.ts')
    // Of a source, compute's digests hold the id and the streams.
    const digested = (schedule: 'daily' | 'hourly') => {
      const { sources, ...rest } = configData(testConfig({ aws: { schedule } }))
      return { ...rest, sources: sources.map(({ id, streams }) => ({ id, streams })) }
    }
    expect(digested('hourly')).toEqual(digested('daily'))
  })
})
