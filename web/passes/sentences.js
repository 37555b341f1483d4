// What the two passes say: where they are, with the numbers of one unit filled in.
"use strict";

(function sentences(engine) {
  const { written, raised } = engine.words, { names } = engine.controls, { reached, UPDATES } = engine.passes;
  const most = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
  const signed = (x) => (x < 0 ? `(${written(x)})` : written(x));

  // {verdict, text}; `unit` is the one that is shown, from 0.
  function aboutStep(state, { own, before }, { answers }) {
    const { step, depth: R, T, learnt } = state, { layer } = reached(state), { nu, y, delta, w } = own;
    if (step === 0) return { verdict: "Layer 0 is the drawing", text: "Its 784 pixels are y⁽⁰⁾, from 0 for paper to 1 for ink. Step: the values run down." };
    if (step < R) {
      const i = most(nu[layer].map(Math.abs));
      return {
        verdict: `Down to layer ${layer}`,
        text: `Each unit adds up, νᵢ = Σⱼ wᵢⱼ yⱼ + bᵢ, and answers yᵢ = f(νᵢ). Unit ${i + 1}: ν = ${written(nu[layer][i])}, y = ${names[state.f]}(${written(nu[layer][i])}) = ${written(y[layer][i])}.`,
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
    return {
      verdict: `δ is back in layer ${layer}`,
      text: `δᵢ = f′(νᵢ) Σₖ δₖ wₖᵢ. Unit ${i + 1}: ${filled}.${step === 2 * R ? " Now each weight can change: wᵢⱼ by −ε δᵢ yⱼ, bᵢ by −ε δᵢ." : ""}`,
    };
  }

  const stuck = (answers) => answers.filter((count) => count > 0).length === 1;
  const aboutAnswer = (answers, answer) => (stuck(answers) ? `It answers ${most(answers)} to every digit` : `It answers ${answer}`);

  const aboutNetwork = ({ updates }, { accuracy }) => `${updates ? `After ${UPDATES} updates` : "With its first weights"} this network reads ${(100 * accuracy).toFixed(1)} % of 512 test digits.`;

  Object.assign(engine.passes, { aboutStep, aboutNetwork, stuck });
})(Layerwise);
