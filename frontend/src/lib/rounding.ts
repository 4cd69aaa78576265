/**
 * Rounding as Python does it: a tie goes to the even digit.
 *
 * JavaScript rounds a tie away from zero, so `0.125` would read `0.13` here and `0.12` in the terminal. A tie is told by
 * the exact decimal form of the number, of which 60 digits are more than any tie needs.
 */
const DIGITS = 60;

/** A number with so many significant digits, as Python's `float(f"{value:.{digits}g}")`. */
export function significant(value: number, digits: number): number {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential(DIGITS).split('e');
  return Math.sign(value) * Number(`${cut(mantissa, digits - 1)}e${exponent}`);
}

/** A number with so many decimals, as Python's `f"{value:.{decimals}f}"`. */
export function fixed(value: number, decimals: number): string {
  const sign = value < 0 ? '-' : '';
  return sign + cut(exact(Math.abs(value)), decimals);
}

/** The nearest whole number, as Python's `round(value)`. */
export function whole(value: number): number {
  return Number(fixed(value, 0));
}

/** A decimal without exponent, exact to 60 decimals. */
function exact(value: number): string {
  return value < 1e21 ? value.toFixed(DIGITS) : `${BigInt(value)}.0`;
}

/** A decimal text with at least one decimal, rounded to fewer of them, half to even. */
function cut(decimal: string, decimals: number): string {
  const point = decimal.indexOf('.');
  const kept = decimal.slice(0, point) + decimal.slice(point + 1, point + 1 + decimals);
  const rest = decimal.slice(point + 1 + decimals);
  const digits = (BigInt(kept) + (roundsUp(kept, rest) ? 1n : 0n)).toString().padStart(decimals + 1, '0');
  const split = digits.length - decimals;
  return decimals ? `${digits.slice(0, split)}.${digits.slice(split)}` : digits;
}

function roundsUp(kept: string, rest: string): boolean {
  if (!rest.startsWith('5')) return rest >= '6';
  return /[^0]/.test(rest.slice(1)) || Number(kept.at(-1)) % 2 === 1;
}
