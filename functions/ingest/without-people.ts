const ADDRESS = /[^\s@'"<>,;]+@[^\s@'"<>,;]+/g
const NUMBER = /\+?\d[\d ()./-]{5,}\d/g
const DAY = /^\d{4}-\d{2}-\d{2}/

/** The text without what looks like an e-mail address, a phone number or a long id; days stay. */
export function withoutPeople(text: string): string {
  return text.replace(ADDRESS, '…@…').replace(NUMBER, (found) => (DAY.test(found) ? found : '…'))
}
