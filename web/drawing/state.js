// What the drawing instrument lets a reader change, beside the strokes.
"use strict";

(function state(engine) {
  const { range } = engine.controls;
  const SIDES = { 1: [32, 16], 2: [16, 24], 3: [16, 32], 4: [8, 40], 5: [8, 48], 6: [4, 44] }; // rows, and maps, of a layer

  const TABLE = {
    pen: ["Width of the pen", range(12, 24), 16, "In pixels of the paper, which has 256 a side."],
    panel: ["Shown below", { none: "nothing", maps: "inside", covered: "covered" }, "none", ""],
    layer: ["Layer", range(1, 6), 1, "Which convolution."],
    map: ["Map", range(1, 48), 1, "Which of its kernels."],
    row: ["Row", range(1, 32), 16, "Of the unit in its map."],
    column: ["Column", range(1, 32), 16, "Of the unit in its map."],
  };

  // A unit that the layer has.
  function consistent(state) {
    const [side, maps] = SIDES[state.layer];
    return { ...state, map: Math.min(state.map, maps), row: Math.min(state.row, side), column: Math.min(state.column, side) };
  }

  const controls = new engine.drawing.StrokeControls("draw-a-digit", TABLE, consistent);
  Object.assign(engine.drawing, { controls, SIDES });
})(Layerwise);
