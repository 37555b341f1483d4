// The network that reads handwriting (layerwise.see.forward, 'improved'): a picture in, every layer's maps and ten
// probabilities out. Maps are (rows, columns, channels), one array row by row, as in NumPy.
"use strict";

Layerwise.part(function forward(engine) {
  const STANDARDISATION = 1e-4, NORMALISATION = 1e-3; // what Keras' layers add to a variance before its root
  const CONVOLUTIONS = 6, POOLED = [1, 3, 5]; // the last of a block is pooled

  // {side, channels, values}
  const maps = (side, channels) => ({ side, channels, values: new Float64Array(side * side * channels) });

  // A convolution's kernel (3, 3, C, K) and batch normalisation as one: w times gamma over the root, and what is left as b.
  function folded(weights, number) {
    const [, , C, K] = weights[`convolution_${number}/kernel`].shape;
    const part = (name) => weights[`normalisation_${number}/${name}`].values;
    const scale = part("gamma").map((gamma, k) => gamma / Math.sqrt(part("moving_variance")[k] + NORMALISATION));
    return {
      C, K,
      w: weights[`convolution_${number}/kernel`].values.map((w, i) => w * scale[i % K]),
      b: part("beta").map((beta, k) => beta - part("moving_mean")[k] * scale[k]),
    };
  }

  // max(0, nu): nu is each place's 3 x 3 neighbours, zeros around the edge, times w, and b.
  function convolved({ side, values: x }, { w, b, C, K }) {
    const y = maps(side, K), nu = new Float64Array(K);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        nu.set(b);
        for (let i = 0; i < 9; i++) {
          const from = row + Math.floor(i / 3) - 1, at = column + (i % 3) - 1;
          if (from < 0 || at < 0 || from >= side || at >= side) continue;
          for (let c = 0, p = (from * side + at) * C, q = i * C * K; c < C; c++, p++, q += K) {
            const x_p = x[p];
            if (x_p !== 0) for (let k = 0; k < K; k++) nu[k] += x_p * w[q + k];
          }
        }
        for (let k = 0, p = (row * side + column) * K; k < K; k++) y.values[p + k] = Math.max(0, nu[k]);
      }
    }
    return y;
  }

  // The largest of 2 x 2.
  function pooled({ side, channels, values: x }) {
    const y = maps(side / 2, channels);
    for (let p = 0, row = 0; row < side; row += 2) {
      for (let column = 0; column < side; column += 2) {
        for (let c = 0; c < channels; c++, p++) {
          const q = (row * side + column) * channels + c, below = q + side * channels;
          y.values[p] = Math.max(x[q], x[q + channels], x[below], x[below + channels]);
        }
      }
    }
    return y;
  }

  // To mean 0 and deviation 1 over all pixels and channels.
  function standardised({ side, channels, values: x }) {
    const y = maps(side, channels), mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / x.length;
    y.values.set(x.map((value) => (value - mean) / Math.sqrt(variance + STANDARDISATION)));
    return y;
  }

  function softmax(nu) {
    const largest = Math.max(...nu), y = nu.map((value) => engine.exponential(value - largest));
    return y.map((value) => value / y.reduce((sum, one) => sum + one, 0));
  }

  class Reader {
    // weights: {name: {shape, values}}, by the names that Keras gives them.
    constructor(weights) {
      this.layers = Array.from({ length: CONVOLUTIONS }, (_, before) => folded(weights, before + 1));
      this.w = weights["dense_1/kernel"].values;
      this.b = weights["dense_1/bias"].values;
    }

    // values: 32 x 32 x 3 numbers from 0 to 1. Gives {below, y, average, probabilities}: y[r] is what convolution r = 1..6
    // answers, after its ReLU; below[r] what it sees.
    read(values) {
      const below = [], y = [];
      let x = standardised({ side: 32, channels: 3, values });
      this.layers.forEach((layer, before) => {
        below[before + 1] = x;
        x = y[before + 1] = convolved(x, layer);
        if (POOLED.includes(before + 1)) x = pooled(x);
      });
      const { channels, side } = x, average = new Float64Array(channels);
      x.values.forEach((value, p) => { average[p % channels] += value / (side * side); });
      const nu = this.b.map((b, i) => average.reduce((sum, value, j) => sum + value * this.w[j * 10 + i], b));
      return { below, y, average, probabilities: softmax(nu) };
    }
  }

  engine.Reader = Reader;
});
