// What the gradient laboratory asks for. It runs in a worker, so that the page stays awake: see `serve`.
"use strict";

Layerwise.part(function work(engine) {
  const { Laboratory, RECORDED } = engine;
  const keys = ["delta", "weights", "biases", "spread"];

  // Median, smallest and largest of several draws, layer by layer.
  function summarised(all) {
    const summary = {};
    for (const key of keys) {
      const sorted = all[0][key].map((_, r) => all.map((sizes) => sizes[key][r]).sort((a, b) => a - b));
      const middle = (values) => (values[(values.length - 1) >> 1] + values[values.length >> 1]) / 2;
      summary[key] = { median: sorted.map(middle), low: sorted.map((v) => v[0]), high: sorted.map((v) => v[v.length - 1]) };
    }
    return summary;
  }

  // 32 bits that tell whether two machines have found the same numbers (the hash FNV-1a over their bytes).
  function fingerprint(arrays) {
    let hash = 0x811c9dc5;
    for (const array of arrays) {
      for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) hash = Math.imul(hash ^ byte, 0x01000193);
    }
    return (hash >>> 0).toString(16).padStart(8, "0");
  }

  // Answers the page's messages {kind, id, state, ...} by `post`. Work is cut into pieces of a tenth of a second, between
  // which newer messages are heard; a newer one of the same kind makes an older one superfluous.
  function serve(post) {
    const pause = () => new Promise((resolve) => setTimeout(resolve, 0));
    const newest = { measure: 0, train: 0, check: 0 };
    let laboratory;

    const answers = {
      start: ({ data }) => { laboratory = new Laboratory(data); },

      async measure({ id, state }) {
        const all = [], predicted = laboratory.predict(state);
        let mark = 0, inside, print;
        for (let draw = 0; draw < state.draws; draw++) {
          const network = laboratory.passes(state, draw);
          all.push(engine.layerSizes(network));
          if (draw === 0) {
            inside = laboratory.inside(network, state);
            print = fingerprint(network.delta.slice(1));
          }
          if (Date.now() - mark > 100 || draw === state.draws - 1) {
            post({ kind: "measure", id, state, predicted, inside, print, draws: draw + 1, sizes: summarised(all) });
            await pause();
            if (newest.measure !== id) return;
            mark = Date.now();
          }
        }
      },

      // Up to `updates`; 0 pauses.
      async train({ id, state, updates }) {
        if (!laboratory.training) laboratory.startTraining(state);
        const { training } = laboratory;
        while (newest.train === id) {
          const mark = Date.now(), before = training.updates;
          while (training.updates < updates && Date.now() - mark < 100) laboratory.update();
          const speed = (1000 * (training.updates - before)) / Math.max(1, Date.now() - mark);
          if (training.updates % RECORDED) laboratory.examine();
          const running = training.updates < updates;
          post({ kind: "train", id, speed, running, ...laboratory.progress(state) });
          if (!running) return;
          await pause();
        }
      },

      async check({ id, state, trained }) {
        const network = trained ? laboratory.trained() : laboratory.passes({ ...state, redraw: false }), rows = [];
        for (let r = 1; r <= network.R; r++) {
          rows.push(engine.checkLayer(network, r));
          await pause();
          if (newest.check !== id) return;
        }
        post({ kind: "check", id, rows });
      },
    };

    return async (message) => {
      const { kind, id } = message;
      if (kind === "start") return answers.start(message);
      if (kind === "forget" || kind === "train") newest.check = id; // what it checks is there no longer
      if (kind === "forget") { newest.train = id; laboratory.training = null; return undefined; }
      newest[kind] = id;
      await pause(); // until all messages that have come are heard
      return newest[kind] === id && answers[kind](message);
    };
  }

  Object.assign(engine, { serve, fingerprint });
});
