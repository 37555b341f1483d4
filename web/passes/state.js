// What the two passes let a reader change: the network, the drawing, how far the passes have come.
"use strict";

(function state(engine) {
  const { range, names } = engine.controls, { StrokeControls } = engine.drawing;
  const WIDTH = 32, PEN = 20; // units of a hidden layer; pixels of the paper
  const UPDATES = 200; // of a network that has been trained
  const LEARNT = 50;

  const TABLE = {
    f: ["Activation f", { sigmoid: names.sigmoid, tanh: names.tanh, relu: names.relu }, "tanh", "Of every hidden unit. The output layer is a softmax."],
    depth: ["Layers", range(2, 40), 4, "How many layers have weights."],
    updates: ["Weights", { 0: "the first ones", [UPDATES]: `after ${UPDATES} updates on real digits` }, 0, "First ones are drawn from the seed 0, with Glorot’s variance; the updates have ε = 0.1 and 32 digits each."],
    T: ["Target T", Object.fromEntries(range(0, 9).map((digit) => [digit, String(digit)])), 7, "What the drawing shall be."],
    rate: ["Learning rate ε", [0.001, 0.003, 0.01, 0.03, 0.1, 0.3], 0.03, "Of the change of weights at the end."],
    step: ["Step", [0, 80], 0, ""],
    learnt: ["Learnt", [0, LEARNT], 0, ""],
  };

  // Down through R layers and up again.
  const consistent = (state) => ({ ...state, step: Math.min(state.step, 2 * state.depth) });

  // What is shown at a step: layers 0 to `down` have their y, layers `up` to R their delta; `layer` is the newest.
  function reached({ step, depth }) {
    const down = Math.min(step, depth), up = 2 * depth + 1 - Math.max(step, depth);
    return { down, up, layer: step > depth ? up : down };
  }

  // Layers that have a row: of many, every fifth, and the newest.
  const MOST = 8;
  const hasRow = (r, R) => R <= MOST || r < 2 || r % 5 === 0 || r === R;
  const layersShown = ({ depth, ...state }) => range(0, depth).filter((r) => hasRow(r, depth) || r === reached({ depth, ...state }).layer);

  // The next step that comes to a layer with a row; after the last, one that changes the weights.
  function nextStep({ step, depth }) {
    do step += 1; while (step < 2 * depth && !hasRow(reached({ step, depth }).layer, depth));
    return step;
  }

  // With another number of layers the end stays the end, and the answer the answer; all else starts again.
  const movedStep = ({ step, depth }, to) => (step === 2 * depth ? 2 * to : step === depth ? to : 0);

  engine.passes = { controls: new StrokeControls("two-passes", TABLE, consistent), WIDTH, PEN, UPDATES, LEARNT, reached, layersShown, nextStep, movedStep };
})(Layerwise);
