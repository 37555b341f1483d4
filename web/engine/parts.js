// How the engine's files join. Each hands one function to Layerwise.part, which calls it with the object that all of
// them fill, and keeps it: a page on disk may not load a worker's script from a file, so the worker gets the text.
"use strict";

globalThis.Layerwise = {
  parts: [],

  part(build) {
    this.parts.push(build);
    build(this);
  },

  // A script that makes the same engine somewhere else.
  source() {
    return `"use strict"; const Layerwise = {};\n${this.parts.map((build) => `(${build})(Layerwise);`).join("\n")}`;
  },
};
