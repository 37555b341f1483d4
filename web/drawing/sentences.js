// What the drawing instrument says: sentences that change with the state.
"use strict";

(function sentences(engine) {
  const { written } = engine.words, { probability } = engine.drawing;

  // {verdict, text} of a reading.
  function aboutReading({ digit, probabilities, problems, likeness, first }, empty) {
    if (empty) return { verdict: "The paper is empty", text: "Draw a digit, as large as a hand would write it here." };
    if (digit === null) return { verdict: "No digit is found", text: `${capital(problems[0].advice)}` };
    const kinds = problems.map(({ kind }) => kind), said = (one, p) => `${one}, with a probability ${ofSize(p[one])}`, answer = said(digit, probabilities);
    const reasons = problems.map(({ advice }) => capital(advice)).join(" ");
    if (kinds.includes("no digit") && kinds.includes("turned")) {
      const also = first.digit === digit ? " also" : "";
      return { verdict: "This may be no digit", text: `The drawing is read turned, and the bars are of that. ${reasons} As it lies, the network${also} says ${said(first.digit, first.probabilities)}.` };
    }
    if (kinds.includes("no digit")) return { verdict: "This may be no digit", text: `${reasons} If it has to be one, the network says ${answer}.` };
    if (problems.length) return { verdict: `It reads ${engine.aDigit(digit)}, with a doubt`, text: `The network says ${answer}. But ${reasons[0].toLowerCase()}${reasons.slice(1)}` };
    return {
      verdict: `It reads ${engine.aDigit(digit)}`,
      text: `The network says ${answer}; a second network finds it digit-like (${likeness.toFixed(2)} of 1). Nothing speaks against it, and it can still be wrong.`,
    };
  }

  const ofSize = (p) => (/\d/.test(probability(p)[0]) ? `of ${probability(p)}` : probability(p));
  const capital = (text) => text[0].toUpperCase() + text.slice(1);

  // unit: {layer, map, row, column, nu, y, parts, b}.
  function aboutUnit({ layer, map, row, column, nu, y, parts, b }, [side, maps]) {
    const below = layer === 1 ? "three colours of the input" : `${parts.length} maps below`;
    const largest = [...parts].sort((one, other) => Math.abs(other.sum) - Math.abs(one.sum)).slice(0, 3);
    const shown = largest.map(({ sum }, i) => `${i === 0 ? (sum < 0 ? "−" : "") : sum < 0 ? " − " : " + "}${written(Math.abs(sum))}`).join("");
    const rest = nu - b - largest.reduce((all, { sum }) => all + sum, 0);
    const signed = (x) => `${x < 0 ? " − " : " + "}${written(Math.abs(x))}`;
    const others = parts.length > 3 ? `${signed(rest)} (the other ${parts.length - 3})` : "";
    return `Layer ${layer}, map ${map} of ${maps}, row ${row} and column ${column} of ${side}: it sees 3 × 3 places in the ${below}, `
      + `so it adds up ${9 * parts.length} products w y and b. ν = ${shown}${others}${signed(b)} (b) = ${written(nu)}, and y = max(0, ν) = ${written(y)}.`;
  }

  // values: probability of the answer with a square of the input covered, 8 x 8 places row by row.
  function aboutCovered(digit, values, before) {
    const worst = values.reduce((best, value, i) => (value < values[best] ? i : best), 0);
    const [row, column] = [Math.floor(worst / 8), worst % 8];
    const where = `${["at the top", "in the middle", "at the bottom"][Math.floor(row / 2.7)]}, ${["on the left", "in the centre", "on the right"][Math.floor(column / 2.7)]}`;
    const lost = values.filter((value) => value < before / 2).length;
    const few = lost === 0 ? "No square takes away half of it." : `${lost} of ${values.length} squares ${lost === 1 ? "takes" : "take"} away half of it or more.`;
    const falls = values[worst] < before ? ` With a grey square ${where}, it falls to ${probability(values[worst])}.` : "";
    return `The ${digit} has a probability ${ofSize(before)}.${falls} ${few}`;
  }

  Object.assign(engine.drawing, { aboutReading, aboutUnit, aboutCovered });
})(Layerwise);
