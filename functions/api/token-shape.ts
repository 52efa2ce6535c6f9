/** Whether `text` has the shape of a signed token (RFC 7519), valid or not. */
export const isTokenShaped = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text) && text.length <= 8_192
