// What the activation bench says: sentences that change with the state, and formulas with the numbers filled in.
"use strict";

(function sentences(engine) {
  const { written, enough, writtenPower } = engine.words, { names } = engine.controls, { LECUN_SLOPE } = engine;
  const named = ({ f }) => `${names[f][0].toUpperCase()}${names[f].slice(1)}`;
  const negative = (text) => (text.startsWith("−") ? text.slice(1) : text === "0" ? text : `−${text}`);
  const counted = (layers) => (layers === 1 ? "One layer" : `${layers} layers`);

  // The slope with as many digits as give the product that is printed.
  const slopeIn = ({ layers }, { slope }) => enough([slope], (one) => writtenPower(layers * Math.log10(one)))[0];

  // {verdict, text} for one unit; found: {value, slope, steepest, product: as text}.
  function aboutUnit(state, found) {
    const { f, x, layers } = state, { value, slope, steepest, product } = found;
    const left = ` ${counted(layers)} with this slope ${layers === 1 ? "leaves" : "leave"} ${product} of a signal.`;
    const text = `${named(state)} at x = ${written(x)}: value ${written(value)}, slope ${slopeIn(state, found)}.${left}`;
    if (f === "relu") {
      if (x === 0) return { verdict: "At the kink", text: `ReLU has no slope at 0. By convention it is taken as 0, as in Keras.${left}` };
      return { verdict: x > 0 ? "Open" : "Shut", text };
    }
    if (x === 0) return { verdict: "As steep as it gets", text };
    if (slope < 0.1 * steepest) return { verdict: "Saturated", text };
    return { verdict: slope > 1 ? "Steeper than 1" : "Flatter than 1", text };
  }

  // Each as [before the numbers, with them, the result]; ^{…} is raised. What is filled in gives the result that is printed.
  const FORMULAS = {
    sigmoid: (x, { value, slope }) => {
      const [whole] = enough([x], (u) => written(1 / (1 + Math.exp(-u))));
      const [half] = enough([x / 2], (u) => written((Math.exp(u) + Math.exp(-u)) ** -2));
      return [
        ["f(x) = 1 / (1 + e^{−x})", `1 / (1 + e^{${negative(whole)}})`, written(value)],
        ["f′(x) = 1 / (e^{x/2} + e^{−x/2})²", `1 / (e^{${half}} + e^{${negative(half)}})²`, written(slope)],
      ];
    },
    tanh: (x, { value, slope }) => {
      const [inside] = enough([x], (u) => written(Math.tanh(u))), [outside] = enough([x], (u) => written(4 * (Math.exp(u) + Math.exp(-u)) ** -2));
      return [
        ["f(x) = (e^{x} − e^{−x}) / (e^{x} + e^{−x})", `tanh(${inside})`, written(value)],
        ["f′(x) = 4 / (e^{x} + e^{−x})²", `4 / (e^{${outside}} + e^{${negative(outside)}})²`, written(slope)],
      ];
    },
    relu: (x, { value, slope }) => [
      ["f(x) = max(0, x)", `max(0, ${written(x)})`, written(value)],
      ["f′(x) = 1 if x > 0, else 0", `${written(x)} ${x > 0 ? "> 0" : "≤ 0"}`, written(slope)],
    ],
    lecun_tanh: (x, { value, slope }, { a, gain }) => {
      const steepest = gain * LECUN_SLOPE, bell = (slope - a) / steepest, factor = String(gain), FINE = 5; // digits that show a
      const [bent, straight] = enough([engine.tanh(LECUN_SLOPE * x), a * x], (u, v) => written(gain * u + v));
      const [most, share] = enough([steepest, bell], (u, v) => written(u * v + a, FINE));
      return [
        [`f(x) = ${factor} tanh(2x/3) + ${a} x`, `${factor} · ${bent} + ${straight}`, written(value)],
        [`f′(x) = ${factor} · ⅔ · sech²(2x/3) + ${a}`, `${most} · ${share} + ${a}`, written(slope, FINE)],
      ];
    },
  };

  function unitFormulas(state, found) {
    const slope = slopeIn(state, found);
    const product = [`f′(x)^{${state.layers}}`, `${slope}^{${state.layers}}`, found.product];
    return [...FORMULAS[state.f](state.x, found, state), product];
  }

  // logs: {name: log10 of its slope at x}. A product that is 0 has no place in a logarithmic chart.
  function aboutProduct(logs) {
    const none = Object.keys(logs).filter((name) => !Number.isFinite(logs[name])).map((name) => names[name]);
    const left = none.length ? ` ${none.join(" and ")} has no line: its product is 0, which a logarithmic chart cannot show.` : "";
    return `Weights stand between the slopes, and may make a product larger or smaller.${left}`;
  }

  function layerFormulas({ sigmaW2, sigmaB2 }, { second, slopes, next, chi }) {
    const [forwards] = enough([second], (mean) => written(sigmaW2 * mean + sigmaB2)), [back] = enough([slopes], (mean) => written(sigmaW2 * mean));
    return [
      ["V(q) = σ_w² E f(√q z)² + σ_b²", `${written(sigmaW2)} · ${forwards} + ${written(sigmaB2)}`, written(next)],
      ["χ(q) = σ_w² E f′(√q z)²", `${written(sigmaW2)} · ${back}`, written(chi)],
    ];
  }

  function ofDelta(chi) {
    const factor = Math.sqrt(chi);
    if (Math.abs(factor - 1) < 0.0005) return "|δ| keeps its size on its way back";
    return factor < 1 ? `|δ| is divided by ${written(1 / factor)} in each layer on its way back` : `|δ| is multiplied by ${written(factor)} in each layer on its way back`;
  }

  const GOAL = {
    stable: ({ q, chi }) => `It is drawn to q* = ${written(q)}, where χ = ${written(chi)}: there ${ofDelta(chi)}.`,
    vanishing: ({ chi }) => `It falls towards 0 without end, and χ approaches ${written(chi)}.`,
    growing: ({ chi }) => `It grows without bound, and χ approaches ${written(chi)}.`,
    neutral: ({ chi }) => `A layer keeps every q as it is, and χ = ${written(chi)}: ${ofDelta(chi)}.`,
  };

  const VERDICTS = { stable: "A fixed point", vanishing: "Nothing holds q up", growing: "Nothing holds q back", neutral: "Every q is kept" };

  // {verdict, text} for wide layers; found: {next, last, goal}.
  function aboutLayers(state, { next, last, goal }) {
    const after = state.layers === 1 ? "" : `, and after ${state.layers} layers q = ${written(last)}`;
    const text = `${named(state)}, Gaussian ν with q = ${written(state.q)}: the next layer has V(q) = ${written(next)}${after}. ${GOAL[goal.kind](goal)}`;
    return { verdict: VERDICTS[goal.kind], text };
  }

  Object.assign(engine.bench, { aboutUnit, aboutProduct, unitFormulas, layerFormulas, aboutLayers });
})(Layerwise);
