/** How many entries of the wall's menu have room in its rows. No Vue, no network. */
const WIDE_PX = 16
const NARROW_PX = 8.5
const GAP_PX = 16

/** The width of a title at the menu's size: a Chinese character is a square, a letter about half of one. */
export function titleWidth(title: string): number {
  return [...title].reduce((sum, one) => sum + (/[\u2e80-\uffff]/.test(one) ? WIDE_PX : NARROW_PX), 0)
}

/** The most entries, `most` at the utmost and one at the least, that leave room for `more` in `rows` rows; a width of 0 is not known yet. */
export function entriesThatFit(titles: readonly string[], more: string, width: number, most: number, rows = 2): number {
  if (width <= 0) return most
  for (let n = Math.min(most, titles.length); n > 1; n--) if (rowsOf([...titles.slice(0, n), more], width) <= rows) return n
  return 1
}

function rowsOf(titles: readonly string[], width: number): number {
  let [rows, used] = [1, 0]
  for (const title of titles) {
    const needed = titleWidth(title)
    if (used > 0 && used + GAP_PX + needed > width) [rows, used] = [rows + 1, needed]
    else used += (used > 0 ? GAP_PX : 0) + needed
  }
  return rows
}
