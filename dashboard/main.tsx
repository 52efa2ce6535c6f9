import { render } from 'preact'
import { App } from './app.tsx'
import { takeKeyFromLink } from './session.ts'

takeKeyFromLink()
render(<App />, document.body)
