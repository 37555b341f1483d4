// An instrument on a page: its state, its address, and when it is drawn.
"use strict";

(function page(engine) {
  const QUIET = 250; // milliseconds: browsers refuse an address that changes with every step of a drag

  // Subclasses have set(changes, {address}), a `view` with draw(instrument), and call `begin` when they can show something.
  // The state it begins with is that of the address, or else the one that the page gives it.
  class Instrument {
    constructor(root, controls) {
      Object.assign(this, { root, controls, state: controls.started(), waiting: null, writing: null });
    }

    begin() {
      this.set(this.controls.fromAddress(this.root.dataset.state ?? ""), { address: false });
      this.followAddress();
      addEventListener("hashchange", () => this.followAddress());
      new ResizeObserver(() => this.draw()).observe(this.root);
    }

    writeAddress() {
      clearTimeout(this.writing);
      this.writing = setTimeout(() => {
        this.writing = null;
        history.replaceState(null, "", `#${this.controls.instrument}?${this.controls.toAddress(this.state)}`);
      }, QUIET);
    }

    followAddress() {
      const [name, state] = location.hash.slice(1).split("?");
      if (name !== this.controls.instrument) return;
      clearTimeout(this.writing);
      this.writing = null;
      this.set(this.controls.fromAddress(decodeURIComponent(state ?? "")), { address: false });
      this.root.scrollIntoView();
    }

    // At most once for each frame of the screen.
    draw() {
      this.waiting ??= requestAnimationFrame(() => {
        this.waiting = null;
        this.view.draw(this);
      });
    }
  }

  // Instruments of the page, by name. `make` gets the element that the page has for it.
  const pages = {};
  function place(name, make) {
    addEventListener("DOMContentLoaded", () => {
      const root = document.getElementById(name);
      if (root) (pages[name] = make(root)).start();
    });
  }

  // Scripts that few readers need, each loaded once, one after the other; named as from the folder above this script's.
  const own = document.currentScript.src, loaded = {};
  const loadOne = (name) => loaded[name] ??= new Promise((done, fail) => {
    const script = engine.elements.make("script", { src: new URL(`../${name}`, own).href });
    Object.assign(script, { onload: done, onerror: fail });
    document.head.append(script);
  });
  async function load(names) { for (const name of names) await loadOne(name); }

  Object.assign(engine, { Instrument, pages, place, load });
})(Layerwise);
