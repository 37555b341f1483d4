// exp, tanh and ln from the four operations alone. Browsers round their own Math.exp and Math.tanh differently; these
// are the same bits everywhere. Errors: at most three units in the last place.
"use strict";

Layerwise.part(function elementary(engine) {
  // ln 2 in two parts. The first has 32 bits, so that its product with a whole number below 2^21 is exact.
  const LN2_HIGH = 2977044471 / 4294967296, LN2_LOW = 1.9082149292705877e-10, LOG2_E = 1.4426950408889634;
  const LOWEST = -745; // exp of less is 0

  // POWER[k + 1076] = 2^k for k = -1076..0, by doubling, which is exact; the first two are rounded to 0.
  const POWER = new Float64Array(1077);
  POWER[2] = 5e-324;
  for (let i = 3; i < POWER.length; i++) POWER[i] = 2 * POWER[i - 1];

  // exp(r) - 1 for |r| <= ln(2) / 2: its Taylor series, up to r^13 / 13!.
  const [C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13] = factorials(13).slice(2).map((k) => 1 / k);
  function series(r) {
    const upper = C8 + r * (C9 + r * (C10 + r * (C11 + r * (C12 + r * C13))));
    return r * (1 + r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * (C7 + r * upper)))))));
  }

  function factorials(last) {
    const found = [1];
    for (let k = 1; k <= last; k++) found.push(k * found[k - 1]);
    return found;
  }

  // exp(x) for x <= 0: x = k ln 2 + r, exp(x) = 2^k exp(r).
  function exponential(x) {
    if (x < LOWEST) return 0;
    const k = Math.floor(x * LOG2_E + 0.5);
    return POWER[k + 1076] * (1 + series(x - k * LN2_HIGH - k * LN2_LOW));
  }

  // exp(x) - 1 for x <= 0, without the cancellation near 0.
  function exponentialMinusOne(x) {
    if (x < LOWEST) return -1;
    const k = Math.floor(x * LOG2_E + 0.5), power = POWER[k + 1076];
    return power * series(x - k * LN2_HIGH - k * LN2_LOW) + (power - 1);
  }

  function tanh(x) {
    const t = exponentialMinusOne(x < 0 ? 2 * x : -2 * x);
    return x < 0 ? t / (2 + t) : -t / (2 + t);
  }

  // ln(x) for a normal x > 0: x = 2^k m with m near 1, and ln m = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1).
  const number = new Float64Array(1), bits = new Uint32Array(number.buffer); // the higher half of the bits second
  function logarithm(x) {
    number[0] = x;
    let k = (bits[1] >>> 20) - 1023;
    bits[1] = (bits[1] & 0xfffff) | (1023 << 20);
    let m = number[0];
    if (m > 1.5) { m = m / 2; k = k + 1; }
    const s = (m - 1) / (m + 1), square = s * s;
    let sum = 0;
    for (let n = 25; n >= 1; n -= 2) sum = sum * square + 1 / n;
    return k * LN2_HIGH + (k * LN2_LOW + 2 * s * sum);
  }

  Object.assign(engine, { exponential, exponentialMinusOne, tanh, logarithm });
});
