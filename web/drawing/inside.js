// One unit taken apart, and what is left of an answer when a part of the input is covered.
"use strict";

(function inside(engine) {
  const SQUARE = 8, STEP = 4, INPUT = 32, PAPER = 0.8;

  // The unit of a layer at a place (from 1): for each map below what it sees and the sum of nine products, and nu.
  function unit({ layers }, reader, { layer, map, row, column }) {
    const { side, channels, values } = layers.below[layer], { w, b, K } = reader.layers[layer - 1];
    const parts = Array.from({ length: channels }, (_, c) => {
      const products = Array.from({ length: 9 }, (_, i) => {
        const [from, at] = [row + Math.floor(i / 3) - 2, column + (i % 3) - 2];
        const outside = from < 0 || at < 0 || from >= side || at >= side;
        const y = outside ? 0 : values[(from * side + at) * channels + c], weight = w[(i * channels + c) * K + map - 1];
        return { y, w: weight, product: y * weight };
      });
      return { map: c + 1, products, sum: products.reduce((sum, { product }) => sum + product, 0) };
    });
    const nu = parts.reduce((all, { sum }) => all + sum, b[map - 1]);
    return { layer, map, row, column, parts, b: b[map - 1], nu, y: Math.max(0, nu) };
  }

  // The answer's probability with one square of paper after the other over the input; `done` gets all 64, row by row.
  // Works in short turns, so that the page stays awake; `wanted` says whether anybody still waits.
  function cover({ prepared }, reader, digit, wanted, done) {
    const count = INPUT / STEP, found = [];
    const turn = () => {
      if (!wanted()) return;
      const until = performance.now() + 12;
      while (found.length < count * count && performance.now() < until) {
        const input = prepared.input.values.slice(), [top, left] = [Math.floor(found.length / count), found.length % count];
        const [low, right] = [STEP * top - (SQUARE - STEP) / 2, STEP * left - (SQUARE - STEP) / 2];
        for (let y = Math.max(0, low); y < Math.min(INPUT, low + SQUARE); y++) {
          for (let x = Math.max(0, right); x < Math.min(INPUT, right + SQUARE); x++) input[y * INPUT + x] = PAPER;
        }
        found.push(reader.read(engine.inColour(input)).probabilities[digit]);
      }
      if (found.length === count * count) done(found); else setTimeout(turn);
    };
    turn();
  }

  Object.assign(engine.drawing, { unit, cover });
})(Layerwise);
