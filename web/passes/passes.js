// The two passes on a page: their state, and what the network makes of a drawing.
"use strict";

(function page(engine) {
  const { controls, LEARNT, View, begun, passes, nextStep, movedStep } = engine.passes, { isExample } = engine.drawing;
  const NETWORK = ["f", "depth", "updates"]; // what makes another network

  class PassesPage extends engine.Instrument {
    constructor(root) {
      super(root, controls);
      Object.assign(this, { network: null, found: null, cleared: null, turn: 0 });
    }

    async start() {
      this.laboratory = new engine.Laboratory(await engine.unpackedDigits(engine.digits));
      this.view = new View(this.root, {
        set: (changes) => this.set(changes),
        begin: () => { this.view.show(this); this.draw(); },
        stroke: (points) => this.set({ strokes: [...(isExample(this.state.strokes) ? [] : this.state.strokes), points] }),
        undo: () => this.set({ strokes: this.state.strokes.length ? this.state.strokes.slice(0, -1) : this.cleared ?? [] }),
        clear: () => this.clear(),
        step: () => this.step(),
        through: () => this.set({ step: 2 * this.state.depth }),
        again: () => this.set({ step: 0, learnt: 0 }),
      });
      this.begin();
    }

    set(changes, { address = true } = {}) {
      const before = this.state, next = controls.consistent({ ...before, ...changes });
      const network = !this.network || NETWORK.some((name) => before[name] !== next[name]);
      if (next.depth !== before.depth && changes.step === undefined) next.step = movedStep(before, next.depth);
      // What was learnt was learnt by this network, of this drawing.
      if (changes.learnt === undefined && (network || changes.strokes || changes.T !== undefined)) next.learnt = 0;
      this.state = next;
      if (changes.strokes) this.cleared = null;
      if (network) this.prepare(); else if (this.found) this.compute();
      this.view.show(this);
      if (address) this.writeAddress();
      this.draw();
    }

    // After the last step the weights change, and the values run down once more.
    step() {
      const { step, depth, learnt } = this.state;
      if (step < 2 * depth) this.set({ step: nextStep(this.state) });
      else this.set({ step: depth, learnt: Math.min(LEARNT, learnt + 1) });
    }

    clear() {
      const { strokes } = this.state;
      this.set({ strokes: [] });
      if (strokes.length) this.cleared = strokes;
      this.view.show(this);
    }

    prepare() {
      const turn = ++this.turn;
      this.found = null;
      this.root.setAttribute("aria-busy", "true");
      begun(this.laboratory, this.state, () => turn === this.turn, (network) => {
        this.network = network;
        this.root.setAttribute("aria-busy", "false");
        this.compute();
        this.draw();
      });
    }

    compute() { this.found = passes(this.network, this.laboratory, this.state); }
  }

  engine.place(controls.instrument, (root) => new PassesPage(root));
})(Layerwise);
