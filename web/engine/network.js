// A multilayer perceptron and the equations of the chapter `backpropagation`, in the chapter's names.
//
// Layer r = 1..R has n[r] units, layer 0 is the input, P is the number of patterns. nu[r], y[r], delta[r] are (n_r, P),
// w[r] is (n_r, n_{r-1}), row by row. Hidden layers have the activation f; the output is a softmax, E its cross-entropy.
"use strict";

Layerwise.part(function network(engine) {
  const { exponential, logarithm, transpose, workspace } = engine;
  const SMALL = 0.001; // added to a variance before its root is taken, as in Keras' batch normalisation

  class Network {
    // sizes: n_0 to n_R. skip: hidden layers after the first add their input to their output. normalise: nu of hidden
    // layers is shifted and scaled, unit by unit, to mean 0 and variance 1 over the patterns. way: see `workspace`.
    constructor({ sizes, P, activation, skip = false, normalise = false, way = "kernel" }) {
      Object.assign(this, { n: sizes, R: sizes.length - 1, P, activation, skip, normalise });
      const layers = sizes.slice(1).map((n, r) => ({ w: n * sizes[r], b: n, nu: n * P, y: n * P, delta: n * P, scale: n }));
      const largest = Math.max(...sizes);
      const shared = { input: sizes[0] * P, T: sizes[this.R] * P, columns: largest * P, above: largest * P };
      // The gradients by w and b are as long as these themselves.
      const lengths = layers.flatMap((layer) => [...Object.values(layer), layer.w, layer.b]);
      const { arrays, product } = workspace([...Object.values(shared), ...lengths], way);
      this.product = product;
      const take = () => arrays.shift();
      Object.assign(this, { y: [take()], T: take(), columns: take(), above: take() });
      Object.assign(this, { w: [], b: [], nu: [], delta: [], scale: [], gradient: { w: [], b: [] } });
      for (let r = 1; r <= this.R; r++) {
        for (const name of Object.keys(layers[0])) this[name][r] = take();
        this.gradient.w[r] = take();
        this.gradient.b[r] = take();
      }
    }

    // Draws weights with the variance weightVariance(r), biases with biasVariance; each layer has streams of its own.
    initialise(seed, weightVariance, biasVariance = 0) {
      for (let r = 1; r <= this.R; r++) {
        new engine.Random(seed, 2 * r).fill(this.w[r], weightVariance(r));
        new engine.Random(seed, 2 * r + 1).fill(this.b[r], biasVariance);
      }
    }

    // Takes the patterns of these numbers: images is one pattern a row, of bytes; labels are 0..n_R - 1.
    show(images, labels, numbers) {
      const { P, T, n: [pixels], y: [x] } = this;
      T.fill(0);
      for (let p = 0; p < P; p++) {
        const start = numbers[p] * pixels;
        for (let j = 0; j < pixels; j++) x[j * P + p] = images[start + j] / 255;
        T[labels[numbers[p]] * P + p] = 1;
      }
    }

    // nu and y of every layer.
    forwardPass() {
      const { n, R, P } = this, { f } = this.activation;
      for (let r = 1; r <= R; r++) {
        const nu = this.nu[r], y = this.y[r], before = this.y[r - 1], b = this.b[r];
        this.product(nu, this.w[r], before, n[r], P, n[r - 1], n[r - 1], 1);
        for (let i = 0, p = 0; i < n[r]; i++) for (const end = p + P, b_i = b[i]; p < end; p++) nu[p] += b_i;
        if (r === R) break;
        if (this.normalise) this.normaliseUnits(r);
        for (let i = 0; i < nu.length; i++) y[i] = f(nu[i]);
        if (this.skip && r > 1) for (let i = 0; i < nu.length; i++) y[i] += before[i];
      }
      this.softmax();
    }

    // Of nu - max nu, so that nothing overflows. E is summed over the patterns.
    softmax() {
      const { P, R, T } = this, nu = this.nu[R], y = this.y[R], classes = this.n[R];
      this.E = 0;
      for (let p = 0; p < P; p++) {
        let largest = nu[p], sum = 0;
        for (let i = 1; i < classes; i++) largest = Math.max(largest, nu[i * P + p]);
        for (let i = 0; i < classes; i++) sum += y[i * P + p] = exponential(nu[i * P + p] - largest);
        const shift = largest + logarithm(sum);
        for (let i = 0; i < classes; i++) {
          y[i * P + p] /= sum;
          this.E -= T[i * P + p] * (nu[i * P + p] - shift);
        }
      }
    }

    // delta of every layer, from the last to the first.
    backwardPass() {
      const { n, R, P, w, T, above } = this, { f_prime } = this.activation;
      for (let i = 0; i < T.length; i++) this.delta[R][i] = this.y[R][i] - T[i];
      for (let r = R - 1; r >= 1; r--) {
        const nu = this.nu[r], delta = this.delta[r];
        this.product(delta, w[r + 1], this.delta[r + 1], n[r], P, n[r + 1], 1, n[r]);
        // That is dE/dy of layer r; a skip connection brings dE/dy of layer r + 1 as well.
        if (this.skip && r < R - 1) for (let i = 0; i < nu.length; i++) delta[i] += above[i];
        if (this.skip) above.set(delta);
        for (let i = 0; i < nu.length; i++) delta[i] *= f_prime(nu[i]);
        if (this.normalise) this.differentiateNormalisation(r);
      }
    }

    // The derivatives of E by every weight and bias.
    derivatives() {
      const { n, R, P, y, delta, gradient, columns } = this;
      for (let r = 1; r <= R; r++) {
        transpose(columns, y[r - 1], n[r - 1], P);
        this.product(gradient.w[r], delta[r], columns, n[r], n[r - 1], P, P, 1);
        for (let i = 0; i < n[r]; i++) {
          let sum = 0;
          for (let p = i * P; p < (i + 1) * P; p++) sum += delta[r][p];
          gradient.b[r][i] = sum;
        }
      }
    }

    // Gradient descent with the learning rate epsilon on the mean over the patterns.
    step(epsilon) {
      const { R, P, w, b, gradient } = this, rate = epsilon / P;
      for (let r = 1; r <= R; r++) {
        for (let i = 0; i < w[r].length; i++) w[r][i] -= rate * gradient.w[r][i];
        for (let i = 0; i < b[r].length; i++) b[r][i] -= rate * gradient.b[r][i];
      }
    }

    update(epsilon) {
      this.forwardPass();
      this.backwardPass();
      this.derivatives();
      this.step(epsilon);
    }

    // How many of the patterns shown last get the right answer.
    correct() {
      return this.answers().filter((answer, p) => this.T[answer * this.P + p] === 1).length;
    }

    // The class with the largest output, per pattern.
    answers() {
      const { P, R } = this;
      return Array.from({ length: P }, (_, p) => {
        let best = 0;
        for (let i = 1; i < this.n[R]; i++) if (this.nu[R][i * P + p] > this.nu[R][best * P + p]) best = i;
        return best;
      });
    }

    copyWeights(other) {
      for (let r = 1; r <= this.R; r++) {
        this.w[r].set(other.w[r]);
        this.b[r].set(other.b[r]);
      }
    }

    normaliseUnits(r) {
      const { P, n, scale } = this, nu = this.nu[r];
      for (let i = 0; i < n[r]; i++) {
        let sum = 0, squares = 0;
        for (let p = i * P; p < (i + 1) * P; p++) sum += nu[p];
        for (let p = i * P; p < (i + 1) * P; p++) squares += (nu[p] -= sum / P) * nu[p];
        scale[r][i] = 1 / Math.sqrt(squares / P + SMALL);
        for (let p = i * P; p < (i + 1) * P; p++) nu[p] *= scale[r][i];
      }
    }

    // From dE/d(normalised nu) to delta = dE/dnu; both the mean and the variance depend on nu.
    differentiateNormalisation(r) {
      const { P, n, scale } = this, nu = this.nu[r], delta = this.delta[r];
      for (let i = 0; i < n[r]; i++) {
        let sum = 0, along = 0;
        for (let p = i * P; p < (i + 1) * P; p++) { sum += delta[p]; along += delta[p] * nu[p]; }
        for (let p = i * P; p < (i + 1) * P; p++) delta[p] = scale[r][i] * (delta[p] - sum / P - (nu[p] * along) / P);
      }
    }
  }

  engine.Network = Network;
});
