import { api, forgetKey, hasKey, keepKey, takeKeyFromLink } from './api.js'
import { element } from './element.js'
import { addDays, dayText } from './format.js'
import { proof } from './proof.js'
import { sourceList, sourcesSummary } from './sources.js'
import { emptyTile, tile } from './tile.js'
import { capital, isUntold, windowText } from './words.js'

const DAYS_SHOWN = 60

const $ = (id) => document.getElementById(id)

/** Counts what was asked for, so that an answer which comes too late is not shown. */
let asked = 0
let catalogue
let chosenWindow

function showSignIn(reason) {
  asked++
  catalogue = undefined
  $('board').hidden = true
  $('controls').hidden = true
  $('notice').hidden = true
  $('proof').close()
  $('deployment').textContent = location.host
  $('tiles').replaceChildren()
  $('sources').replaceChildren()
  if (reason) $('sign-in-reason').textContent = reason
  $('sign-in').hidden = false
  $('key').focus()
}

/** Asks for a key again if that is what is wrong; otherwise says what is. */
function refused(refusal) {
  if (refusal.status === undefined) throw refusal
  if (refusal.status === 401) {
    forgetKey()
    showSignIn(`${capital(refusal.message)}.`)
    return null
  }
  return `${capital(refusal.message)}.${refusal.problem?.instance ? ` Request ${refusal.problem.instance}.` : ''}`
}

async function load() {
  if (!hasKey()) return showSignIn()
  const turn = ++asked
  $('sign-in').hidden = true
  $('board').hidden = false
  $('status').textContent = 'Loading …'
  try {
    const found = await api.listMetrics({ limit: '1000' })
    if (turn !== asked) return
    catalogue = found
  } catch (refusal) {
    if (turn === asked) $('status').textContent = refused(refusal)
    return
  }
  showFrame()
  await Promise.all([showSources(turn), showTiles(turn)])
}

function showFrame() {
  const { timezone, windows, snapshots } = catalogue
  if (!windows.includes(chosenWindow)) chosenWindow = windows[0]
  $('controls').hidden = false
  $('deployment').textContent =
    `${location.host} · ${snapshots ? `numbers of ${dayText(snapshots.to)} · ` : ''}days in ${timezone}`
  $('windows').replaceChildren(
    $('windows').firstElementChild,
    ...windows.map((window) =>
      element(
        'label',
        {},
        element('input', {
          type: 'radio',
          name: 'window',
          value: window,
          checked: window === chosenWindow,
          on: { change: () => chooseWindow(window) },
        }),
        element('span', {}, windowText(window)),
      ),
    ),
  )
}

function chooseWindow(window) {
  chosenWindow = window
  showTiles(++asked)
}

async function showSources(turn) {
  try {
    const found = await api.listSources()
    if (!catalogue) return
    $('notice').hidden = found.notice === null
    $('notice').textContent = found.notice === null ? '' : `${capital(found.notice)}.`
    $('status').textContent = sourcesSummary(found)
    $('sources').replaceChildren(...sourceList(found))
  } catch (refusal) {
    if (turn !== asked) return
    const words = refused(refusal)
    if (words) $('status').textContent = `How the sources are is not known. ${words}`
  }
}

async function showTiles(turn) {
  const { metrics, snapshots } = catalogue
  if (!snapshots) {
    $('tiles').replaceChildren(element('p', { class: 'why' }, 'No snapshot has been computed yet.'))
    return
  }
  const from = addDays(snapshots.to, 1 - DAYS_SHOWN)
  if ($('tiles').childElementCount !== metrics.length)
    $('tiles').replaceChildren(...metrics.map((one) => emptyTile(one)))
  await Promise.all(
    metrics.map(async (metric, i) => {
      const put = (made) => {
        if (turn === asked) $('tiles').children[i].replaceWith(made)
      }
      try {
        const window = metric.windows.includes(chosenWindow) ? chosenWindow : metric.windows[0]
        const series = await api.getSeries({ id: metric.id, from, to: snapshots.to, window })
        const made = tile(metric, series, () => showProof(metric, series))
        made.hidden = isUntold(series)
        put(made)
      } catch (refusal) {
        if (turn !== asked) return
        const words = refused(refusal)
        if (words) put(emptyTile(metric, words))
      }
    }),
  )
  if (turn !== asked) return
  const untold = metrics.filter((_, i) => $('tiles').children[i].hidden)
  $('untold').hidden = untold.length === 0
  $('untold').textContent = `No source tells of ${untold.map(({ title }) => title).join(', ')}.`
}

async function showProof(metric, series) {
  let snapshot = null
  let reason = ''
  try {
    snapshot = await api.getSnapshot({ date: series.to, metrics: metric.id })
  } catch (refusal) {
    reason = refused(refusal)
    if (reason === null) return
  }
  $('proof').replaceChildren(...proof(metric, series, snapshot, reason))
  $('proof').showModal()
}

$('proof').addEventListener('click', (event) => {
  if (event.target === $('proof')) $('proof').close()
})
$('sign-in-form').addEventListener('submit', (event) => {
  event.preventDefault()
  keepKey($('key').value)
  $('key').value = ''
  load()
})
$('sign-out').addEventListener('click', () => {
  forgetKey()
  showSignIn('Signed out.')
})
$('reload').addEventListener('click', load)
addEventListener('hashchange', () => {
  takeKeyFromLink()
  load()
})

takeKeyFromLink()
load()
