// What the gradient laboratory says: sentences that change with the state.
"use strict";

(function sentences(engine) {
  const { written, listed } = engine.words, { names } = engine.controls;

  // By which factor |delta| changes in one layer on its way back, on average, from the last hidden layer to the first.
  function factor(delta) {
    const steps = delta.length - 1;
    return steps > 0 && delta[0] > 0 ? (delta[0] / delta[steps]) ** (1 / steps) : NaN;
  }

  function way(size) {
    if (size < 0.995) return `is divided by ${written(1 / size)}`;
    return size > 1.005 ? `is multiplied by ${written(size)}` : "keeps its size";
  }

  // What the theory predicts of hidden layers, relative to the last. Where each layer adds what it gets, it is far off.
  function aboutTheory({ skip, redraw }, predicted, updates, ratio) {
    if (!predicted) return " No theory is drawn for batch normalisation.";
    const [end] = predicted, still = Math.abs(end - 1) < 0.005;
    const said = still ? "it stays the same" : `it ${way(factor(predicted))} in each layer, ${written(end)} in the end`;
    const apart = skip && !redraw && !updates && Math.abs(Math.log(ratio / end)) > Math.log(3);
    const why = apart ? " The theory draws other weights for the way back: ‘Redraw W on the way back’ does so too." : "";
    return ` ${updates ? "Theory, for the first weights" : "Theory"}: ${said}.${why}`;
  }

  const VERDICTS = [
    [1e-6, "The gradient vanishes"], [0.03, "The gradient fades"], [30, "The gradient keeps its size"],
    [1e3, "The gradient grows"], [Infinity, "The gradient explodes"],
  ];

  // {verdict, text}: hidden is |delta| of the hidden layers, measured; predicted is relative to the last of them, or null;
  // first is {low, high} of |delta| in layer 1, and draws how many networks were drawn so far.
  function aboutGradient(state, hidden, predicted, updates, { low, high, draws }) {
    const last = hidden.length, name = names[state.f];
    const layers = `${name[0].toUpperCase()}${name.slice(1)}, ${state.depth} layers`;
    if (last < 2) return { verdict: "One hidden layer", text: `${layers}: nothing to multiply yet. Add layers.` };
    if (!hidden.every(Number.isFinite)) return { verdict: "Overflow", text: `${layers}: the numbers have left what a computer can hold.` };
    if (hidden[0] === 0) return { verdict: "Nothing arrives", text: `${layers}: δ in layer 1 is exactly 0.` };
    const ratio = hidden[0] / hidden[last - 1];
    const verdict = VERDICTS.find(([limit]) => ratio < limit)[1];
    const theory = aboutTheory(state, predicted, updates, ratio);
    const apart = draws > 1 && !updates ? ` In layer 1 the ${draws} networks differ by a factor of ${written(high / low)}.` : "";
    return {
      verdict,
      text: `${layers}: on its way back δ ${way(factor(hidden))} in each layer, so layer 1 has ${written(ratio)} of what layer ${last} has.${theory}${apart}`,
    };
  }

  function aboutTraining({ updates, loss, accuracy, answers }) {
    if (!Number.isFinite(loss)) return `After ${updates.toLocaleString("en")} updates the numbers have overflowed: the training has diverged.`;
    const answered = answers.map((count, digit) => [count, digit]).filter(([count]) => count > 0);
    const only = answered.length === 1 ? ` It answers ${answered[0][1]} to every digit.` : ` It gives ${answered.length} different answers.`;
    return `After ${updates.toLocaleString("en")} updates the loss is ${loss.toFixed(3)} and ${(100 * accuracy).toFixed(1)} % of 512 test digits are right.${only}`;
  }

  // Relative difference of one check's derivative from backpropagation's.
  const difference = (found, expected) => (expected === 0 ? (found === 0 ? 0 : Infinity) : Math.abs(found / expected - 1));

  function aboutCheck(rows) {
    const blind = rows.filter((row) => !(difference(row.central, row.backpropagation) < 0.01)).map(({ r }) => r);
    const worst = Math.max(...rows.map((row) => difference(row.complex, row.backpropagation)));
    const agrees = worst === 0 ? "to the last bit" : `to ${written(worst)}`;
    const central = blind.length
      ? `Central differences are wrong by more than 1 % in ${blind.length === 1 ? "layer" : "layers"} ${listed(blind)}: the gradient there is smaller than the rounding of E.`
      : "Central differences are right to 1 % in every layer.";
    return `Complex steps agree with backpropagation ${agrees}, in every layer. ${central}`;
  }

  function aboutStretching({ width }, values) {
    if (!values) return "The product of the layers’ matrices is shown without skip connections and normalisation, from 3 layers on.";
    const lost = width - values.length;
    const rest = lost ? ` The other ${lost} are below 10⁻¹⁴ of the largest, which is what float64 can tell from 0.` : "";
    const axes = [[1, "second"], [9, "tenth"]].filter(([i]) => i < values.length).map(([i, name]) => `, the ${name} ${written(values[i] / values[0])} of that`);
    return `Singular values of J⁽¹⁾ ⋯ J⁽ᴿ⁻²⁾ for the first digit: a ball of deltas in the last hidden layer becomes an ellipsoid in layer 1. `
      + `Its longest axis is ${written(values[0])}${axes.join("")}.${rest}`;
  }

  Object.assign(engine.laboratory, { factor, aboutGradient, aboutTraining, aboutCheck, aboutStretching, difference });
})(Layerwise);
