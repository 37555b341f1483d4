// Numbers as the book writes them.
"use strict";

(function words(engine) {
  const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const raised = (exponent) => [...String(exponent)].map((sign) => SUPERSCRIPT[sign]).join("");
  const power = (exponent) => `10${raised(exponent)}`;

  // Three digits: 0.0123, 4.25, 1,230, and beyond that 1.2·10⁻⁸. The same in the text, the table and the chart.
  const inFull = (x) => Math.abs(x) >= 0.001 && Math.abs(x) < 9999.5;
  function written(x, digits = 3) {
    if (x === 0) return "0";
    if (!Number.isFinite(x)) return "overflow";
    if (inFull(x)) return Number(x.toPrecision(digits)).toLocaleString("en", { maximumSignificantDigits: digits }).replace("-", "−");
    const [factor, exponent] = x.toExponential(digits - 2).split("e");
    return `${factor}·${power(Number(exponent))}`.replace("-", "−");
  }

  // Numbers with as many digits, from three, as a reader needs who computes from them what is printed: result(...numbers).
  function enough(numbers, result) {
    const rounded = (x, digits) => Number(x.toPrecision(inFull(x) ? digits : digits - 1)), expected = result(...numbers);
    let digits = 3;
    while (digits < 15 && result(...numbers.map((x) => rounded(x, digits))) !== expected) digits += 1;
    return numbers.map((x) => written(x, digits));
  }

  // log10 of a size as the book writes sizes, also where float64 has no number for it.
  function writtenPower(log10) {
    if (log10 === -Infinity || log10 > -300) return written(10 ** log10);
    const exponent = Math.floor(log10);
    return `${(10 ** (log10 - exponent)).toFixed(1)}·${power(exponent)}`;
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

  engine.words = { raised, power, written, enough, writtenPower, listed };
})(Layerwise);
