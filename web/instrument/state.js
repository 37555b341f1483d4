// The state of an instrument's controls, and the address that holds all of it.
"use strict";

(function state(engine) {
  // Whole numbers, or with a step: from first to last.
  const range = (first, last, step = 1) =>
    Array.from({ length: Math.round((last - first) / step) + 1 }, (_, i) => Number((first + i * step).toPrecision(12)));

  // What several instruments let a reader change.
  const names = { sigmoid: "sigmoid", tanh: "tanh", relu: "ReLU", lecun_tanh: "LeCun’s tanh" };
  const forLecun = ({ f }) => f === "lecun_tanh";
  const SHARED = {
    sigmaW2: ["σ_w²", [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.31, 1.5, 1.75, 2, 2.5, 3, 4, 6, 8, 12, 16, 24, 32, 64, 103, 128], 1,
      "How large the first weights are. 1 is Glorot’s and LeCun’s rule, 2 is He’s."],
    sigmaB2: ["σ_b²", [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1], 0, "Variance of the first biases."],
    a: ["a of LeCun’s tanh", [0, 0.001, 0.01, 0.03, 0.1, 0.3], 0.001, "Slope of its linear part.", forLecun],
    gain: ["Gain of LeCun’s tanh", [0.5, 1, 1.25, 1.5, 1.7159, 2, 2.5], 1.7159, "The factor before its tanh.", forLecun],
  };

  // A value from its text in the address: what is not allowed is left at its start.
  function read({ values, start }, text) {
    if (values === true) return text === "1";
    if (!Array.isArray(values)) return Object.hasOwn(values, text) ? (typeof start === "number" ? Number(text) : text) : start;
    const number = Number(text), [first, last] = [values[0], values[values.length - 1]];
    if (text.trim() === "" || !(number >= first && number <= last)) return start;
    return values.every(Number.isInteger) ? Math.round(number) : number;
  }

  // Controls as {name: [label, what a control may be, what it starts as, help, when it has an effect]}: an array is a
  // slider's steps (the address may hold any number between its ends), an object a choice, true a switch.
  // `consistent` puts right what cannot be together.
  class Controls {
    constructor(instrument, table, consistent = (state) => state) {
      Object.assign(this, { instrument, consistent, table: {} });
      for (const [name, [label, values, start, help, applies = () => true]] of Object.entries(table)) {
        this.table[name] = { name, label, values, start, help, applies };
      }
      this.all = Object.values(this.table);
    }

    started() { return Object.fromEntries(this.all.map(({ name, start }) => [name, start])); }

    // From "f=relu&depth=40", and back; what stands at its start is left out.
    fromAddress(text) {
      const found = new URLSearchParams(text), state = this.started();
      for (const control of this.all) if (found.has(control.name)) state[control.name] = read(control, found.get(control.name));
      return this.consistent(state);
    }

    toAddress(state) {
      const changed = this.all.filter(({ name, start }) => state[name] !== start);
      return changed.map(({ name, values }) => `${name}=${values === true ? Number(state[name]) : state[name]}`).join("&");
    }
  }

  Object.assign(engine, { Controls, controls: { range, names, SHARED } });
})(Layerwise);
