// Two ways to find a derivative of E without the backward pass (chapter `backpropagation`, 'numerical checks').
"use strict";

Layerwise.part(function checks(engine) {
  const COMPLEX_STEP = 1e-100; // its square is 0 in float64
  const CENTRAL_STEP = 1e-5; // near the cube root of the rounding error, the best for central differences

  // (E(w + h) - E(w - h)) / 2h for one weight of layer r. What E has lost to rounding, 1e-16 of it, is divided by 2h.
  function centralDifference(network, r, index, h = CENTRAL_STEP) {
    const w = network.w[r], before = w[index];
    const error = (value) => { w[index] = value; network.forwardPass(); return network.E; };
    const difference = error(before + h) - error(before - h);
    error(before); // and everything is as it was
    return difference / (2 * h);
  }

  // Im E(w + ih) / h for one weight of layer r: no difference, so nothing to lose. The network has made a forward pass;
  // a step this small leaves all real parts as they are, so that only imaginary parts have to follow, in `im`.
  function complexStep(network, r, index, h = COMPLEX_STEP) {
    const { n, R, P, w, activation } = network;
    const i = Math.floor(index / n[r - 1]), j = index % n[r - 1];
    let im = new Float64Array(n[r] * P), before = null; // before: of y one layer down, where the step has reached it
    for (let p = 0; p < P; p++) im[i * P + p] = h * network.y[r - 1][j * P + p];
    for (let s = r; s < R; s++) {
      if (network.normalise) normaliseImaginary(network, s, im);
      const through = network.skip && before;
      before = im.map((value, p) => activation.complex({ re: network.nu[s][p], im: value }).im + (through ? through[p] : 0));
      im = new Float64Array(n[s + 1] * P);
      engine.plainProduct(im, w[s + 1], before, n[s + 1], P, n[s], n[s], 1);
    }
    return imaginaryError(network, im) / h;
  }

  // E = sum of T (ln sum of exp nu - nu), and ln(u + iv) = ln u + i v/u.
  function imaginaryError({ n, R, P, y, T }, im) {
    let error = 0;
    for (let p = 0; p < P; p++) {
      let ofSum = 0;
      for (let k = 0; k < n[R]; k++) ofSum += y[R][k * P + p] * im[k * P + p];
      for (let k = 0; k < n[R]; k++) error += T[k * P + p] * (ofSum - im[k * P + p]);
    }
    return error;
  }

  // (centred nu) times 1 / sqrt(v + ie) = (1 - ie / 2v) / sqrt(v).
  function normaliseImaginary({ n, P, nu, scale }, r, im) {
    for (let i = 0; i < n[r]; i++) {
      const root = scale[r][i], own = im.subarray(i * P, (i + 1) * P);
      const mean = own.reduce((sum, value) => sum + value, 0) / P;
      let e = 0;
      for (let p = 0; p < P; p++) e += (2 * (nu[r][i * P + p] / root) * (own[p] - mean)) / P;
      for (let p = 0; p < P; p++) own[p] = root * (own[p] - mean) - (nu[r][i * P + p] * root * root * e) / 2;
    }
  }

  // For the weight of layer r with the largest gradient: its derivative by all three. Needs `derivatives`.
  function checkLayer(network, r) {
    const gradient = network.gradient.w[r];
    let index = 0;
    for (let k = 1; k < gradient.length; k++) if (Math.abs(gradient[k]) > Math.abs(gradient[index])) index = k;
    return {
      r,
      backpropagation: gradient[index],
      complex: complexStep(network, r, index),
      central: centralDifference(network, r, index),
    };
  }

  engine.checkLayer = checkLayer;
});
