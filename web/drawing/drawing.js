// The drawing instrument on a page: its state, and what the network makes of it.
"use strict";

(function drawing(engine) {
  const { controls, SIDES, isExample, asText, DrawingView, cover } = engine.drawing;

  const PHOTO = ["picture_files", "sheet", "lines", "photograph"].map((name) => `see/${name}.js`); // what a drawing does not need

  // Another layer is looked at in the same place, however many rows its maps have.
  function samePlace({ layer, row, column }, changes) {
    if (changes.layer === undefined) return {};
    const scale = SIDES[changes.layer][0] / SIDES[layer][0];
    return { row: Math.ceil(row * scale), column: Math.ceil(column * scale) };
  }

  class DrawingPage extends engine.Instrument {
    constructor(root) {
      super(root, controls);
      Object.assign(this, { reading: null, unsure: false, covered: null, covering: null, cleared: null, photo: null, refusal: null, looking: false, files: 0 });
    }

    start() {
      const weights = engine.unpackedWeights(engine.weights);
      this.networks = { reader: new engine.Reader(weights.improved), likeness: new engine.Likeness(weights.no_digit) };
      this.view = new DrawingView(this.root, {
        set: (changes) => this.set(changes),
        begin: () => this.show(),
        stroke: (points) => this.set({ strokes: [...(isExample(this.state.strokes) ? [] : this.state.strokes), points] }),
        undo: () => this.set({ strokes: this.state.strokes.length ? this.state.strokes.slice(0, -1) : this.cleared ?? [] }),
        clear: () => this.clear(),
        photo: (file) => this.lookAt(file),
      });
      this.begin();
    }

    set(changes, { address = true } = {}) {
      const before = this.state;
      if (changes.strokes) this.forgetPhoto();
      this.state = controls.consistent({ ...before, ...samePlace(before, changes), ...changes });
      const { strokes, pen } = this.state;
      const redrawn = changes.strokes && (asText(strokes) !== asText(before.strokes) || this.reading?.photo);
      if (!this.reading || pen !== before.pen || redrawn) this.read();
      if (redrawn) this.cleared = null;
      this.view.show(this);
      if (address) this.writeAddress();
      this.draw();
    }

    // What is cleared comes back by undo.
    clear() {
      const { strokes } = this.state;
      this.set({ strokes: [] });
      if (strokes.length) this.cleared = strokes;
      this.view.show(this);
    }

    // A photo lies on the paper until something is drawn. No address holds it.
    async lookAt(file) {
      this.set({ strokes: [] });
      const number = ++this.files, waits = () => number === this.files;
      this.looking = true;
      this.root.setAttribute("aria-busy", "true");
      this.show();
      try {
        await engine.load(PHOTO);
        const page = await engine.readPicture(file);
        if (!waits()) return;
        this.photo = { url: URL.createObjectURL(file), reading: { ...engine.predictPhoto(page, this.networks), photo: true } };
      } catch (error) {
        if (!waits()) return;
        if (!engine.PhotoError || !(error instanceof engine.PhotoError)) throw error;
        this.refusal = `${file.name || "The file"} ${error.message}`;
      } finally {
        if (waits()) this.looking = false;
      }
      this.read();
      this.show();
    }

    forgetPhoto() {
      if (this.photo) URL.revokeObjectURL(this.photo.url);
      Object.assign(this, { photo: null, refusal: null, looking: false, files: this.files + 1 });
      this.root.setAttribute("aria-busy", "false");
    }

    show() {
      this.view.show(this);
      this.draw();
    }

    // The answer has a frame to itself. When that is painted, what takes longer follows.
    draw() {
      this.changed = true;
      this.waiting ??= requestAnimationFrame(() => {
        this.changed = false;
        this.view.draw(this);
        setTimeout(() => {
          if (this.unsure) this.readTurned();
          if (this.state.panel === "covered") this.cover();
          this.view.drawPictures(this);
          this.waiting = null;
          if (this.changed) this.draw();
        });
      });
    }

    read() {
      const { networks, state: { strokes, pen } } = this;
      this.unsure = false;
      if (this.photo) this.reading = this.photo.reading;
      else {
        const prepared = engine.prepare(engine.ink.drawn(strokes, pen)), first = engine.read(prepared, networks);
        this.unsure = prepared.box !== null && !first.sure; // it will be read turned as well
        this.reading = this.unsure ? first : engine.predict(prepared, networks, {}, first);
      }
      this.covered = this.covering = null;
      this.root.setAttribute("aria-busy", "false"); // what was being covered is given up
    }

    readTurned() {
      this.reading = engine.predict(this.reading.prepared, this.networks, {}, this.reading);
      this.unsure = false;
      this.view.draw(this);
    }

    // Where this is asked for: a second's work, given up when the drawing changes.
    cover() {
      const { reading } = this, own = {}, wanted = () => this.covering === own;
      if (this.covering || reading.digit === null) return;
      this.covering = own;
      this.root.setAttribute("aria-busy", "true");
      cover(reading, this.networks.reader, reading.digit, wanted, (covered) => {
        this.covered = covered;
        this.root.setAttribute("aria-busy", "false");
        this.draw();
      });
    }
  }

  engine.place(controls.instrument, (root) => new DrawingPage(root));
})(Layerwise);
