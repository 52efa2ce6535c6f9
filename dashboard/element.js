const SVG = 'http://www.w3.org/2000/svg'

/**
 * Makes an element. Attributes that are false, null or undefined are left out; children may be text, elements or null.
 * Text stays text: nothing is ever parsed as HTML.
 */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children)
}

/** Makes an element of an SVG drawing. */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children)
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener)
    else if (value !== false && value !== null && value !== undefined)
      made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined))
  return made
}
