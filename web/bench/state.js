// What the activation bench lets a reader change, and states to start from.
"use strict";

(function state(engine) {
  const { range, names, SHARED } = engine.controls, { a, gain } = SHARED;

  const CONTROLS = {
    f: ["Function f", names, "sigmoid", "All four are drawn; this one is moved along."],
    x: ["x", [...range(-20, -7), ...range(-6, 6, 0.05), ...range(7, 20)], 0, "What the unit receives, ν in a network. You can also drag it in the charts."],
    layers: ["Layers", range(1, 100), 39, "A network of 40 layers has 39 hidden ones."],
    a, gain,
    q: ["q", [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.38, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100], 1, "Mean square of ν in the first of the layers."],
    sigmaW2: SHARED.sigmaW2,
    sigmaB2: SHARED.sigmaB2,
    panel: ["Shown below", { none: "nothing", product: "a product of slopes", layer: "a wide layer" }, "none", ""],
  };

  const PRESETS = [
    ["Sigmoid: ¼ at most", {}],
    ["Tanh at 2: saturated", { f: "tanh", x: 2 }],
    ["ReLU: open or shut", { f: "relu", x: -1 }],
    ["LeCun’s tanh: above 1", { f: "lecun_tanh" }],
    ["Tanh: q falls for ever", { f: "tanh", panel: "layer" }],
    ["LeCun’s tanh: q finds a home", { f: "lecun_tanh", a: 0, panel: "layer" }],
  ];

  const RULES = { "Glorot, LeCun": { sigmaW2: 1, sigmaB2: 0 }, He: { sigmaW2: 2, sigmaB2: 0 } }; // for the first weights

  // The markers of each function's line, as in the figures.
  const LOOKS = { relu: "circle", tanh: "square", sigmoid: "triangle", lecun_tanh: "diamond" };

  engine.bench = { controls: new engine.Controls("activation-bench", CONTROLS), PRESETS, RULES, LOOKS };
})(Layerwise);
