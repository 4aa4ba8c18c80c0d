/** Put the cursor into what has just appeared: `autofocus` works only while a page loads. */
export const vFocus = { mounted: (element: HTMLElement) => element.focus() }
