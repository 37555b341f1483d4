// The activation bench on a page. All that it shows is computed at once, in the page.
"use strict";

(function bench(engine) {
  const { controls, View } = engine.bench;

  class Page extends engine.Instrument {
    constructor(root) { super(root, controls); }

    start() {
      this.view = new View(this.root, (changes) => this.set(changes));
      this.begin();
    }

    set(changes, { address = true } = {}) {
      this.state = controls.consistent({ ...this.state, ...changes });
      this.view.show(this);
      if (address) this.writeAddress();
      this.draw();
    }
  }

  engine.place("activation-bench", (root) => new Page(root));
})(Layerwise);
