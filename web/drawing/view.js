// What the drawing instrument shows: paper, steps, bars, maps.
"use strict";

(function view(engine) {
  const { make, button, spoken, scrolling, Control, fill, say } = engine.elements, { written } = engine.words;
  const { controls, EXAMPLES, SIDES, Paper, Bars, stillBars, svgOf, asText, aboutReading, aboutUnit, aboutCovered, unit } = engine.drawing;
  const PANELS = { maps: "Look inside the network", covered: "Cover parts of it" };
  const STEPS = { // name: what is shown, from light 1 to dark 0
    "6 ink": ({ ink }) => ink.values.map((value) => 1 - value),
    "7 strokes": ({ strokes }) => strokes.values.map((value) => 1 - value),
    "8 digit": ({ digit }) => digit.values.map((value) => 1 - value),
    "9 crop": ({ crop }) => crop.values.map((value) => 1 - value),
    "10 input": ({ input }) => input.values,
  };
  const LEFT_OUT = "Paper and ink are known here, so the steps of a photo that look for them are left out: how the camera was held (1), the sheet on its table (2), "
    + "polarity (4), and in step 7 the ruled lines. A small digit is cut out (3); the light (5) is that of white paper. ";
  const OF_A_PHOTO = "A photo takes them all; what a browser does not read, the command layerwise predict may. ";
  const PHOTO_SHOWN = "Of the ten steps of a photo the last five are shown. What a browser does not read, the command layerwise predict may. ";
  const IN_THE_BROWSER = "Everything is computed in your browser, and nothing that you draw or load leaves it; the address of the page holds your drawing, so that you can keep it, and no photo.";

  const lengths = ({ box }) => (box ? `${box.right - box.left} × ${box.bottom - box.top} pixels` : "none");
  const DESCRIBED = { // what a reader of the screen hears of each
    "6 ink": ({ ink }) => `the share of the light that is missing, in ${ink.width} × ${ink.height} pixels`,
    "7 strokes": ({ strokes }) => `the marks that are kept, ${strokes.values.reduce((sum, mark) => sum + mark, 0)} pixels`,
    "8 digit": (prepared) => `the strokes of one digit, ${lengths(prepared)}`,
    "9 crop": ({ stroke }) => `the digit alone, upright and in the middle; strokes were ${written(32 * stroke)} pixels of the input wide`,
    "10 input": () => "what the network gets, 32 × 32 pixels: the digit soft and dark on grey",
  };

  // Greys from 0 to 1, in rows of so many, on a canvas.
  function paint(canvas, greys, width) {
    const height = greys.length / width;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const image = new ImageData(width, height), { data } = image;
    for (let p = 0, q = 0; p < greys.length; p++, q += 4) {
      data[q] = data[q + 1] = data[q + 2] = 255 * greys[p];
      data[q + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  // The unit that is looked at.
  function mark(canvas, { row, column }) {
    const context = canvas.getContext("2d");
    context.fillStyle = "#1a5fe0";
    context.fillRect(column - 1, row - 1, 1, 1);
  }

  const pictureOf = (name) => make("canvas", { role: "img", "aria-label": name });

  class DrawingView {
    // actions: {set, begin, stroke, undo, clear, photo}
    constructor(root, actions) {
      Object.assign(this, { root, actions, controls: [], maps: [] });
      this.paper = new Paper(actions, controls.instrument);
      this.bars = new Bars();
      const { set, undo, clear } = actions;
      root.replaceChildren(
        this.examples = make("div", { class: "presets", role: "group", "aria-label": "Drawings to start from" },
          ...Object.entries(EXAMPLES).map(([label, strokes]) => button(label, () => set({ strokes }), { "data-drawing": asText(strokes) }))),
        make("div", { class: "desk" },
          make("div", { class: "sheet" }, this.paper.svg,
            make("div", { class: "buttons" }, button("Clear", clear), this.undo = button("Undo", undo), ...this.choosing(), this.control("pen")),
            this.paper.help, this.paper.place),
          make("div", { class: "answers" }, spoken(this.verdict = make("strong"), ". ", this.sentence = make("span")), this.bars.table)),
        this.steps(),
        this.panels = make("div", { class: "panels", role: "group", "aria-label": "Shown below" },
          ...Object.entries(PANELS).map(([name, label]) => button(label, () => set({ panel: this.page.state.panel === name ? "none" : name }), { "data-panel": name }))),
        ...Object.values(this.contents = { maps: this.inside(), covered: this.covering() }),
        this.foot = make("p", { class: "foot" }));
    }

    control(name) {
      const made = new Control(controls, name, this.actions.set);
      this.controls.push(made);
      return made.box;
    }

    // A button that a reader of the screen names as it is written; the browser's own field is hidden behind it.
    choosing() {
      const file = make("input", { type: "file", accept: "image/*", hidden: true });
      file.onchange = () => {
        if (file.files.length) this.actions.photo(file.files[0]);
        file.value = ""; // so that the same photo may be chosen again
      };
      return [button("Load a photo", () => file.click()), file];
    }

    steps() {
      this.pictures = Object.entries(STEPS).map(([name, greys]) => ({ name, greys, canvas: pictureOf(name) }));
      return make("div", { class: "steps", role: "group", "aria-label": "Steps from the drawing to the network’s input" },
        ...this.pictures.map(({ name, canvas }) => make("figure", {}, canvas, make("figcaption", { text: name }))));
    }

    inside() {
      this.unit = spoken();
      return make("div", { class: "panel" },
        make("div", { class: "controls" }, this.control("layer"), this.control("map")), this.atlas = make("div", { class: "atlas" }),
        make("p", { class: "note", text: "The maps of the layer after its ReLU: white is 0, black the largest y of all. Click on a place to choose its unit, which is blue." }),
        make("div", { class: "controls" }, this.control("row"), this.control("column")), this.unit,
        make("details", { class: "table" }, make("summary", { text: "The sum, map by map" }),
          scrolling("The sum, map by map", this.sums = make("table"))),
        make("details", { class: "table" }, make("summary", { text: "The nine products of the map that adds most" }),
          scrolling("Nine products", this.products = make("table"))));
    }

    covering() {
      this.coveredText = spoken();
      this.coveredMap = pictureOf("Probability of the answer with a square of the input covered");
      this.coveredInput = pictureOf("The network’s input");
      return make("div", { class: "panel" }, this.coveredText,
        make("div", { class: "steps" }, make("figure", {}, this.coveredInput, make("figcaption", { text: "input" })),
          make("figure", {}, this.coveredMap, make("figcaption", { text: "what is left, covered there (white: all, black: nothing)" }))),
        make("details", { class: "table" }, make("summary", { text: "The picture as a table" }), scrolling("The picture as a table", this.coveredTable = make("table"))));
    }

    // The controls as the state has them.
    show({ state, cleared }) {
      const drawing = this.paper.points !== null;
      this.root.classList.toggle("drawing", drawing);
      for (const control of this.controls) control.show(state);
      const [side, maps] = SIDES[state.layer];
      for (const control of this.controls) {
        if (control.name === "map") control.input.max = maps - 1;
        if (["row", "column"].includes(control.name)) control.input.max = side - 1;
      }
      for (const example of this.examples.children) example.setAttribute("aria-pressed", !drawing && example.dataset.drawing === asText(state.strokes));
      for (const panel of this.panels.children) panel.setAttribute("aria-expanded", panel.dataset.panel === state.panel);
      for (const [name, content] of Object.entries(this.contents)) content.hidden = name !== state.panel;
      this.undo.disabled = state.strokes.length === 0 && !cleared;
    }

    about({ reading, state, looking, refusal, photo }) {
      if (this.paper.points) return { verdict: "The pen is down", text: "The network reads the drawing when the pen is lifted." };
      if (looking) return { verdict: "The photo is being read", text: "Its steps take a second or so." };
      if (refusal) return { verdict: "This is not read", text: refusal };
      return aboutReading(reading, !photo && state.strokes.length === 0);
    }

    // Paper, bars and the sentence, which waits while a drawing that is not sure is read turned.
    draw(page) {
      this.page = page;
      const { state, reading, unsure } = page;
      this.paper.draw(state, page.photo?.url ?? null);
      if (this.paper.points || !unsure) {
        const { verdict, text } = this.about(page);
        say(this.verdict, verdict);
        say(this.sentence, text);
      }
      say(this.foot, `${page.photo ? PHOTO_SHOWN : `${LEFT_OUT}${OF_A_PHOTO}`}${IN_THE_BROWSER}`);
      if (!this.paper.points) this.bars.show(reading.probabilities, reading.digit); // else they are of the drawing without this stroke, and greyed
    }

    drawPictures(page) {
      const { state, reading: { prepared } } = page;
      if (this.paper.points) return;
      for (const { name, greys, canvas } of this.pictures) {
        const values = greys(prepared);
        canvas.setAttribute("aria-label", `${name}: ${DESCRIBED[name](prepared)}`);
        paint(canvas, values, name.startsWith("10") ? 32 : name.startsWith("9") ? 128 : prepared.ink.width);
      }
      if (state.panel === "maps") this.drawMaps(page);
      if (state.panel === "covered") this.drawCovered(page);
    }

    drawMaps({ state, reading, networks }) {
      const { side, channels, values } = reading.layers.y[state.layer], largest = values.reduce((most, value) => Math.max(most, value), 1e-9);
      while (this.maps.length > channels) this.maps.pop().remove();
      while (this.maps.length < channels) this.maps.push(this.newMap(this.maps.length + 1));
      this.maps.forEach((canvas, k) => {
        const greys = Float64Array.from({ length: side * side }, (_, p) => 1 - values[p * channels + k] / largest);
        paint(canvas, greys, side);
        canvas.className = k + 1 === state.map ? "chosen" : "";
        if (k + 1 === state.map) mark(canvas, state);
      });
      const chosen = unit(reading, networks.reader, state);
      say(this.unit, aboutUnit(chosen, SIDES[state.layer]));
      const most = chosen.parts.reduce((best, part) => (Math.abs(part.sum) > Math.abs(best.sum) ? part : best));
      fill(this.sums, "Nine products w y of each map below, added up", ["map below", "sum"],
        [...chosen.parts.map(({ map, sum }) => [map, sum]), ["b", chosen.b], ["ν", chosen.nu], ["y = max(0, ν)", chosen.y]]);
      fill(this.products, `Map ${most.map} below: 3 × 3 places, row by row. Batch normalisation is folded into w and b.`, ["place", "y below", "w", "w y"],
        most.products.map(({ y, w, product }, i) => [`${Math.floor(i / 3) + 1}, ${(i % 3) + 1}`, y, w, product]));
    }

    // A click chooses the unit under it.
    newMap(map) {
      const canvas = make("canvas", { "aria-hidden": "true" });
      canvas.onclick = ({ offsetX, offsetY }) => {
        const place = (offset, length) => Math.min(canvas.width, Math.max(1, Math.ceil((offset / length) * canvas.width)));
        this.actions.set({ map, row: place(offsetY, canvas.clientHeight), column: place(offsetX, canvas.clientWidth) });
      };
      this.atlas.append(canvas);
      return canvas;
    }

    drawCovered({ reading, covered }) {
      paint(this.coveredInput, reading.prepared.input.values, 32);
      if (reading.digit === null) return say(this.coveredText, "There is no answer to take away.");
      if (!covered) return say(this.coveredText, "Covering one square after the other …");
      const before = reading.probabilities[reading.digit];
      say(this.coveredText, aboutCovered(reading.digit, covered, before));
      paint(this.coveredMap, covered.map((value) => Math.min(1, value / before)), 8);
      fill(this.coveredTable, `Probability of ${reading.digit} with a square of 8 × 8 pixels covered`, ["row", ...covered.slice(0, 8).map((_, i) => `column ${i + 1}`)],
        Array.from({ length: 8 }, (_, row) => [row + 1, ...covered.slice(8 * row, 8 * row + 8)]));
      return undefined;
    }

    // What stands here while JavaScript is off: the sentence, the drawing and its bars, as HTML.
    still(page) {
      const { verdict, text } = this.about(page), { reading, state } = page;
      return `<div class="desk">\n`
        + `<svg class="paper" viewBox="0 0 256 256" role="img" aria-label="A drawing. ${verdict}.">${svgOf(state.strokes, state.pen)}</svg>\n`
        + `<div class="answers"><p class="sentence"><strong>${verdict}</strong>. ${text}</p>\n${stillBars(reading.probabilities, reading.digit)}</div>\n</div>\n`;
    }
  }

  engine.drawing.DrawingView = DrawingView;
})(Layerwise);
