// Where the mean square q of nu goes as layer follows layer of equal width (chapters `vanishing_gradients`, `lecun_tanh`):
//
//   V(q) = sigma_w^2 E[f(sqrt(q) z)^2] + sigma_b^2     the next layer's q,
//   chi(q) = sigma_w^2 E[f'(sqrt(q) z)^2]              the factor on the mean square of delta, one layer back.
"use strict";

Layerwise.part(function fixedPoints(engine) {
  const { gaussianMean, exponential } = engine;
  const RESOLUTION = 1e-10; // V(q) and q are told apart where they differ by more than this part of q
  const A_STEP = 1 / exponential(-Math.LN10 / 8); // eight steps a decade, over twelve decades
  const STEPS = 96, HALVINGS = 60;

  const secondMoment = ({ f }, q) => gaussianMean((x) => f(x) * f(x), q);
  const slopeMoment = ({ f_prime }, q) => gaussianMean((x) => f_prime(x) * f_prime(x), q);
  const varianceMap = (activation, q, sigmaW2, sigmaB2) => sigmaW2 * secondMoment(activation, q) + sigmaB2;
  const chi = (activation, q, sigmaW2) => sigmaW2 * slopeMoment(activation, q);

  // {kind, q, chi}: q is drawn to a `stable` q*, or it is `vanishing`, `growing` or `neutral` (q null); chi there, or its
  // limit. V(q) - q is followed from q = 1 the way that q moves, until it changes sign; between, the root is halved in.
  function fixedPoint(activation, sigmaW2, sigmaB2) {
    const direction = (q) => {
      const change = varianceMap(activation, q, sigmaW2, sigmaB2) / q - 1;
      return Math.abs(change) > RESOLUTION ? Math.sign(change) : 0;
    };
    let near = direction(1) === 0 ? 1.1 : 1; // 1 is itself a fixed point: a q beside it tells of which kind
    const way = direction(near);
    if (way === 0) return { kind: "neutral", q: null, chi: chi(activation, near, sigmaW2) };
    const lowest = sigmaW2 * activation.f(0) * activation.f(0) + sigmaB2; // V(0)
    let far = near, found = false;
    for (let step = 0; step < STEPS && !found; step++) {
      far = way > 0 ? far * A_STEP : Math.max(far / A_STEP, lowest / 2);
      const here = direction(far);
      found = here === -way;
      if (here === way) near = far;
    }
    if (!found) {
      const end = way > 0 ? 1e150 : 1e-150, [left, right] = [activation.f_prime(-end), activation.f_prime(end)];
      return { kind: way > 0 ? "growing" : "vanishing", q: null, chi: (sigmaW2 * (left * left + right * right)) / 2 };
    }
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (near + far) / 2;
      if (Math.sign(varianceMap(activation, middle, sigmaW2, sigmaB2) - middle) === way) near = middle; else far = middle;
    }
    return { kind: "stable", q: near, chi: chi(activation, near, sigmaW2) };
  }

  // q of layer after layer: index 0 is where it starts.
  function layersOfQ(activation, q, sigmaW2, sigmaB2, layers) {
    const found = [q];
    for (let r = 1; r <= layers; r++) found.push(varianceMap(activation, found[r - 1], sigmaW2, sigmaB2));
    return found;
  }

  // Where chi(q*) = 1, as pairs [sigma_w, sigma_b] along q*: chi = 1 gives sigma_w, V(q*) = q* then sigma_b. Points lie
  // closer where sigma_b changes fast below `most`; a pair that would need a negative variance is null. One pair alone:
  // chi does not depend on q.
  function criticalLine(activation, most = 1.2) {
    const at = (exponent) => {
      const q = 10 ** exponent, sigmaW2 = 1 / slopeMoment(activation, q), sigmaB2 = q - sigmaW2 * secondMoment(activation, q);
      return { exponent, w: Math.sqrt(sigmaW2), b: Math.abs(sigmaB2) < RESOLUTION * q ? 0 : Math.sign(sigmaB2) * Math.sqrt(Math.abs(sigmaB2)) };
    };
    const between = (one, other, halvings) => {
      const shown = Math.min(one.b, other.b) < most && Math.max(one.b, other.b) >= 0;
      if (halvings === 0 || !shown || Math.abs(one.b - other.b) < 0.03) return [other];
      const middle = at((one.exponent + other.exponent) / 2);
      return [...between(one, middle, halvings - 1), ...between(middle, other, halvings - 1)];
    };
    const coarse = Array.from({ length: 81 }, (_, i) => at(-5 + i / 8));
    const all = coarse.flatMap((point, i) => (i === 0 ? [point] : between(coarse[i - 1], point, 10)));
    if (coarse.every(({ w }) => Math.abs(w / coarse[0].w - 1) < RESOLUTION)) return [[coarse[0].w, 0]];
    const beside = (i) => [all[i - 1], all[i + 1]].some((point) => point && point.b >= 0);
    return all.map(({ w, b }, i) => (b >= 0 ? [w, b] : beside(i) ? [w, 0] : null));
  }

  Object.assign(engine, { secondMoment, slopeMoment, varianceMap, chi, fixedPoint, layersOfQ, criticalLine });
});
