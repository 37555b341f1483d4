// The controls of the gradient laboratory, their state, and the address that holds all of it.
"use strict";

(function state(engine) {
  const names = { sigmoid: "sigmoid", tanh: "tanh", relu: "ReLU", lecun_tanh: "LeCun’s tanh" };
  const rules = { fan_mean: "Glorot: by the mean of both fans", fan_in: "He, LeCun: by the fan-in" };
  const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const always = () => true;

  // name: [label, what a control may be, what it starts as, help, when it has an effect]
  // An array is a slider's steps (the address may hold any number between its ends), an object a choice, true a switch.
  const CONTROLS = {
    f: ["Activation f", names, "sigmoid", "The function of every hidden unit. The output layer is a softmax."],
    depth: ["Layers", range(2, 50), 20, "How many layers have weights: depth − 1 hidden ones and the output."],
    sigmaW2: ["σ_w²", [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.31, 1.5, 1.75, 2, 2.5, 3, 4, 6, 8, 12, 16, 24, 32, 64, 103, 128], 1,
      "How large the first weights are. 1 is Glorot’s and LeCun’s rule, 2 is He’s."],
    rule: ["σ_w² is divided", rules, "fan_mean", "That is the variance of one weight. Fan-in and fan-out: units of the layers below and above it."],
    width: ["Units per layer", [4, 8, 16, 32, 64, 128], 32, "Of each hidden layer. The theory is exact for infinitely many."],
    sigmaB2: ["σ_b²", [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1], 0, "Variance of the first biases."],
    a: ["a of LeCun’s tanh", [0, 0.001, 0.01, 0.03, 0.1, 0.3], 0.001, "Slope of its linear part.", ({ f }) => f === "lecun_tanh"],
    gain: ["Gain of LeCun’s tanh", [0.5, 1, 1.25, 1.5, 1.7159, 2, 2.5], 1.7159, "The factor before its tanh.", ({ f }) => f === "lecun_tanh"],
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
  for (const [name, [label, values, start, help, applies = always]] of Object.entries(CONTROLS)) {
    CONTROLS[name] = { name, label, values, start, help, applies };
  }

  const PRESETS = [
    ["Sigmoid, 20 layers: dead", {}],
    ["Tanh, 40 layers: alive", { f: "tanh", depth: 40 }],
    ["ReLU, 40 layers: fading", { f: "relu", depth: 40 }],
    ["ReLU with He: alive", { f: "relu", depth: 40, sigmaW2: 2, rule: "fan_in" }],
    ["ReLU with skips: exploding", { f: "relu", depth: 40, skip: true }],
    ["Sigmoid, weights × 4: a cure?", { sigmaW2: 16, rule: "fan_in" }],
  ];

  const RULES = { // for the first weights
    Glorot: { sigmaW2: 1, rule: "fan_mean" }, He: { sigmaW2: 2, rule: "fan_in" }, LeCun: { sigmaW2: 1, rule: "fan_in" },
  };

  const started = () => Object.fromEntries(Object.values(CONTROLS).map(({ name, start }) => [name, start]));

  // A value from its text in the address: what is not allowed is left at its start.
  function read({ values, start }, text) {
    if (values === true) return text === "1";
    if (!Array.isArray(values)) return Object.hasOwn(values, text) ? (typeof start === "number" ? Number(text) : text) : start;
    const number = Number(text), [first, last] = [values[0], values[values.length - 1]];
    if (text.trim() === "" || !(number >= first && number <= last)) return start;
    return values.every(Number.isInteger) ? Math.round(number) : number;
  }

  // From "f=relu&depth=40", and back; what stands at its start is left out.
  function fromAddress(text) {
    const found = new URLSearchParams(text), state = started();
    for (const control of Object.values(CONTROLS)) {
      if (found.has(control.name)) state[control.name] = read(control, found.get(control.name));
    }
    return consistent(state);
  }

  function toAddress(state) {
    const changed = Object.values(CONTROLS).filter(({ name, start }) => state[name] !== start);
    return changed.map(({ name, values }) => `${name}=${values === true ? Number(state[name]) : state[name]}`).join("&");
  }

  // What cannot be together is put right.
  function consistent(state) {
    return { ...state, normalise: state.normalise && state.digits > 1, layer: Math.min(state.layer, state.depth - 1) };
  }

  engine.state = { CONTROLS, PRESETS, RULES, names, started, fromAddress, toAddress, consistent };
})(Layerwise);
