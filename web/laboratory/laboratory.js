// The gradient laboratory on a page, and the worker that computes.
"use strict";

(function laboratory(engine) {
  const { controls, View } = engine.laboratory;
  const RUN = 1000; // updates that one press of 'Train' makes
  const SHOWN = ["weights", "biases", "spread", "panel", "updates", "layer"]; // what changes no number
  const TRAINED = ["rate", "batch"]; // what changes the training alone

  // The engine's own text, which answers messages.
  const script = () => `${engine.source()}
    const answer = Layerwise.serve(postMessage);
    onmessage = async ({ data }) => { try { await answer(data); } catch (error) { setTimeout(() => { throw error; }); } };`;

  class Page extends engine.Instrument {
    constructor(root) {
      super(root, controls);
      Object.assign(this, { id: 0, asked: {}, expected: new Set() });
      Object.assign(this, { measured: null, stale: false, trained: null, rows: null, updates: 0, running: false });
    }

    // Until the digits are unpacked, the still picture stands there.
    async start() {
      const data = await engine.unpackedDigits(engine.digits);
      this.worker = new Worker(URL.createObjectURL(new Blob([script()], { type: "text/javascript" })));
      this.worker.onmessage = ({ data: message }) => this.hear(message);
      this.worker.postMessage({ kind: "start", data });
      this.view = new View(this.root, {
        set: (changes) => this.set(changes),
        train: () => this.train(this.running ? 0 : this.updates + RUN),
        step: () => this.train(this.updates + 1),
        reset: () => this.set({ updates: 0 }),
      });
      this.view.show(this);
      this.begin();
      if (!this.asked.measure) this.ask("measure");
    }

    set(changes, { address = true } = {}) {
      const before = this.state, next = controls.consistent({ ...before, ...changes });
      const changed = Object.keys(next).filter((name) => before[name] !== next[name]);
      const network = changed.some((name) => !SHOWN.includes(name) && !TRAINED.includes(name));
      const fresh = network || changed.some((name) => TRAINED.includes(name)) || next.updates < this.updates;
      const opened = (panel) => next.panel === panel && (network || changed.includes("panel"));
      const inside = opened("histograms") || (next.panel === "histograms" && changed.includes("layer"));
      if (fresh && changes.updates === undefined) next.updates = 0;
      this.state = next;
      this.view.show(this);
      if (address) this.writeAddress();
      if (network) this.stale = true; // `measured` is of an older network until the worker answers
      if (network || inside) this.ask("measure");
      if (fresh) this.forget();
      if (next.updates > this.updates && !this.running) this.train(next.updates);
      else if (inside && this.updates > 0) this.train(this.target);
      else if (next.panel === "train" && !this.trained && !this.running) this.train(0);
      if (next.panel === "check" && !this.rows && !this.running && !this.expected.has("check")) this.check();
      this.draw();
    }

    // --- The worker ------------------------------------------------------------------------------------------------

    // `asked` keeps the number of the newest question of each kind: answers to older ones are dropped.
    ask(kind, message = {}) {
      this.asked[kind] = ++this.id;
      const way = engine.kernelUsable ? "kernel" : "blocks";
      this.worker.postMessage({ kind, id: this.id, state: { ...this.state, way }, ...message });
      this.expect(kind, true);
    }

    expect(kind, answer) {
      if (answer) this.expected.add(kind); else this.expected.delete(kind);
      this.root.setAttribute("aria-busy", this.expected.size > 0);
    }

    check() { this.ask("check", { trained: this.updates > 0 }); }

    // What has been checked, or is being checked, belongs to older weights.
    dropCheck() {
      this.rows = null;
      this.asked.check = ++this.id;
      this.expect("check", false);
    }

    train(updates) {
      this.running = updates > this.updates;
      this.dropCheck();
      this.target = updates;
      this.ask("train", { updates });
      this.draw();
    }

    // The first weights again.
    forget() {
      this.dropCheck();
      this.asked.train = ++this.id;
      this.worker.postMessage({ kind: "forget", id: this.id });
      this.expect("train", false);
      Object.assign(this, { trained: null, updates: 0, running: false });
    }

    hear({ kind, id, ...found }) {
      if (id !== this.asked[kind]) return;
      if (kind === "measure") Object.assign(this, { measured: found, stale: false });
      else if (kind === "check") this.rows = found.rows;
      else {
        Object.assign(this, { trained: found, updates: found.updates, running: found.running });
        this.state.updates = found.updates;
        if (!found.running && found.updates > 0) {
          this.writeAddress();
          if (this.state.panel === "check") this.check();
        }
      }
      this.expect(kind, kind === "train" ? this.running : kind === "measure" && found.draws < found.state.draws);
      this.draw();
    }
  }

  engine.place("gradient-laboratory", (root) => new Page(root));
})(Layerwise);
