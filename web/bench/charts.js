// Charts of the activation bench: curves over two linear axes, as the text of an SVG.
"use strict";

(function charts(engine) {
  const { fixed, text, line, MARKERS } = engine.marks, { power } = engine.words, { LOOKS } = engine.bench;
  const LEFT = 46, RIGHT = 12, TOP = 26, BOTTOM = 40;

  // Round numbers from low to high, evenly apart, at most `most`.
  function ticks(low, high, most) {
    const raw = (high - low) / most, size = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((times) => times * size).find((one) => one >= raw * (1 - 1e-9));
    const found = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) found.push(Number((i * step).toPrecision(10)));
    return found;
  }
  const tickText = (tick) => (Math.abs(tick) >= 10000 ? tick.toExponential(0).replace("+", "") : String(tick)).replace("-", "−");

  // {X, Y, x, y}: from numbers to pixels, and back.
  function scales(width, height, [x0, x1], [y0, y1]) {
    const across = (width - LEFT - RIGHT) / (x1 - x0), up = (height - TOP - BOTTOM) / (y1 - y0);
    return {
      X: (x) => LEFT + (x - x0) * across, Y: (y) => height - BOTTOM - (y - y0) * up,
      x: (X) => x0 + (X - LEFT) / across, y: (Y) => y0 + (height - BOTTOM - Y) / up,
    };
  }

  // A line through the points that lie inside; it is broken at null, and ends where it leaves the chart.
  function path(points, look, { X, Y }, inside) {
    const pieces = [[]];
    let before = null;
    for (const point of points) {
      if (point && before && inside(point) !== inside(before)) {
        let [within, outside] = inside(point) ? [point, before] : [before, point];
        for (let i = 0; i < 30; i++) {
          const middle = [(within[0] + outside[0]) / 2, (within[1] + outside[1]) / 2];
          if (inside(middle)) within = middle; else outside = middle;
        }
        pieces[pieces.length - 1].push(within);
      }
      if (point && inside(point)) pieces[pieces.length - 1].push(point);
      else if (pieces[pieces.length - 1].length) pieces.push([]);
      before = point;
    }
    const drawn = (piece) => `<polyline class="line ${look}" points="${piece.map(([x, y]) => `${fixed(X(x))},${fixed(Y(y))}`).join(" ")}"/>`;
    return pieces.filter((piece) => piece.length > 1).map(drawn).join("");
  }

  // {content, to: the scales}. curves: [{look, points: [[x, y], …]}]; above: from the scales to what is drawn over them, below: under them.
  function plane({ width, height, x, y, title, xLabel, yTick = tickText, curves, below = () => "", above = () => "" }) {
    const to = scales(width, height, x, y), right = width - RIGHT, floor = height - BOTTOM;
    const inside = ([a, b]) => a >= x[0] && a <= x[1] && b >= y[0] && b <= y[1];
    const out = [text(LEFT - 36, 14, title, "label", "start")];
    for (const tick of ticks(...y, height < 230 ? 4 : 6)) out.push(line(LEFT, to.Y(tick), right, to.Y(tick), "grid"), text(LEFT - 6, to.Y(tick) + 4, yTick(tick), "", "end"));
    for (const tick of ticks(...x, 6)) out.push(line(to.X(tick), floor, to.X(tick), floor + 4, "axis"), text(to.X(tick), floor + 17, tickText(tick)));
    out.push(line(LEFT, floor, right, floor, "axis"), text((LEFT + right) / 2, height - 5, xLabel, "label"));
    out.push(below(to), ...curves.map(({ points, look }) => path(points, look, to, inside)), above(to));
    return { content: out.join(""), to };
  }

  const dot = (X, Y, look) => `<circle class="${look}" cx="${fixed(X)}" cy="${fixed(Y)}" r="5.5"/>`;
  const spread = (low, high, count) => Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);

  // f or its derivative around 0. all: {name: function}; value, and slope where a tangent is drawn, at `state.x`; q, where
  // a Gaussian of that mean square is drawn.
  function graph({ width, height, all, state, value, slope, steepest, q, title }) {
    const reach = Math.max(6, Math.abs(state.x) * 1.05), isSlope = slope === undefined;
    const y = isSlope ? [0, Math.max(1.25, 1.08 * steepest)] : [Math.min(-2.2, 1.1 * value), Math.max(2.4, 1.1 * value)];
    const points = (f) => spread(-reach, reach, 120).map((at) => [at, f(at)]);
    const broken = (list) => list.flatMap((point, i) => (isSlope && i && Math.abs(point[1] - list[i - 1][1]) > 0.9 ? [null, point] : [point]));
    const names = [...Object.keys(all).filter((name) => name !== state.f), state.f];
    return plane({
      width, height, x: [-reach, reach], y, title, xLabel: "x",
      curves: names.map((name) => ({ look: `${name} ${name === state.f ? "main" : "beside"}`, points: broken(points(all[name])) })),
      below: ({ X, Y }) => {
        const zero = line(X(0), TOP, X(0), height - BOTTOM, "grid");
        if (!q) return zero;
        const bell = spread(-reach, reach, 60).map((at) => `${fixed(X(at))},${fixed(Y(y[0]) - 0.4 * (height - TOP - BOTTOM) * Math.exp((-at * at) / (2 * q)))}`);
        return `${zero}<polygon class="band theory" points="${fixed(X(-reach))},${fixed(Y(y[0]))} ${bell.join(" ")} ${fixed(X(reach))},${fixed(Y(y[0]))}"/>`;
      },
      above: ({ X, Y }) => {
        const marked = names.flatMap((name, i) => [-0.75, -0.4, 0.45, 0.8].map((part) => (part + 0.05 * i) * reach).filter((at) => all[name](at) <= y[1])
          .map((at) => `<g class="${name} ${name === state.f ? "mark" : "mark beside"}">${MARKERS[LOOKS[name]](X(at), Y(all[name](at)))}</g>`)).join("");
        const at = X(state.x), up = Y(value), guide = marked + line(at, up, at, height - BOTTOM, "guide");
        if (isSlope) return `${guide}${line(LEFT, up, at, up, "guide")}${dot(at, up, "chosen")}`;
        const rise = slope * (Y(0) - Y(1)) / (X(1) - X(0)), run = 70 / Math.hypot(1, rise); // 70 pixels either way
        return `${guide}${line(at - run, up + run * rise, at + run, up - run * rise, "tangent")}${dot(at, up, "chosen")}`;
      },
    });
  }

  // Products of as many slopes as there are layers, as powers of ten. logs: {name: log10 of the slope}.
  function products({ width, height, logs, state }) {
    const names = [...Object.keys(logs).filter((name) => name !== state.f), state.f];
    const ends = names.map((name) => logs[name] * state.layers).filter(Number.isFinite);
    const low = Math.min(-1, ...ends), high = Math.max(0, ...ends);
    return plane({
      width, height, x: [0, state.layers], y: [Math.floor(low), Math.max(Math.ceil(high), low > -4 ? 0.2 : 1)], xLabel: "layers back",
      title: `What ${state.layers} slopes f′(x) leave`, yTick: (tick) => (Number.isInteger(tick) ? power(tick) : ""),
      curves: names.filter((name) => Number.isFinite(logs[name])).map((name) => ({
        look: `${name} ${name === state.f ? "main" : "beside"}`, points: spread(0, state.layers, state.layers).map((r) => [r, logs[name] * r]),
      })),
    });
  }

  // q from layer to layer: up to V(q), across to the diagonal. map: V; layers: the q of each.
  function cobweb({ width, height, map, layers, goal }) {
    const top = 1.12 * Math.max(layers[0], layers[1], goal.q ?? 0, goal.kind === "growing" ? 2 * layers[1] : 0);
    const stairs = [[layers[0], 0]];
    for (let r = 1; r < layers.length; r++) stairs.push([layers[r - 1], layers[r]], [layers[r], layers[r]]);
    return plane({
      width, height, x: [0, top], y: [0, top], title: "q of the next layer, V(q)", xLabel: "q of a layer",
      curves: [
        { look: "diagonal", points: [[0, 0], [top, top]] }, { look: "main chosen", points: spread(0, top, 60).map((q) => [q, map(q)]) },
        { look: "stairs", points: stairs },
      ],
      above: ({ X, Y }) => {
        const start = dot(X(layers[0]), Y(0), "start");
        return goal.q === null ? start : `${start}${dot(X(goal.q), Y(goal.q), "chosen")}${text(X(goal.q) + 8, Y(goal.q) + 18, "q*", "label", "start")}`;
      },
    });
  }

  const sigma = (index) => `σ<tspan class="index" baseline-shift="sub">${index}</tspan>`;
  const LETTER = 6.2; // as wide as a letter of a note is on average, in pixels

  // The name of a region left or right of a line that rises to the right: in the row where there is most room, upright if it
  // is too little. line: pairs close together.
  function named(name, side, line, { X, Y }, [left, right]) {
    const long = LETTER * name.length;
    const widest = (high) => spread(0.8, 0.35, 9).map((row) => {
      const beside = line.filter((pair) => pair && Math.abs(Y(pair[1]) - Y(row)) <= high / 2 + 3).map(([w]) => X(w));
      const [from, to] = side === "left" ? [left, Math.min(...beside)] : [Math.max(...beside), right];
      return { x: (from + to) / 2, y: Y(row), room: to - from };
    }).reduce((best, one) => (one.room > best.room ? one : best));
    const flat = widest(12), { x, y, room } = flat.room > long + 8 ? flat : widest(long);
    return `<g transform="translate(${fixed(x)} ${fixed(y)})${room > long + 8 ? "" : " rotate(-90)"}">${text(0, 4, name, "note halo region")}</g>`;
  }

  // Where gradients vanish and where they explode. critical: pairs [sigma_w, sigma_b] with chi = 1.
  function phases({ width, height, critical, state }) {
    const y = [0, 1.05], edge = critical.length === 1 ? spread(...y, 60).map((b) => [critical[0][0], b]) : critical;
    const reach = Math.max(3, 1.1 * Math.sqrt(state.sigmaW2), ...edge.filter((pair) => pair && pair[1] <= y[1]).map(([w]) => 1.3 * w));
    return plane({
      width, height, x: [0, reach], y, title: `${sigma("b")}, of the first biases`, xLabel: `${sigma("w")}, of the first weights`,
      curves: [{ look: "main theory", points: edge }],
      above: (to) => {
        const { X, Y } = to, ends = [LEFT, width - RIGHT];
        const rule = (w, name, row) => dot(X(w), Y(0), "rule") + text(X(w), Y(0) - 12 - 16 * row, name, "note halo");
        const rules = reach < 5 ? rule(1, "Glorot, LeCun", 1) + rule(Math.SQRT2, "He", 0) : rule(1, "", 0) + rule(Math.SQRT2, "Glorot, LeCun; He", 0);
        const sides = named("δ shrinks", "left", edge, to, ends) + named("δ grows", "right", edge, to, ends);
        const [a, b] = [X(Math.sqrt(state.sigmaW2)), Y(Math.sqrt(state.sigmaB2))];
        return `${sides}${rules}<path class="chosen" d="M${fixed(a)} ${fixed(b - 7)}l7 7l-7 7l-7-7z"/>`;
      },
    });
  }

  engine.bench.charts = { graph, products, cobweb, phases };
})(Layerwise);
