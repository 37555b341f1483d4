// How a whole network stretches a delta on its way back: the singular values of J^(1) J^(2) ... J^(R-2), which leads from
// the last hidden layer to the first, with J^(r) = D^(r) W^(r+1)T (chapter `vanishing_gradients`).
"use strict";

Layerwise.part(function singularValues(engine) {
  // The product for one pattern, (n_1, n_{R-1}) row by row, divided by `scale` so that no entry leaves what a number can
  // hold: {matrix, logarithm of scale}. For networks without skip connections and normalisation.
  function productOfJacobians({ n, R, P, w, nu, activation: { f_prime } }, pattern = 0) {
    let product = Float64Array.from({ length: n[1] * n[1] }, (_, i) => (i % (n[1] + 1) === 0 ? 1 : 0)), logarithm = 0;
    for (let r = 1; r < R - 1; r++) {
      const slopes = Float64Array.from({ length: n[r] }, (_, i) => f_prime(nu[r][i * P + pattern]));
      const scaled = product.map((value, i) => value * slopes[i % n[r]]);
      product = new Float64Array(n[1] * n[r + 1]);
      const transposed = new Float64Array(w[r + 1].length);
      engine.transpose(transposed, w[r + 1], n[r + 1], n[r]);
      engine.plainProduct(product, scaled, transposed, n[1], n[r + 1], n[r], n[r], 1);
      const largest = product.reduce((found, value) => Math.max(found, Math.abs(value)), 0) || 1;
      product = product.map((value) => value / largest);
      logarithm += Math.log10(largest);
    }
    return { matrix: product, logarithm };
  }

  // By Hestenes' rotations (1958): two rows at a time are turned until they are at right angles; when all are, their
  // lengths are the singular values. Largest first.
  function singularValues(matrix, rows) {
    const columns = matrix.length / rows, a = Float64Array.from(matrix);
    const dot = (i, j) => {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += a[i * columns + k] * a[j * columns + k];
      return sum;
    };
    for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
      turned = false;
      for (let i = 0; i < rows; i++) {
        for (let j = i + 1; j < rows; j++) {
          const between = dot(i, j), own = dot(i, i), other = dot(j, j);
          if (Math.abs(between) <= 1e-14 * Math.sqrt(own * other)) continue;
          turned = true;
          const zeta = (other - own) / (2 * between);
          const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
          const cosine = 1 / Math.sqrt(1 + t * t), sine = t * cosine;
          for (let k = 0; k < columns; k++) {
            const p = a[i * columns + k], q = a[j * columns + k];
            a[i * columns + k] = cosine * p - sine * q;
            a[j * columns + k] = sine * p + cosine * q;
          }
        }
      }
    }
    return Array.from({ length: rows }, (_, i) => Math.sqrt(dot(i, i))).sort((x, y) => y - x);
  }

  // Of a network after its forward pass, for its first pattern: as many of them as float64 can tell from rounding.
  function stretching(network) {
    if (network.skip || network.normalise || network.R < 3) return null;
    const { matrix, logarithm } = productOfJacobians(network), found = singularValues(matrix, network.n[1]);
    return found.filter((value) => value > 1e-14 * found[0]).map((value) => value * 10 ** logarithm);
  }

  Object.assign(engine, { singularValues, stretching });
});
