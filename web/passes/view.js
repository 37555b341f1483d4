// What the two passes show: paper, ten bars, and each layer's y and delta as strips with their sizes.
"use strict";

(function view(engine) {
  const { controls, WIDTH, PEN, SIDE, LEARNT, reached, layersShown, aboutStep, aboutNetwork, answerOf } = engine.passes;
  const { make, button, spoken, Control, say } = engine.elements, { written } = engine.words;
  const { Paper, Bars, stillBars, svgOf, EXAMPLES, asText } = engine.drawing;
  const SHOWN = ["a 7", "a 4 that leans", "a letter", "a spiral"];
  const LIGHT = [255, 255, 255], POSITIVE = [26, 95, 224], NEGATIVE = [191, 70, 0];
  const HEAD = ["layer", "y", "size of y", "δ", "size of δ"], UNSEEN = { "aria-hidden": "true" }; // a reader of the screen hears the sizes

  // Numbers as colours, white for 0; the largest is full.
  function paint(canvas, values, width) {
    const height = values.length / width, largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const image = new ImageData(width, height);
    values.forEach((value, p) => {
      const full = value < 0 ? NEGATIVE : POSITIVE, share = Math.abs(value) / largest;
      LIGHT.forEach((light, k) => { image.data[4 * p + k] = light + (full[k] - light) * share; });
      image.data[4 * p + 3] = 255;
    });
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  class View {
    // actions: {set, begin, stroke, undo, clear, step, through, again}
    constructor(root, actions) {
      Object.assign(this, { root, actions, controls: [] });
      this.paper = new Paper(actions, controls.instrument);
      this.bars = new Bars();
      const { set, undo, clear, step, through, again } = actions;
      root.replaceChildren(
        this.examples = make("div", { class: "presets examples", role: "group", "aria-label": "Drawings to start from" },
          ...SHOWN.map((label) => button(label, () => set({ strokes: EXAMPLES[label] }), { "data-drawing": asText(EXAMPLES[label]) }))),
        make("div", { class: "desk" },
          make("div", { class: "sheet" }, this.paper.svg, make("div", { class: "buttons" }, button("Clear", clear), this.undo = button("Undo", undo)), this.paper.help, this.paper.place),
          make("div", { class: "answers" },
            make("div", { class: "buttons" }, this.step = button("Step", step), button("Run through", through), button("Start again", again)),
            spoken(this.verdict = make("strong"), ". ", this.sentence = make("span")), this.bars.table)),
        this.table = make("table", { class: "layers" }, make("caption", { text: "Root mean squares, layer by layer; blue is positive, orange negative, and each strip has full colour at its largest number" }),
          make("thead", {}, make("tr", {}, ...HEAD.map((text) => make("th", { scope: "col", text, ...(text.length === 1 && UNSEEN) })))), this.rows = make("tbody")),
        make("div", { class: "controls" }, ...["T", "f", "depth", "updates", "rate"].map((name) => this.control(name))),
        this.foot = make("p", { class: "foot" }));
    }

    control(name) {
      const made = new Control(controls, name, this.actions.set);
      this.controls.push(made);
      return made.box;
    }

    show({ state, cleared }) {
      const drawing = this.paper.points !== null;
      this.root.classList.toggle("drawing", drawing);
      this.root.dataset.activation = state.f;
      for (const control of this.controls) control.show(state);
      for (const example of this.examples.children) example.setAttribute("aria-pressed", !drawing && example.dataset.drawing === asText(state.strokes));
      this.undo.disabled = state.strokes.length === 0 && !cleared;
    }

    // Rows of the layers: a strip and its size, where it has been reached.
    layers({ state, found: { own } }) {
      const { down, up, layer } = reached(state);
      return layersShown(state).map((r) => ({
        r, now: r === layer, n: own.n[r], y: r <= down ? own.y[r] : null, delta: r >= Math.max(1, up) && state.step > own.R ? own.delta[r] : null,
      }));
    }

    about(page) {
      if (this.paper.points) return { verdict: "The pen is down", text: "The network gets the drawing when the pen is lifted." };
      if (!page.found) return { verdict: "The network is being trained", text: "That takes a few seconds at most." };
      return aboutStep(page.state, page.found, page.network);
    }

    draw(page) {
      const { state, found } = page, { verdict, text } = this.about(page), R = state.depth;
      this.paper.draw({ ...state, pen: PEN });
      say(this.verdict, verdict);
      say(this.sentence, text);
      if (this.paper.points || !found) return;
      say(this.step, state.step < R ? "Step: down" : state.step < 2 * R ? "Step: up" : state.learnt < LEARNT ? "Step: change the weights" : "Step");
      const { own } = found, there = state.step >= R;
      this.bars.show(own.y[R], there ? answerOf(own.y[R]) : null);
      this.drawLayers(this.layers(page));
      say(this.foot, `${aboutNetwork(state, page.network)} Hidden layers have ${WIDTH} units. All is computed in your browser in float64; nothing leaves the page.`);
    }

    drawLayers(layers) {
      if (this.rows.children.length !== layers.length) {
        this.rows.replaceChildren(...layers.map(() => make("tr", {}, make("th", { scope: "row" }), ...HEAD.slice(1).map((_, i) => make("td", i % 2 ? {} : UNSEEN, ...(i % 2 ? [] : [make("canvas")]))))));
      }
      layers.forEach(({ r, now, n, y, delta }, row) => {
        const [head, ...cells] = this.rows.children[row].children;
        this.rows.children[row].className = now ? "now" : "";
        say(head, r);
        [y, delta].forEach((values, k) => {
          const canvas = cells[2 * k].firstChild;
          canvas.hidden = !values;
          if (values) paint(canvas, values, r === 0 ? SIDE : n);
          canvas.className = r === 0 ? "picture" : "";
          say(cells[2 * k + 1], values ? written(engine.rootMeanSquare(values)) : "");
        });
      });
    }

    // What stands here while JavaScript is off: the drawing, the bars, the sizes.
    still(began) {
      const page = { ...began, state: { ...began.state, step: began.state.step || 2 * began.state.depth } }; // at the end, where it has not begun
      const { verdict, text } = this.about(page), { state, found: { own } } = page, size = (values) => (values ? written(engine.rootMeanSquare(values)) : "");
      const rows = this.layers(page).map(({ r, y, delta }) => `<tr><th scope="row">${r}</th><td>${size(y)}</td><td>${size(delta)}</td></tr>`);
      return `<div class="desk">\n<svg class="paper" viewBox="0 0 256 256" role="img" aria-label="A drawing.">${svgOf(state.strokes, PEN)}</svg>\n`
        + `<div class="answers"><p class="sentence"><strong>${verdict}</strong>. ${text}</p>\n${stillBars(own.y[own.R], answerOf(own.y[own.R]))}</div>\n</div>\n`
        + `<table class="layers"><caption>Root mean squares, layer by layer</caption><thead><tr><th scope="col">layer</th><th scope="col">y</th><th scope="col">δ</th></tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table>\n`;
    }
  }

  engine.passes.View = View;
})(Layerwise);
