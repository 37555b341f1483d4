// What the gradient laboratory shows: its layout, its charts, its sentences. It knows nothing of the worker.
"use strict";

(function view(engine) {
  const { controls, PRESETS, RULES, factor, aboutGradient, aboutTraining, aboutCheck, aboutStretching, difference } = engine.laboratory;
  const { written } = engine.words, { swatch } = engine.marks;
  const { make, button, picture, spoken, scrolling, tableBehind, Control, fill, paint, say } = engine.elements;
  const SERIES = { weights: ["weights", "square"], biases: ["biases", "diamond"], spread: ["spread", "triangle"] };
  const WAYS = [ // of finding a derivative, in the gradient check
    { key: "central", name: "central difference", look: "biases", marker: "diamond", loose: true },
    { key: "backpropagation", name: "backpropagation", look: "theory", marker: null },
    { key: "complex", name: "complex step", look: "spread", marker: "circle", loose: true },
  ];
  const CHECKED = "One weight of each layer, the one with the largest derivative: of E, added up over the digits shown. "
    + "The lines above are root mean squares of all derivatives of the mean error.";
  const PANELS = { train: "Train it", check: "Check its gradients", histograms: "Look inside a layer" };
  const LOOKED_AT = ["weights", "biases", "spread", "panel"]; // what a network to start from leaves as it is
  const FIRST = ["f", "depth", "sigmaW2", "rule"];
  const MORE = ["width", "sigmaB2", "a", "gain", "digits", "draws", "skip", "normalise", "redraw", "seed"];
  const lookedAt = (state) => Object.fromEntries(LOOKED_AT.map((name) => [name, state[name]]));

  class View {
    // actions: {set, train, step, reset}. `page` of the other methods is what the page knows: {state, measured, stale
    // (measured is of an older state), trained, rows, updates, running}.
    constructor(root, actions) {
      this.root = root;
      this.actions = actions;
      this.controls = [];
      this.tables = [];
      this.contents = { train: this.training(), check: this.checking(), histograms: this.looking() };
      root.replaceChildren(
        ...this.head(), this.table("The chart as a table", (page) => this.sizesTable(page)), this.grid(FIRST),
        make("details", { class: "more" }, make("summary", { text: "More to change" }), this.grid(MORE)),
        this.panels = make("div", { class: "panels", role: "group", "aria-label": "Shown below" },
          ...Object.entries(PANELS).map(([name, label]) => button(label, () => actions.set({ panel: this.page.state.panel === name ? "none" : name }), { "data-panel": name }))),
        ...Object.values(this.contents),
        this.foot = make("p", { class: "foot" }));
    }

    control(name, key) {
      const made = new Control(controls, name, this.actions.set, key);
      this.controls.push(made);
      return made.box;
    }

    grid(names) {
      const boxes = names.map((name) => this.control(name));
      if (names.includes("sigmaW2")) {
        const marks = Object.entries(RULES).map(([text, changes]) => button(text, () => this.actions.set(changes)));
        boxes[names.indexOf("sigmaW2")].lastChild.before(make("span", { class: "marks", role: "group", "aria-label": "Rules for the first weights" }, ...marks));
      }
      return make("div", { class: "controls" }, ...boxes);
    }

    head() {
      this.presets = make("div", { class: "presets", role: "group", "aria-label": "Networks to start from" },
        ...PRESETS.map(([label, changes]) => {
          const state = { ...controls.started(), ...changes };
          return button(label, () => this.actions.set({ ...state, ...lookedAt(this.page.state) }), { "data-state": controls.toAddress(state) });
        }));
      this.theoryKey = make("span", { class: "key" }, swatch("theory", null), "δ predicted");
      const legend = make("div", { class: "legend", role: "group", "aria-label": "Lines of the chart" },
        make("span", { class: "key" }, swatch("delta", "circle"), this.measuredKey = make("span")), this.theoryKey, make("span", { text: "Also:" }),
        ...Object.entries(SERIES).map(([name, [look, marker]]) => this.control(name, swatch(look, marker))));
      this.verdict = make("strong");
      this.sentence = make("span");
      this.sizes = make("div", {}, spoken(this.verdict, ". ", this.sentence), legend, make("p", { class: "computing", text: "computing …" }),
        this.chart = picture("Size of δ in each layer, logarithmic"), this.readout = make("dl", { class: "readout" }));
      return [this.presets, this.sizes];
    }

    training() {
      const { train, step, reset } = this.actions;
      return make("div", { class: "panel" },
        make("div", { class: "buttons" }, this.train = button("Train", train), button("Step", step), button("Reset", reset), this.control("rate"), this.control("batch")),
        this.learnt = spoken(), this.speed = make("p", { class: "speed" }),
        make("div", { class: "charts" }, this.loss = picture("Loss over the updates"), this.accuracy = picture("Accuracy over the updates"),
          this.answers = picture("How often each digit is answered")),
        this.table("The curves as a table", ({ trained }) => trained && [
          "Loss of the training digits, share of right answers to the test digits", ["updates", "loss", "right"],
          trained.curve.map(({ updates, loss, accuracy }) => [updates, loss, accuracy])]),
        this.table("The answers as a table", ({ trained }) => trained && ["How often each digit is answered", ["digit", "times"], trained.answers.map((count, digit) => [digit, count])]));
    }

    checking() {
      return make("div", { class: "panel" },
        this.checked = spoken(),
        make("div", { class: "legend" }, ...WAYS.map(({ look, marker, loose, name }) => make("span", { class: "key" }, swatch(look, marker, loose), name))),
        this.checkChart = picture("Size of one derivative in each layer, found in three ways"),
        scrolling("Gradient check, layer by layer", this.checkTable = make("table")));
    }

    looking() {
      this.histograms = ["ν", "y", "δ"].map((symbol) => picture(`Histogram of ${symbol} in one layer`));
      return make("div", { class: "panel" },
        this.control("layer"), make("div", { class: "charts" }, ...this.histograms),
        this.table("The histograms as a table", (page) => this.insideTable(page)),
        this.stretched = spoken(), this.stretching = picture("Singular values, logarithmic"), this.table("The singular values as a table", (page) => this.axesTable(page)));
    }

    // The controls as the state has them.
    show({ state }) {
      for (const control of this.controls) {
        control.show(state);
        if (control.name === "layer") control.input.max = state.depth - 2;
      }
      const present = controls.toAddress({ ...state, ...lookedAt(controls.started()), updates: 0 });
      for (const preset of this.presets.children) preset.setAttribute("aria-pressed", preset.dataset.state === present);
      for (const panel of this.panels.children) panel.setAttribute("aria-expanded", panel.dataset.panel === state.panel);
      for (const [name, content] of Object.entries(this.contents)) content.hidden = name !== state.panel;
    }

    // Results in the colour of the network that they belong to.
    draw(page) {
      this.page = page;
      if (!page.measured) return;
      this.root.dataset.activation = page.measured.state.f;
      this.sizes.classList.toggle("stale", page.stale);
      this.contents.train.classList.toggle("stale", !page.trained);
      this.contents.histograms.classList.toggle("stale", page.stale);
      this.drawGradients(page);
      const panel = { train: this.drawTraining, check: this.drawCheck, histograms: this.drawInside }[page.state.panel];
      if (panel) panel.call(this, page);
      for (const table of this.tables) table.refill();
    }

    // A table behind charts. content: from the page to [caption, head, rows], or nothing yet.
    table(summary, content) {
      const box = tableBehind(summary, () => this.page?.measured && content(this.page));
      this.tables.push(box);
      return box;
    }

    sizesTable(page) {
      const lines = this.lines(page).filter(({ look }) => look !== "before");
      const rows = lines[0].values.map((_, i) => [i + 1, ...lines.map(({ values }) => values[i])]);
      return ["Root mean squares, layer by layer", ["layer", ...lines.map(({ name }) => name)], rows];
    }

    insideTable({ measured, trained, updates }) {
      const inside = (updates ? trained : measured).inside;
      if (!inside) return null;
      const all = ["nu", "y", "delta"].map((key) => inside[key]);
      const rows = all[0].counts.map((_, i) => [i - 20, ...all.map(({ counts }) => counts[i])]);
      const widths = all.map(({ limit }, i) => `${["ν", "y", "δ"][i]}: ${written(limit / 20.5)}`).join(", ");
      return [`Values in each of 41 bins around 0; width of a bin of ${widths}`, ["bin", "ν", "y", "δ"], rows];
    }

    axesTable({ measured, trained, updates }) {
      const { inside } = updates ? trained : measured;
      if (!inside) return null;
      return ["Singular values", ["direction", "size"], [...(inside.stretching ?? [])].map((value, i) => [i + 1, value])];
    }

    // The chart's lines: of the first weights or, after updates, of the present ones.
    lines({ state, measured, trained, updates }) {
      const take = (key) => (updates ? { median: trained.sizes[key] } : measured.sizes[key]);
      const band = ({ low, high }) => (!updates && measured.draws > 1 ? { low, high } : {});
      const line = (name, look, marker, key) => ({ name, look, marker, values: take(key).median, ...band(take(key)) });
      const { median } = measured.sizes.delta, last = median.length - 2; // the theory is tied to the last hidden layer
      const lines = [line("δ", "delta", "circle", "delta")];
      for (const [key, [look, marker]] of Object.entries(SERIES)) if (state[key]) lines.push(line(controls.table[key].label, look, marker, key));
      if (updates) lines.unshift({ name: "δ before training", look: "before", marker: null, values: median });
      if (measured.predicted) lines.push({ name: "δ predicted", look: "theory", marker: null, values: measured.predicted.delta.map((d) => d * median[last]) });
      return lines;
    }

    layers(page, size) {
      return engine.charts.layers({ ...size, series: this.lines(page), last: page.measured.sizes.delta.median.length, yLabel: "root mean square" });
    }

    // delta of the hidden layers, as the chart shows it.
    hidden(page) { return this.lines(page).find(({ look }) => look === "delta").values.slice(0, -1); }

    about(page) {
      const { state, predicted, draws, sizes: { delta: { low, high } } } = page.measured;
      return aboutGradient(state, this.hidden(page), predicted && predicted.delta, page.updates, { low: low[0], high: high[0], draws });
    }

    // What stands here while JavaScript is off: the sentence and the chart, as HTML.
    still(page) {
      const { verdict, text } = this.about(page), size = { width: 700, height: 330 };
      return `<p class="sentence"><strong>${verdict}</strong>. ${text}</p>\n`
        + `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="Root mean square of δ in each layer. ${text}">${this.layers(page, size)}</svg>\n`;
    }

    drawGradients(page) {
      const { measured } = page, { predicted, sizes } = measured, hidden = this.hidden(page), { verdict, text } = this.about(page);
      paint(this.chart, 330, (size) => this.layers(page, size));
      this.chart.setAttribute("aria-label", `Root mean square of δ in each layer, logarithmic. ${text}`);
      say(this.verdict, verdict);
      say(this.sentence, text);
      this.theoryKey.hidden = !predicted;
      say(this.measuredKey, page.updates || measured.state.draws === 1 ? "δ measured" : `δ measured, median and range of ${measured.draws} draws`);
      const spread = (page.updates ? page.trained.sizes.spread : sizes.spread.median).slice(0, -1);
      const entries = {
        "δ, one layer back, measured": `× ${written(factor(hidden))}`,
        "√χ, the theory’s factor": predicted ? `× ${written(factor(predicted.delta))}` : "none",
        "Spread of the digits, one layer on": measured.state.digits > 1 ? `× ${written(1 / factor(spread))}` : "needs 256 digits",
        "δ in layer 1": written(hidden[0]),
      };
      this.readout.replaceChildren(...Object.entries(entries).map(([term, value]) => make("div", {}, make("dt", { text: term }), make("dd", { text: value }))));
      const means = engine.kernelUsable ? "a WebAssembly kernel" : "plain JavaScript (this browser has no WebAssembly SIMD)";
      say(this.foot, `Computed in your browser in float64 by ${means}, on real digits; nothing leaves the page. `
        + `Fingerprint of the first deltas: ${measured.print}, the same on every machine.`);
    }

    drawTraining({ trained, running }) {
      say(this.train, running ? "Pause" : "Train: 1,000 updates");
      if (!trained) return;
      const { curve, answers, updates, speed } = trained, last = Math.max(updates, 200), look = "delta";
      say(this.learnt, running ? "Training …" : aboutTraining(trained));
      say(this.speed, running ? `${Math.round(speed)} updates a second` : ""); // changes too often to be spoken
      paint(this.loss, 170, (size) => engine.charts.curve({
        ...size, points: curve.map((one) => [one.updates, one.loss]), ends: [0, 2.6], last, look,
        guide: [Math.log(10), "guessing: ln 10"], title: "Loss of the training digits", form: (x) => x.toFixed(1),
      }));
      paint(this.accuracy, 170, (size) => engine.charts.curve({
        ...size, points: curve.map((one) => [one.updates, one.accuracy]), ends: [0, 1], last, look,
        title: "Right answers, test digits", form: (x) => `${100 * x} %`,
      }));
      paint(this.answers, 170, (size) => engine.charts.bars({ ...size, values: answers, labels: answers.map((_, i) => i), look, title: "What it answers", below: "digit" }));
    }

    drawCheck({ rows, running }) {
      if (!rows) {
        say(this.checked, running ? "The network is being trained; its gradients are checked when it pauses." : "Checking one weight of each layer: computing …");
        this.checkChart.replaceChildren();
        this.checkTable.replaceChildren();
        return;
      }
      say(this.checked, aboutCheck(rows));
      paint(this.checkChart, 260, (size) => engine.charts.layers({
        ...size, last: rows.length, yLabel: "size of one derivative",
        series: WAYS.map((way) => ({ ...way, values: rows.map((row) => Math.abs(row[way.key])) })),
      }));
      const head = ["layer", "backpropagation", "complex step", "relative difference", "central difference", "relative difference"];
      fill(this.checkTable, CHECKED, head, rows.map(({ r, backpropagation, complex, central }) => [
        r, backpropagation, complex, difference(complex, backpropagation), central, difference(central, backpropagation),
      ]));
    }

    drawInside({ state, measured, trained, updates }) {
      const { inside } = updates ? trained : measured;
      if (!inside) return;
      ["nu", "y", "delta"].forEach((key, i) => paint(this.histograms[i], 170, (size) => engine.charts.histogram({
        ...size, ...inside[key], look: "delta", title: `${["ν", "y", "δ"][i]} in layer ${state.layer}`,
      })));
      const { stretching } = inside;
      say(this.stretched, aboutStretching(measured.state, stretching));
      this.stretching.toggleAttribute("hidden", !stretching);
      if (stretching) paint(this.stretching, 220, (size) => engine.charts.layers({
        ...size, series: [{ look: "delta", marker: "circle", loose: true, values: stretching }], last: measured.state.width,
        yLabel: "singular value", xLabel: "direction", notes: ["← the widest", "the narrowest →"],
      }));
    }
  }

  engine.laboratory.View = View;
})(Layerwise);
