/** 统一社会信用代码, GB 32100-2015: 18 characters, the last of which checks the others (modulus 31). */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const LENGTH = 18

/** Whether a code has the right shape and check character (GB 32100-2015, annex A: weights 3^i mod 31). */
export function creditCodeIsRight(code: string): boolean {
  const values = [...code].map((one) => ALPHABET.indexOf(one))
  if (values.length !== LENGTH || values.includes(-1)) return false
  let weight = 1
  let sum = 0
  for (const value of values.slice(0, -1)) {
    sum += value * weight
    weight = (weight * 3) % 31
  }
  return values.at(-1) === (31 - (sum % 31)) % 31
}
