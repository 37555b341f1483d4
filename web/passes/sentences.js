// What the two passes say: where they are, with the numbers of one unit filled in.
"use strict";

(function sentences(engine) {
  const { written, raised, listed } = engine.words, { names } = engine.controls, { reached, UPDATES } = engine.passes;
  const most = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
  const equal = (values) => values.every((value) => value === values[0]);
  const zero = (values) => values.every((value) => value === 0);
  const answerOf = (y) => (equal(y) ? -1 : most(y)); // none, where none is larger
  const signed = (x) => (x < 0 ? `(${written(x)})` : written(x));

  // {verdict, text}; `unit` is the one that is shown, from 0.
  function aboutStep(state, { own, before }, { answers }) {
    const { step, depth: R, T, learnt } = state, { layer } = reached(state), { nu, y, delta, w } = own;
    if (zero(y[0])) return { verdict: "The paper is empty", text: `All 784 pixels are 0, so layer 1 gets its biases alone.${step < R ? "" : ` ${aboutEqual(y[R], answers)}`}` };
    if (step === 0) return { verdict: "Layer 0 is the drawing", text: "Its 784 pixels are y⁽⁰⁾, from 0 for paper to 1 for ink. Step: the values run down." };
    if (step < R) {
      const i = most(nu[layer].map(Math.abs));
      return {
        verdict: `Down to layer ${layer}`,
        text: `Each unit adds up, νᵢ = Σⱼ wᵢⱼ yⱼ + bᵢ, and answers yᵢ = f(νᵢ). Unit ${i + 1}, with the largest |ν|: ν = ${written(nu[layer][i])}, y = ${names[state.f]}(${written(nu[layer][i])}) = ${written(y[layer][i])}.`,
      };
    }
    const answer = most(y[R]), [p, target] = [y[R][answer], y[R][T]];
    if (step === R) {
      const told = learnt ? ` Before, y of the ${T} was ${written(before[T])}; after ${learnt} ${learnt === 1 ? "update" : "updates"} on this drawing it is ${written(target)}.` : ` The target is ${T}: its y is ${written(target)}, and E = −ln y = ${written(own.E)}.`;
      return { verdict: aboutAnswer(answers, answer), text: `The softmax of ν⁽${raised(R)}⁾ gives ${answer} the largest y, ${written(p)}.${told}${engine.passes.stuck(answers) ? " Draw what you like: the bars do not move." : ""}` };
    }
    if (layer === R) {
      return { verdict: `δ begins in layer ${R}`, text: `δᵢ = yᵢ − Tᵢ. The ${T}: ${written(target)} − 1 = ${written(delta[R][T])}; any other digit: its y − 0.` };
    }
    const i = most(delta[layer].map(Math.abs)), sum = delta[layer + 1].reduce((all, one, k) => all + one * w[layer + 1][k * own.n[layer] + i], 0);
    const slope = own.activation.f_prime(nu[layer][i]), filled = `${written(slope)} · ${signed(sum)} = ${written(delta[layer][i])}`;
    const which = zero(delta[layer]) ? "" : ", with the largest |δ|", text = `δᵢ = f′(νᵢ) Σₖ δₖ wₖᵢ. Unit ${i + 1}${which}: ${filled}.${whyZero(own, layer)}`;
    if (step < 2 * R) return { verdict: `δ is back in layer ${layer}`, text };
    return { verdict: `${aboutAnswer(answers, answer)}, and ${zero(delta[1]) ? "no δ reaches" : "δ is back in"} layer 1`, text: `${text} ${aboutChange(delta, R)}` };
  }

  const aboutEqual = (y, answers) => (equal(y) ? `All ten y are equal, ${written(y[0])}.` : `${aboutAnswer(answers, most(y))}.`);

  // Why nothing arrives in a layer, where nothing does.
  function whyZero({ delta, nu, activation }, layer) {
    if (!zero(delta[layer])) return "";
    if (zero(delta[layer + 1])) return " Every δ here is 0, as all δ of the layer above are.";
    return ` Every δ here is 0${zero(nu[layer].map(activation.f_prime)) ? ": no ν is above 0, so every slope f′ is 0" : ""}.`;
  }

  // Which weights the deltas can change: those of a layer whose deltas are all 0 stay.
  function aboutChange(delta, R) {
    const change = "wᵢⱼ by −ε δᵢ yⱼ, bᵢ by −ε δᵢ", layers = Array.from({ length: R }, (_, before) => before + 1), still = layers.filter((r) => zero(delta[r]));
    if (!still.length) return `Now each weight can change: ${change}.`;
    if (still.length === R - 1) return `A weight changes by −ε δᵢ yⱼ: no hidden weight changes, since every hidden δ is 0.`;
    return `Weights change, ${change}, but none in ${still.length === 1 ? "layer" : "layers"} ${listed(still)}, since every δ there is 0.`;
  }

  const stuck = (answers) => answers.filter((count) => count > 0).length === 1;
  const aboutAnswer = (answers, answer) => (stuck(answers) ? `It answers ${most(answers)} to every digit` : `It answers ${answer}`);

  const aboutNetwork = ({ updates }, { accuracy }) => `${updates ? `After ${UPDATES} updates` : "With its first weights"} this network reads ${(100 * accuracy).toFixed(1)} % of 512 test digits.`;

  Object.assign(engine.passes, { aboutStep, aboutNetwork, stuck, answerOf });
})(Layerwise);
