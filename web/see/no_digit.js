// Whether a shape looks like a digit at all (layerwise.see.no_digit): a network that was taught by drawings alone.
"use strict";

Layerwise.part(function no_digit(engine) {
  const SIDE = 16, CROP = 128, STEP = CROP / SIDE;

  class Likeness {
    constructor(weights) {
      const values = Object.keys(weights).sort().map((name) => weights[name].values);
      this.layers = values.flatMap((w, i) => (i % 2 ? [] : [{ w, b: values[i + 1] }]));
    }

    // From 0 to 1, of a crop of 128 x 128.
    of(crop) {
      let y = new Float64Array(SIDE * SIDE);
      for (let p = 0; p < crop.length; p++) {
        y[Math.floor(p / CROP / STEP) * SIDE + Math.floor((p % CROP) / STEP)] += crop[p] / (STEP * STEP);
      }
      const last = this.layers.length - 1;
      this.layers.forEach(({ w, b }, r) => {
        y = b.map((bias, i) => y.reduce((sum, value, j) => sum + value * w[j * b.length + i], bias));
        if (r < last) y = y.map((nu) => Math.max(0, nu));
      });
      const z = engine.exponential(-Math.abs(y[0]));
      return (y[0] < 0 ? z : 1) / (1 + z);
    }
  }

  engine.Likeness = Likeness;
});
