// What the gradient laboratory lets a reader change, and networks to start from.
"use strict";

(function state(engine) {
  const { range, names, SHARED } = engine.controls, { sigmaW2, sigmaB2, a, gain } = SHARED;
  const rules = { fan_mean: "the mean of both fans (Glorot)", fan_in: "the fan-in (He, LeCun)" };

  const CONTROLS = {
    f: ["Activation f", names, "sigmoid", "The function of every hidden unit. The output layer is a softmax."],
    depth: ["Layers", range(2, 50), 20, "How many layers have weights: depth − 1 hidden ones and the output."],
    sigmaW2,
    rule: ["σ_w² is divided by", rules, "fan_mean", "That is the variance of one weight. Fan-in and fan-out: units of the layers below and above it."],
    width: ["Units per layer", [4, 8, 16, 32, 64, 128], 32, "Of each hidden layer. The theory is exact for infinitely many."],
    sigmaB2, a, gain,
    skip: ["Skip connections", true, false, "Each hidden layer after the first adds its input to its output."],
    normalise: ["Batch normalisation", true, false, "Shifts and scales every unit’s ν to mean 0 and variance 1 over the digits. Needs 256 digits.",
      ({ digits }) => digits > 1],
    digits: ["Digits shown", { 256: "256 digits", 1: "one digit" }, 256, "Sizes are root mean squares over units and digits."],
    draws: ["Networks drawn", { 1: "one", 20: "twenty: median and range" }, 1, "Twenty draws have the seeds from the present one on."],
    redraw: ["Redraw W on the way back", true, false, "The theory takes the weights on the way back as independent of those on the way forwards. Here they are."],
    seed: ["Seed", range(0, 99), 0, "Decides the first weights and the order of the digits."],
    rate: ["Learning rate ε", [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3], 0.01, "Of stochastic gradient descent."],
    batch: ["Batch", [8, 16, 32, 64, 128], 32, "Digits per update."],
    layer: ["Layer of the histograms", range(1, 49), 1, "Whose ν, y and δ are shown."],
    weights: ["weights", true, false, "Gradients of the weights: root mean square of the derivatives of the mean error."],
    biases: ["biases", true, false, "Gradients of the biases: root mean square of the derivatives of the mean error."],
    spread: ["spread of ν", true, false, "How far apart the digits are in a layer: what the network knows of them."],
    panel: ["Shown below", { none: "nothing", train: "training", check: "gradient check", histograms: "histograms" }, "none", ""],
    updates: ["Updates", [0, 20000], 0, ""],
  };

  const PRESETS = [
    ["Sigmoid, 20 layers: dead", {}],
    ["Tanh, 40 layers: alive", { f: "tanh", depth: 40 }],
    ["ReLU, 40 layers: vanishing", { f: "relu", depth: 40 }],
    ["ReLU with He: alive", { f: "relu", depth: 40, sigmaW2: 2, rule: "fan_in" }],
    ["ReLU with skips: exploding", { f: "relu", depth: 40, skip: true }],
    ["Sigmoid, weights × 4: fading", { sigmaW2: 16, rule: "fan_in" }],
  ];

  const RULES = { // for the first weights
    Glorot: { sigmaW2: 1, rule: "fan_mean" }, He: { sigmaW2: 2, rule: "fan_in" }, LeCun: { sigmaW2: 1, rule: "fan_in" },
  };

  const controls = new engine.Controls("gradient-laboratory", CONTROLS, (state) => (
    { ...state, normalise: state.normalise && state.digits > 1, layer: Math.min(state.layer, state.depth - 1) }));
  engine.laboratory = { controls, PRESETS, RULES };
})(Layerwise);
