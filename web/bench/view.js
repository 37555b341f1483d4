// What the activation bench shows: its layout, its charts, its sentences.
"use strict";

(function view(engine) {
  const { controls, PRESETS, RULES, LOOKS, charts, aboutUnit, aboutProduct, unitFormulas, layerFormulas, aboutLayers } = engine.bench;
  const { written, writtenPower } = engine.words, { names } = engine.controls, { swatch } = engine.marks;
  const { make, button, picture, spoken, tableBehind, Control, paint, say } = engine.elements;
  const PANELS = { product: "Many layers: a product of slopes", layer: "A wide layer: q, V(q) and χ(q)" };
  const HEIGHT = 250;

  function computeWide(own, { q, sigmaW2, sigmaB2, layers }) {
    const all = engine.layersOfQ(own, q, sigmaW2, sigmaB2, layers);
    return {
      second: engine.secondMoment(own, q), slopes: engine.slopeMoment(own, q), next: all[1], chi: engine.chi(own, q, sigmaW2),
      last: all[layers], goal: engine.fixedPoint(own, sigmaW2, sigmaB2), layers: all,
    };
  }

  // All that is shown of a state: of one unit at x, and where that is looked at, of wide layers.
  function compute(state) {
    const activations = Object.fromEntries(Object.keys(names).map((name) => [name, engine.findActivation(name, state)]));
    const own = activations[state.f], slope = own.f_prime(state.x), log = state.layers * Math.log10(slope);
    const unit = {
      value: own.f(state.x), slope, steepest: own.f_prime(state.f === "relu" ? 1 : 0), product: writtenPower(log),
    };
    return { activations, own, unit, wide: state.panel === "layer" ? computeWide(own, state) : null };
  }

  class View {
    // set takes {name: new value}.
    constructor(root, set) {
      Object.assign(this, { root, set, controls: [], tables: [] });
      this.contents = { product: this.product(), layer: this.layer() };
      root.replaceChildren(
        this.starts(), spoken(this.verdict = make("strong"), ". ", this.sentence = make("span")), make("div", { class: "unit" }, ...this.head()), this.grid(["f", "x", "layers", "a", "gain"]),
        this.panels = make("div", { class: "panels", role: "group", "aria-label": "Shown below" },
          ...Object.entries(PANELS).map(([name, label]) => button(label, () => set({ panel: this.state.panel === name ? "none" : name }), { "data-panel": name }))),
        ...Object.values(this.contents),
        make("p", { class: "foot", text: "Computed in your browser in float64; nothing leaves the page." }));
      this.drag(this.values, (x) => ({ x }));
      this.drag(this.slopes, (x) => ({ x }));
      this.drag(this.cobweb, (q) => ({ q }));
      this.drag(this.phases, (w, b) => ({ sigmaW2: w * w, sigmaB2: b * b }));
    }

    grid(all) {
      return make("div", { class: "controls" }, ...all.map((name) => {
        const made = new Control(controls, name, this.set);
        this.controls.push(made);
        if (name === "sigmaW2") {
          const marks = Object.entries(RULES).map(([text, changes]) => button(text, () => this.set(changes)));
          made.box.lastChild.before(make("span", { class: "marks", role: "group", "aria-label": "Rules for the first weights" }, ...marks));
        }
        return made.box;
      }));
    }

    starts() {
      return this.presets = make("div", { class: "presets", role: "group", "aria-label": "Functions to start from" },
        ...PRESETS.map(([label, changes]) => {
          const state = { ...controls.started(), ...changes };
          return button(label, () => this.set(state), { "data-state": controls.toAddress(state) });
        }));
    }

    head() {
      const legend = make("div", { class: "legend" }, ...Object.entries(names).map(([name, text]) => (
        make("span", { class: "key", "data-name": name }, swatch(name, LOOKS[name], false), text))));
      this.values = picture("The functions");
      this.slopes = picture("Their derivatives");
      this.formulas = make("dl", { class: "formulas" });
      return [
        legend,
        make("div", { class: "charts draggable" }, this.values, this.slopes), this.formulas,
        this.table("The charts as a table", "f and f′ around 0", () => {
          const all = Object.entries(this.found.activations), around = [-6, -4, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 4, 6];
          const rows = [...new Set([...around, this.state.x])].sort((a, b) => a - b);
          return [["x", ...all.flatMap(([name]) => [`f, ${names[name]}`, "f′"])], rows.map((x) => [written(x), ...all.flatMap(([, { f, f_prime }]) => [f(x), f_prime(x)])])];
        }),
      ];
    }

    // A table behind a chart, from what was found last.
    table(summary, caption, content) {
      const box = tableBehind(summary, () => this.found && [caption, ...content()]);
      this.tables.push(box);
      return box;
    }

    product() {
      this.multiplied = make("p", { class: "sentence" });
      this.products = picture("Products of slopes, logarithmic");
      return make("div", { class: "panel" }, this.multiplied, this.products,
        this.table("The chart as a table", "log₁₀ of the product of slopes", () => {
          const logs = Object.entries(this.logs());
          return [["layers", ...logs.map(([name]) => names[name])], [1, 2, 5, 10, 20, 39, 50, 100].map((r) => [r, ...logs.map(([, log]) => (Number.isFinite(log) ? r * log : "product 0"))])];
        }));
    }

    layer() {
      this.cobweb = picture("V(q), and q from layer to layer");
      this.phases = picture("Where gradients shrink and where they grow");
      this.wideFormulas = make("dl", { class: "formulas" });
      this.readout = make("dl", { class: "readout" });
      return make("div", { class: "panel" },
        make("div", { class: "charts draggable" }, this.cobweb, this.phases),
        this.wideFormulas, this.readout, this.grid(["q", "sigmaW2", "sigmaB2"]),
        this.table("q in each layer as a table", "Mean square q of ν and χ(q), layer by layer", () => (
          [["layer", "q", "χ(q)"], this.found.wide.layers.map((q, i) => [i + 1, q, engine.chi(this.found.own, q, this.state.sigmaW2)])])),
        this.table("The line χ = 1 as a table", "Pairs with χ(q*) = 1", () => (
          [["σ_w", "σ_b"], this.critical().filter((pair) => pair && pair[1] <= 1.05).filter((_, i) => i % 4 === 0).map(([w, b]) => [written(w, 5), b])])));
    }

    // A pointer that is pressed on a chart sets what lies below it; `changes` gets its place in the chart's numbers.
    drag(svg, changes) {
      const follow = (event) => {
        const to = svg.scales, box = svg.getBoundingClientRect();
        if (!to) return;
        const wanted = changes(to.x(event.clientX - box.left), to.y(event.clientY - box.top));
        for (const [name, value] of Object.entries(wanted)) { // to the slider's nearest step
          wanted[name] = controls.table[name].values.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
        }
        this.set(wanted);
      };
      svg.onpointerdown = (event) => {
        svg.setPointerCapture(event.pointerId);
        follow(event);
      };
      svg.onpointermove = (event) => { if (svg.hasPointerCapture(event.pointerId)) follow(event); };
    }

    show({ state }) {
      this.state = state;
      for (const control of this.controls) control.show(state);
      const present = controls.toAddress(state);
      for (const preset of this.presets.children) preset.setAttribute("aria-pressed", preset.dataset.state === present);
      for (const panel of this.panels.children) panel.setAttribute("aria-expanded", panel.dataset.panel === state.panel);
      for (const [name, content] of Object.entries(this.contents)) content.hidden = name !== state.panel;
      this.root.dataset.activation = state.f;
    }

    // log10 of each function's slope at x.
    logs() { return Object.fromEntries(Object.entries(this.found.activations).map(([name, { f_prime }]) => [name, Math.log10(f_prime(this.state.x))])); }

    // It depends on the function alone, and takes longer than the rest.
    critical() {
      const { f, a, gain } = this.state, key = f === "lecun_tanh" ? `${f} ${a} ${gain}` : f;
      if (this.line?.key !== key) this.line = { key, pairs: engine.criticalLine(this.found.own) };
      return this.line.pairs;
    }

    graph(size, which) {
      const { activations, unit } = this.found, { state } = this, { x } = state;
      const all = Object.fromEntries(Object.entries(activations).map(([name, own]) => [name, own[which]]));
      const wide = { all, state, steepest: unit.steepest, q: state.panel === "layer" ? state.q : 0 };
      return which === "f"
        ? charts.graph({ ...size, ...wide, value: unit.value, slope: unit.slope, title: `f(${written(x)}) = ${written(unit.value)}` })
        : charts.graph({ ...size, ...wide, value: unit.slope, title: `f′(${written(x)}) = ${written(unit.slope)}` });
    }

    layerChart(size, which) {
      const { own, wide } = this.found, { state } = this;
      if (which === "phases") return charts.phases({ ...size, critical: this.critical(), state });
      return charts.cobweb({ ...size, map: (q) => engine.varianceMap(own, q, state.sigmaW2, state.sigmaB2), layers: wide.layers, goal: wide.goal });
    }

    // One sentence: of what the reader looks at.
    about() {
      const { state, found } = this;
      return state.panel === "layer" ? aboutLayers(state, found.wide) : aboutUnit(state, found.unit);
    }

    // What stands here while JavaScript is off: the sentence and the charts, as HTML.
    still(page) {
      this.found = compute(this.state = page.state);
      const size = { width: 345, height: HEIGHT }, { verdict, text } = this.about();
      const drawn = (label, { content }) => `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${label}">${content}</svg>`;
      const pair = (one, other) => `<div class="charts">${one}${other}</div>\n`;
      const drawings = this.state.panel === "layer"
        ? pair(drawn(`V(q). ${text}`, this.layerChart(size, "cobweb")), drawn("Where gradients shrink and where they grow.", this.layerChart(size, "phases")))
        : pair(drawn(`The four functions. ${text}`, this.graph(size, "f")), drawn(`Their derivatives. ${text}`, this.graph(size, "f_prime")));
      return `<p class="sentence"><strong>${verdict}</strong>. ${text}</p>\n${drawings}`;
    }

    draw({ state }) {
      const found = this.found = compute(this.state = state), { verdict, text: said } = this.about(), { text } = aboutUnit(state, found.unit);
      say(this.verdict, verdict);
      say(this.sentence, said);
      this.paint(this.values, `The four functions. ${text}`, (size) => this.graph(size, "f"));
      this.paint(this.slopes, `Their derivatives. ${text}`, (size) => this.graph(size, "f_prime"));
      this.fillIn(this.formulas, unitFormulas(state, found.unit));
      if (state.panel === "product") this.drawProducts();
      if (state.panel === "layer") this.drawLayers(found, said);
      for (const table of this.tables) table.refill();
    }

    drawProducts() {
      const { state } = this;
      say(this.multiplied, aboutProduct(this.logs()));
      this.paint(this.products, `Products of slopes, logarithmic. ${this.multiplied.textContent}`, (size) => charts.products({ ...size, logs: this.logs(), state }));
    }

    drawLayers({ wide }, text) {
      const { state } = this, { goal } = wide;
      this.fillIn(this.wideFormulas, layerFormulas(state, wide));
      const none = goal.kind === "neutral" ? "every q" : "none";
      const entries = {
        "E f²": written(wide.second), "E f′²": written(wide.slopes), "q*": goal.q === null ? none : written(goal.q),
        [goal.q === null ? "χ, its limit" : "χ(q*)"]: written(goal.chi), [`q after ${state.layers} layers`]: written(wide.last),
      };
      this.readout.replaceChildren(...Object.entries(entries).map(([term, value]) => make("div", {}, make("dt", { text: term }), make("dd", { text: value }))));
      this.paint(this.cobweb, `V(q). ${text}`, (size) => this.layerChart(size, "cobweb"));
      this.paint(this.phases, `The line χ = 1 in the plane of σ_w and σ_b, and the present weights. ${text}`, (size) => this.layerChart(size, "phases"));
    }

    paint(svg, label, drawn) {
      svg.setAttribute("aria-label", label);
      paint(svg, HEIGHT, (size) => {
        const { content, to } = drawn(size);
        svg.scales = to;
        return content;
      });
    }

    // [what it is, the numbers filled in, the result], with ^{…} raised and _w lowered.
    fillIn(list, formulas) {
      const part = (text) => ({ "^": () => make("sup", { text: text.slice(2, -1) }), _: () => make("sub", { text: text[1] }) }[text[0]] ?? (() => text))();
      const parts = (text) => text.split(/(\^\{[^}]*\}|_\w)/).map(part);
      list.replaceChildren(...formulas.map(([formula, filled, result]) => (
        make("div", {}, make("dt", {}, ...parts(formula)), make("dd", {}, ...parts(`= ${filled} = `), make("strong", { text: result }))))));
    }
  }

  engine.bench.View = View;
  engine.bench.compute = compute;
})(Layerwise);
