// How large delta, the gradients and the spread of nu are, layer by layer (chapter `vanishing_gradients`).
"use strict";

Layerwise.part(function sizes(engine) {
  // Root mean square, scaled by the largest entry so that no square is rounded to 0.
  function rootMeanSquare(values) {
    let largest = 0, sum = 0;
    for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
    if (largest === 0) return 0;
    for (let i = 0; i < values.length; i++) sum += (values[i] / largest) * (values[i] / largest);
    return largest * Math.sqrt(sum / values.length);
  }

  // How far the patterns are apart in the inputs of a layer's units: the part of nu that differs from its mean.
  function spread(values, P) {
    const apart = Float64Array.from(values);
    for (let i = 0; i < apart.length; i += P) {
      let mean = 0;
      for (let p = i; p < i + P; p++) mean += values[p] / P;
      for (let p = i; p < i + P; p++) apart[p] -= mean;
    }
    return rootMeanSquare(apart);
  }

  // After both passes and `derivatives`. Gradients are of the mean over the patterns. Index 0 is layer 1.
  function layerSizes({ R, P, nu, delta, gradient }) {
    const layers = Array.from({ length: R }, (_, r) => r + 1);
    return {
      delta: layers.map((r) => rootMeanSquare(delta[r])),
      weights: layers.map((r) => rootMeanSquare(gradient.w[r]) / P),
      biases: layers.map((r) => rootMeanSquare(gradient.b[r]) / P),
      spread: layers.map((r) => (P > 1 ? spread(nu[r], P) : NaN)),
    };
  }

  Object.assign(engine, { rootMeanSquare, layerSizes });
});
