// Numbers as the book writes them.
"use strict";

(function words(engine) {
  const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const raised = (exponent) => [...String(exponent)].map((sign) => SUPERSCRIPT[sign]).join("");
  const power = (exponent) => `10${raised(exponent)}`;

  // Three digits: 0.0123, 4.25, 1,230, and beyond that 1.2·10⁻⁸. The same in the text, the table and the chart.
  function written(x) {
    if (x === 0) return "0";
    if (!Number.isFinite(x)) return "overflow";
    const size = Math.abs(x);
    if (size >= 0.001 && size < 9999.5) {
      return Number(x.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 }).replace("-", "−");
    }
    const [digits, exponent] = x.toExponential(1).split("e");
    return `${digits}·${power(Number(exponent))}`.replace("-", "−");
  }

  // 1 to 7, 9
  function listed(numbers) {
    const runs = [];
    for (const n of numbers) {
      const run = runs[runs.length - 1];
      if (run && run[1] === n - 1) run[1] = n; else runs.push([n, n]);
    }
    return runs.map(([a, b]) => (a === b ? `${a}` : `${a} to ${b}`)).join(", ");
  }

  engine.words = { raised, power, written, listed };
})(Layerwise);
