// The network's answer to a drawing or a photo, and what speaks against it (layerwise.see.answers and .doubts).
"use strict";

Layerwise.part(function answers(engine) {
  const DIGIT = 0.8; // below this likeness a shape may be no digit
  const LOW_CONFIDENCE = 0.6; // below this probability an answer is doubtful
  const SURE_TURNED = 0.75, BETTER_TURNED = 0.3;
  const LEAST_PIXELS = 32;
  const HOW = { 1: "a quarter to the left", 2: "upside down", 3: "a quarter to the right" };
  const ADVICE = {
    empty: ({ prepared: { strokes } }) => {
      const box = engine.pictures.boxAround(strokes);
      return box && box.right - box.left > 3 * (box.bottom - box.top)
        ? "this is flat, like a dash. A digit is at least a third as high as it is wide."
        : "no stroke is large enough. Write one digit that fills a third of the paper or more.";
    },
    several: () => "there seem to be two digits or more, and the network reads one.",
    small: ({ prepared }) => `the digit is only ${Math.round(prepared.pixels)} pixels long. Write it larger.`,
    "no digit": ({ likeness }) => `its shape is unlike all ways to write one (likeness ${likeness.toFixed(2)} of 1).`,
    turned: ({ digit, quarters }) => `turned ${HOW[quarters]} it would be ${engine.aDigit(digit)}.`,
    "low confidence": ({ digit, probabilities }) => {
      const second = probabilities.reduce((best, p, i) => (i !== digit && p > (probabilities[best] ?? -1) ? i : best), -1);
      return `${digit} gets a probability of ${probabilities[digit].toFixed(2)} and ${second} one of ${probabilities[second].toFixed(2)}.`;
    },
  };

  const STEPS = { lines: "takes ruled lines away", polarity: "tells light strokes from dark ones" };

  engine.aDigit = (digit) => (digit === 8 ? "an 8" : `a ${digit}`);
  const most = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

  // networks: {reader, likeness}.
  const likenessOf = ({ box, crop }, { likeness }) => (box ? likeness.of(crop.values) : 0);

  // One way to see the drawing, and what the network makes of it.
  function read(prepared, networks, alike = likenessOf(prepared, networks)) {
    const layers = networks.reader.read(inColour(prepared.input.values)), { probabilities } = layers, digit = most(probabilities);
    const sure = alike >= DIGIT && probabilities[digit] >= LOW_CONFIDENCE;
    return { prepared, layers, probabilities, digit, likeness: alike, sure, score: alike * probabilities[digit] };
  }

  // Null where the likeness is not above `least`: then nobody asks the network.
  function readTurned(prepared, quarters, networks, least) {
    const seen = engine.preparedTurned(prepared, quarters), alike = likenessOf(seen, networks);
    return alike > least ? read(engine.withInput(seen), networks, alike) : null;
  }

  // Grey as three equal channels.
  const inColour = (grey) => Float64Array.from({ length: 3 * grey.length }, (_, i) => grey[Math.floor(i / 3)]);

  // The reading of a prepared drawing, with `digit` (null where there is none) and `problems`: {kind, advice}. Of a photo
  // `without` has other ways to see it, each without a step that may have been a mistake: {step: prepared}. A reading that
  // is sure goes before one that is not; where none is, it is read turned as well. `first`, if it was read before, is given.
  function predict(prepared, networks, without = {}, first = read(prepared, networks)) {
    const others = Object.entries(without).map(([step, other]) => [step, read(other, networks)]);
    const sure = first.sure ? [] : others.map(([, other]) => other).filter((other) => other.sure);
    let best = [first, ...sure].reduce((one, other) => (other.score > one.score ? other : one)), quarters = 0;
    if (prepared.box && !best.sure) {
      const least = Math.max(SURE_TURNED, best.score + BETTER_TURNED); // a score is never above the likeness
      const turns = [1, 2, 3].map((number) => readTurned(prepared, number, networks, least));
      const number = most(turns.map((turn) => turn?.score ?? 0)) + 1, turn = turns[number - 1];
      if (turn?.score > least) [best, quarters] = [turn, number];
    }
    const { box, doubts } = best.prepared, likeness = (quarters ? first : best).likeness, about = { ...best, likeness, quarters };
    const kinds = box ? kindsOf(about) : ["empty"];
    const problems = kinds.map((kind) => ({ kind, advice: ADVICE[kind](about) }));
    if (box) problems.push(...(doubts ? doubts(best.prepared) : []), ...ofSteps(first, others, best));
    return { ...best, likeness, first, quarters, digit: box ? best.digit : null, problems };
  }

  // The steps that decide the answer.
  function ofSteps(first, others, best) {
    return others.flatMap(([kind, other]) => {
      const name = `the step that ${STEPS[kind]}`;
      if (other === best) return { kind, advice: `${name} was left out: with it, ${first.prepared.box ? `the answer would be ${first.digit}` : "nothing would be found"}.` };
      return other.sure && other.digit !== best.digit ? { kind, advice: `without ${name} the answer would be ${other.digit}.` } : [];
    });
  }

  // What says that it is no single digit comes first.
  function kindsOf({ likeness, quarters, prepared, probabilities, digit }) {
    return Object.entries({
      "no digit": likeness < DIGIT,
      turned: quarters > 0,
      several: prepared.others > 0,
      "low confidence": probabilities[digit] < LOW_CONFIDENCE,
      small: prepared.pixels < LEAST_PIXELS,
    }).filter(([, found]) => found).map(([kind]) => kind);
  }

  Object.assign(engine, { read, predict, inColour });
});
