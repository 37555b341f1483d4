// Networks as the instruments have them: measured, and trained on the digits that come with the pages.
"use strict";

Layerwise.part(function training(engine) {
  const TRAINING = 2048, TEST = 512, TEST_BATCH = 128, PIXELS = 784, CLASSES = 10;
  const RECORDED = 20; // updates between two points of the learning curve
  const ORDER = 5000, REDRAWN = 6000; // streams of random numbers, beside those of the layers
  const range = (first, count) => Array.from({ length: count }, (_, i) => first + i);

  const layerWidths = ({ depth, width }) => [PIXELS, ...new Array(depth - 1).fill(width), CLASSES];
  const activationOf = (state) => engine.findActivation(state.f, state);

  class Laboratory {
    // images (2,560 x 784 bytes) and labels; the last 512 are for testing.
    constructor({ images, labels }) {
      Object.assign(this, { images, labels });
    }

    // A network with its first weights, in the state of the controls.
    network(state, P, draw = 0) {
      const sizes = layerWidths(state);
      const made = new engine.Network({ ...state, sizes, P, activation: activationOf(state) });
      made.initialise(state.seed + draw, engine.weightVariance({ ...state, sizes }), state.sigmaB2);
      return made;
    }

    show(network, first = 0) {
      network.show(this.images, this.labels, range(first, network.P));
    }

    // Both passes and all gradients of one draw, on the digits that are shown.
    passes(state, draw = 0) {
      const network = this.network(state, state.digits, draw);
      this.show(network);
      network.forwardPass();
      if (state.redraw) { // fresh weights for the way back, as the theory assumes
        const variance = engine.weightVariance({ ...state, sizes: network.n });
        for (let r = 1; r <= network.R; r++) new engine.Random(state.seed + draw, REDRAWN + r).fill(network.w[r], variance(r));
      }
      network.backwardPass();
      network.derivatives();
      return network;
    }

    // Mean square of the pixels that are shown.
    dataSecondMoment({ digits }) {
      let sum = 0;
      for (let i = 0; i < digits * PIXELS; i++) sum += (this.images[i] / 255) ** 2;
      return sum / (digits * PIXELS);
    }

    predict(state) {
      const activation = activationOf(state), dataSecondMoment = this.dataSecondMoment(state);
      return engine.predict({ ...state, sizes: layerWidths(state), activation, dataSecondMoment });
    }

    // Where that is looked at: nu, y and delta of one layer as histograms of 41 bins around 0, and how the whole network
    // stretches a delta.
    inside(network, { panel, layer }) {
      if (panel !== "histograms") return null;
      const r = Math.min(layer, network.R);
      const histogram = (values) => {
        const limit = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
        const counts = new Array(41).fill(0);
        for (const value of values) counts[Math.min(40, Math.floor(((value / limit + 1) / 2) * 41))] += 1;
        return { limit, counts };
      };
      const [nu, y, delta] = [network.nu, network.y, network.delta].map((all) => histogram(all[r]));
      return { nu, y, delta, stretching: engine.stretching(network) };
    }

    startTraining(state) {
      const training = { state, network: this.network(state, state.batch), updates: 0, curve: [], sum: 0 };
      training.seen = this.network(state, state.digits);
      this.show(training.seen);
      training.test = this.network(state, TEST_BATCH);
      this.training = training;
      this.examine();
    }

    update() {
      const { training } = this, { network, state } = training;
      const perEpoch = TRAINING / network.P, place = training.updates % perEpoch;
      if (place === 0) training.order = new engine.Random(state.seed, ORDER + training.updates / perEpoch).order(TRAINING);
      network.show(this.images, this.labels, training.order.subarray(place * network.P, (place + 1) * network.P));
      network.update(state.rate);
      training.updates += 1;
      training.sum += network.E / network.P;
      if (training.updates % RECORDED === 0) {
        training.curve.push({ updates: training.updates, loss: training.sum / RECORDED, accuracy: this.examine() });
        training.sum = 0;
      }
    }

    // Accuracy on the test digits; keeps how often each class was answered.
    examine() {
      const { network, test } = this.training;
      const answers = new Array(CLASSES).fill(0);
      let correct = 0;
      test.copyWeights(network);
      for (let first = TRAINING; first < TRAINING + TEST; first += TEST_BATCH) {
        this.show(test, first);
        test.forwardPass();
        correct += test.correct();
        for (const answer of test.answers()) answers[answer] += 1;
      }
      this.training.answers = answers;
      return (this.training.accuracy = correct / TEST);
    }

    // The gradients as training has left them, on the digits that are shown.
    trained() {
      const { network, seen } = this.training;
      seen.copyWeights(network);
      seen.forwardPass();
      seen.backwardPass();
      seen.derivatives();
      return seen;
    }

    progress(state) {
      const { updates, curve, accuracy, answers } = this.training, seen = this.trained();
      return {
        updates, curve, accuracy, answers, loss: seen.E / seen.P,
        sizes: engine.layerSizes(seen), inside: this.inside(seen, state),
      };
    }
  }

  Object.assign(engine, { Laboratory, RECORDED });
});
