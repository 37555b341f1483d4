// What the two passes compute: a drawing as the digits are that the network learned from, and the network itself.
"use strict";

(function compute(engine) {
  const { WIDTH, PEN } = engine.passes, { boxAround, longerSide, resized, rounded } = engine.pictures;
  const SIDE = 28, LONGER = 20, MIDDLE = 13.5; // pixels: of the input, of the digit in it, and where its centre of mass lies
  const RATE = 0.1;
  const TURN = 12; // milliseconds of work, after which the page may do something else

  // 28 x 28 levels from 0 (paper) to 255, as the digits of MNIST: 20 pixels long, the centre of mass in the middle.
  function inputOf(strokes) {
    const page = engine.ink.drawn(strokes, PEN), input = new Uint8Array(SIDE * SIDE);
    const ink = { ...page, values: page.values.map((light) => 1 - light) }, box = boxAround(ink, 0.5);
    if (!box) return input;
    const scale = LONGER / longerSide(box), [height, width] = [box.bottom - box.top, box.right - box.left].map((side) => Math.max(1, rounded(scale * side)));
    const { values } = resized(ink, height, width, [box.left, box.top, box.right, box.bottom]);
    let mass = 0, across = 0, down = 0;
    values.forEach((value, p) => { mass += value; across += value * (p % width); down += value * Math.floor(p / width); });
    const place = (sum, length) => Math.min(SIDE - length, Math.max(0, rounded(MIDDLE - sum / mass)));
    const [left, top] = [place(across, width), place(down, height)];
    values.forEach((value, p) => {
      input[(top + Math.floor(p / width)) * SIDE + left + (p % width)] = rounded(255 * Math.min(1, Math.max(0, value)));
    });
    return input;
  }

  // As the gradient laboratory has it, whose settings these are.
  const settings = ({ f, depth }) => ({
    f, depth, width: WIDTH, rule: "fan_mean", sigmaW2: 1, sigmaB2: 0, seed: 0, rate: RATE, batch: 32, digits: 1, skip: false, normalise: false, way: "kernel",
  });

  // The network that a state begins with: {network, answers, accuracy}, `done` gets it. Works in short turns; `wanted` says
  // whether anybody still waits.
  function begun(laboratory, state, wanted, done) {
    laboratory.startTraining(settings(state));
    const { training } = laboratory;
    const turn = () => {
      if (!wanted()) return;
      for (const until = performance.now() + TURN; training.updates < state.updates && performance.now() < until;) laboratory.update();
      if (training.updates < state.updates) { setTimeout(turn); return; }
      laboratory.examine();
      done({ network: training.network, answers: [...training.answers], accuracy: training.accuracy });
    };
    turn();
  }

  // Both passes of one drawing, after so many updates on it alone: the network, and its y before them.
  function passes({ network }, laboratory, { strokes, T, rate, learnt, ...state }) {
    const own = laboratory.network(settings(state), 1);
    own.copyWeights(network);
    own.show(inputOf(strokes), [T], [0]);
    own.forwardPass();
    const before = own.y[own.R].slice();
    for (let i = 0; i < learnt; i++) own.update(rate);
    own.forwardPass();
    own.backwardPass();
    return { own, before };
  }

  Object.assign(engine.passes, { inputOf, begun, passes, SIDE });
})(Layerwise);
