// What the theory of wide random networks predicts for each layer (chapter `vanishing_gradients`): with z a standard
// Gaussian number and v_r the variance of one weight,
//
//   q_r = n_{r-1} v_r E[y_{r-1}^2] + bias variance      the mean square of nu,
//   chi_r = n_{r+1} v_{r+1} E[f'(sqrt(q_r) z)^2]        the factor on the mean square of delta, one layer back.
"use strict";

Layerwise.part(function meanField(engine) {
  const { exponential } = engine;

  // E[g(sqrt(q) z)], by the midpoint rule in t, where z = s sinh(t): points lie close near 0, where g bends on its own scale,
  // and reach to |z| = 12, beyond which a Gaussian weighs less than 1e-31. For a smooth g the error falls like exp(-5 / h);
  // a kink at 0 lies between two points. One factor of e^h leads from point to point.
  function gaussianMean(g, q) {
    const root = Math.sqrt(q), s = Math.min(1, 1 / root), h = 1 / 8, factor = 1 / exponential(-h);
    let sum = 0;
    for (let e = 1 / exponential(-h / 2); (s * (e - 1 / e)) / 2 < 12; e *= factor) {
      const z = (s * (e - 1 / e)) / 2, u = root * z;
      sum += exponential((-z * z) / 2) * (g(u) + g(-u)) * ((s * (e + 1 / e)) / 2);
    }
    return (sum * h) / Math.sqrt(2 * Math.PI);
  }

  const variances = {
    fan_in: (fanIn) => 1 / fanIn,
    fan_mean: (fanIn, fanOut) => 2 / (fanIn + fanOut), // Glorot's
  };

  // The variance of one weight of layer r.
  const weightVariance = ({ sizes, rule, sigmaW2 }) => (r) => sigmaW2 * variances[rule](sizes[r - 1], sizes[r]);

  // Per hidden layer (index 0 is layer 1): q, chi, and |delta| relative to the last hidden layer's.
  //
  // A skip connection adds the layer's input, taken as independent of its weights: then the squares add up but for the
  // product of both means, and delta comes back on two ways. What normalisation does to delta is not predicted: null.
  function predict({ sizes, rule, sigmaW2, sigmaB2 = 0, activation: { f, f_prime }, dataSecondMoment, skip, normalise }) {
    if (normalise) return null;
    const v = weightVariance({ sizes, rule, sigmaW2 }), R = sizes.length - 1;
    const q = [], chi = [], slopes = [];
    let moment = dataSecondMoment, mean = 0;
    for (let r = 1; r < R; r++) {
      q.push(sizes[r - 1] * v(r) * moment + sigmaB2);
      const ownMean = gaussianMean(f, q[r - 1]), ownMoment = gaussianMean((x) => f(x) * f(x), q[r - 1]);
      const through = skip && r > 1;
      moment = through ? moment + 2 * mean * ownMean + ownMoment : ownMoment;
      mean = through ? mean + ownMean : ownMean;
      slopes.push(gaussianMean((x) => f_prime(x) * f_prime(x), q[r - 1]));
      chi.push(sizes[r + 1] * v(r + 1) * slopes[r - 1]);
    }
    // Mean squares, of dE/dy and of delta = dE/dy f'.
    const delta = new Array(R - 1).fill(1);
    let back = 1 / slopes[R - 2];
    for (let r = R - 2; r >= 1; r--) {
      back = delta[r] * sizes[r + 1] * v(r + 1) + (skip ? back : 0);
      delta[r - 1] = back * slopes[r - 1];
    }
    return { q, chi, delta: delta.map(Math.sqrt) };
  }

  Object.assign(engine, { gaussianMean, weightVariance, predict });
});
